// rows: cs-18
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using static Show;

class Program
{
    static string Drain(ChannelReader<int> reader)
    {
        var values = new List<int>();
        while (reader.TryRead(out int value)) values.Add(value);
        return string.Join(",", values);
    }

    static Channel<int> New(int capacity, BoundedChannelFullMode mode) =>
        Channel.CreateBounded<int>(new BoundedChannelOptions(capacity) { FullMode = mode });

    static void Main()
    {
        // What becomes of writes to a full one.
        foreach (BoundedChannelFullMode mode in Enum.GetValues(typeof(BoundedChannelFullMode)))
        {
            var channel = New(3, mode);
            string tries = "";
            for (int i = 1; i <= 5; i++) tries += $"{channel.Writer.TryWrite(i)} ";
            P($"{mode}: {tries}-> {Drain(channel.Reader)}");
            for (int i = 1; i <= 3; i++) channel.Writer.TryWrite(i);
            var write = channel.Writer.WriteAsync(9);
            P($"{mode}, WriteAsync: completed {write.IsCompleted}, can write {channel.Writer.WaitToWriteAsync().IsCompleted} -> {Drain(channel.Reader)}");
            P($"{mode}, then: completed {write.IsCompleted} -> {Drain(channel.Reader)}");
        }

        // Wait: writers stand in line, each goes on when its value is in.
        var one = New(1, BoundedChannelFullMode.Wait);
        var writes = new ValueTask[4];
        for (int i = 0; i < 4; i++) writes[i] = one.Writer.WriteAsync(i);
        for (int i = 0; i < 4; i++)
        {
            one.Reader.TryRead(out int value);
            P($"read {value}, written {string.Join(" ", Array.ConvertAll(writes, w => w.IsCompleted))}");
        }
        P($"empty: {one.Reader.TryRead(out _)}");

        // Who tries does not overtake who waits.
        one.Writer.TryWrite(1);
        var waiting = one.Writer.WriteAsync(2);
        P($"beside one that waits: {one.Writer.TryWrite(3)} -> {Drain(one.Reader)}, {waiting.IsCompletedSuccessfully}");

        // Readers stand in line, too; a write goes straight to the first.
        var reads = new ValueTask<int>[3];
        for (int i = 0; i < 3; i++) reads[i] = one.Reader.ReadAsync();
        for (int i = 0; i < 3; i++)
        {
            P($"write {one.Writer.TryWrite(10 + i)} {one.Writer.WaitToWriteAsync().IsCompleted}");
        }
        P($"read {reads[0].Result} {reads[1].Result} {reads[2].Result}");

        // A cancelled one leaves the line.
        using var source = new CancellationTokenSource();
        one.Writer.TryWrite(1);
        var leaves = one.Writer.WriteAsync(2, source.Token);
        var stays = one.Writer.WriteAsync(3);
        source.Cancel();
        P($"cancelled: {leaves.IsCanceled} {End(leaves.AsTask()).Result} -> {Drain(one.Reader)}, {stays.IsCompletedSuccessfully}");
        using var second = new CancellationTokenSource();
        var gone = one.Reader.ReadAsync(second.Token);
        var next = one.Reader.ReadAsync();
        second.Cancel();
        one.Writer.TryWrite(4);
        P($"cancelled: {End(gone.AsTask()).Result}; the next: {next.Result}");
        var cancelled = new CancellationToken(true);
        P($"cancelled before: {End(one.Writer.WriteAsync(5, cancelled).AsTask()).Result} {one.Reader.TryRead(out _)}");
        one.Writer.TryWrite(6);
        P($"even if there is one: {End(one.Reader.ReadAsync(cancelled).AsTask()).Result}");

        P($"no capacity: {Thrown(() => Channel.CreateBounded<int>(0))}");
        var dropping = New(1, BoundedChannelFullMode.DropOldest);
        dropping.Writer.TryWrite(1);
        P($"one that drops can always be written to: {dropping.Writer.WaitToWriteAsync().Result}");
    }
}
