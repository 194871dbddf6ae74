// rows: cs-18
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using static Show;

class Program
{
    static Channel<int> New(bool single, bool inline) => Channel.CreateUnbounded<int>(
        new UnboundedChannelOptions { SingleReader = single, AllowSynchronousContinuations = inline });

    static void Main()
    {
        foreach (bool single in new[] { false, true })
        {
            P($"-- for a single reader: {single}");
            var channel = New(single, false);
            for (int i = 0; i < 5; i++) channel.Writer.TryWrite(i);
            P($"always room: {channel.Writer.WriteAsync(5).IsCompletedSuccessfully} {channel.Writer.WaitToWriteAsync().Result}");
            string read = "";
            while (channel.Reader.TryRead(out int value)) read += value;
            P($"in order: {read}");

            // A read that waits gets the next value.
            var waits = channel.Reader.ReadAsync();
            P($"waits: {waits.IsCompleted}");
            channel.Writer.TryWrite(7);
            P($"gets: {waits.Result}, nothing left {channel.Reader.TryRead(out _)}");

            // WaitToReadAsync takes nothing.
            var ready = channel.Reader.WaitToReadAsync();
            P($"nothing to read: {ready.IsCompleted}");
            channel.Writer.TryWrite(8);
            P($"something: {ready.AsTask().Result} {channel.Reader.WaitToReadAsync().Result} {channel.Reader.WaitToReadAsync().Result}");
            P($"still there: {channel.Reader.TryRead(out int eight)} {eight}");

            using var source = new CancellationTokenSource();
            var cancelled = channel.Reader.ReadAsync(source.Token);
            source.Cancel();
            P($"a cancelled read: {End(cancelled.AsTask()).Result}");
            channel.Writer.TryWrite(9);
            P($"has not taken it: {channel.Reader.TryRead(out int nine)} {nine}");
            using var second = new CancellationTokenSource();
            var look = channel.Reader.WaitToReadAsync(second.Token);
            second.Cancel();
            P($"a cancelled look: {End(look.AsTask()).Result}");
        }

        // Several readers are served in the order they came; who only looks is woken with all others.
        var many = New(false, false);
        ValueTask<int> first = many.Reader.ReadAsync(), next = many.Reader.ReadAsync();
        ValueTask<bool> lookA = many.Reader.WaitToReadAsync(), lookB = many.Reader.WaitToReadAsync();
        many.Writer.TryWrite(1);
        P($"one: {first.IsCompleted} {next.IsCompleted} {lookA.IsCompleted} {lookB.IsCompleted}");
        many.Writer.TryWrite(2);
        P($"two: {next.IsCompleted} {lookA.IsCompleted} {lookB.IsCompleted}");
        many.Writer.TryWrite(3);
        P($"three: {lookA.IsCompleted} {lookB.IsCompleted}, {first.Result} {next.Result}");

        // Where a reader goes on: on the pool, or within the write if that is allowed.
        Pool.Hold();
        foreach (bool inline in new[] { false, true })
        {
            foreach (bool single in new[] { false, true })
            {
                var channel = New(single, inline);
                string log = "";
                async Task Reads()
                {
                    int value = await channel.Reader.ReadAsync();
                    log += $"read {value} ";
                }
                async Task Looks()
                {
                    bool some = await channel.Reader.WaitToReadAsync();
                    log += $"saw {some} ";
                }
                _ = Reads();
                channel.Writer.TryWrite(1);
                log += "written ";
                Pool.RunQueued();
                _ = Looks();
                channel.Writer.TryWrite(2);
                log += "written ";
                Pool.RunQueued();
                P($"inline allowed {inline}, single {single}: {log}");
            }
        }
    }
}
