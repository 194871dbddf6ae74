// rows: cs-18
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using static Show;

class Program
{
    static async Task<string> ReadAll(ChannelReader<int> reader, CancellationToken token = default)
    {
        string read = "";
        try
        {
            await foreach (int value in reader.ReadAllAsync(token)) read += $"{value} ";
            return read + "end";
        }
        catch (Exception e)
        {
            return read + Of(e);
        }
    }

    static async Task Main()
    {
        // A producer and a consumer through a small buffer.
        var channel = Channel.CreateBounded<int>(2);
        var all = ReadAll(channel.Reader);
        for (int i = 0; i < 10; i++) await channel.Writer.WriteAsync(i);
        channel.Writer.Complete();
        P($"all: {await all}");
        P($"of an ended one: {await ReadAll(channel.Reader)}");

        channel = Channel.CreateUnbounded<int>();
        channel.Writer.TryWrite(1);
        channel.Writer.Complete(new Exception("a"));
        P($"then an error: {await ReadAll(channel.Reader)}");

        channel = Channel.CreateUnbounded<int>();
        channel.Writer.TryWrite(1);
        using var source = new CancellationTokenSource();
        var cancelled = ReadAll(channel.Reader, source.Token);
        source.Cancel();
        P($"cancelled: {await cancelled}");
        channel.Writer.TryWrite(2);
        P($"cancelled before, and something there: {await ReadAll(channel.Reader, source.Token)}");
        await foreach (int value in channel.Reader.ReadAllAsync())
        {
            P($"left with {value}");
            break;
        }
        channel.Writer.TryWrite(3);
        P($"what was not read stays: {channel.Reader.TryRead(out int three)} {three}");

        // Several consumers share: each value once.
        channel = Channel.CreateUnbounded<int>();
        int sum = 0, count = 0;
        async Task Consume()
        {
            await foreach (int value in channel.Reader.ReadAllAsync())
            {
                Interlocked.Add(ref sum, value);
                Interlocked.Increment(ref count);
            }
        }
        var consumers = new[] { Task.Run(Consume), Task.Run(Consume), Task.Run(Consume) };
        for (int i = 1; i <= 1000; i++) await channel.Writer.WriteAsync(i);
        channel.Writer.Complete();
        await Task.WhenAll(consumers);
        P($"shared: {count} values, sum {sum}");

        // Both halves are one, and each can be handed on alone.
        ChannelReader<int> reader = channel;
        ChannelWriter<int> writer = channel;
        P($"halves: {reader == channel.Reader} {writer == channel.Writer}");

        // A pipeline of three.
        var numbers = Channel.CreateBounded<int>(1);
        var squares = Channel.CreateBounded<int>(1);
        async Task Square()
        {
            await foreach (int value in numbers.Reader.ReadAllAsync()) await squares.Writer.WriteAsync(value * value);
            squares.Writer.Complete();
        }
        var squaring = Square();
        var last = ReadAll(squares.Reader);
        for (int i = 1; i <= 5; i++) await numbers.Writer.WriteAsync(i);
        numbers.Writer.Complete();
        P($"squares: {await last}");
        await squaring;
    }
}
