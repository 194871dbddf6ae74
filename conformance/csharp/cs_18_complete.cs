// rows: cs-18
using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using static Show;

class Program
{
    static string Read(ChannelReader<int> reader) => End(reader.ReadAsync().AsTask()).Result;

    static string Look(ChannelReader<int> reader) => Looks(reader).Result;

    static async Task<string> Looks(ChannelReader<int> reader)
    {
        try
        {
            return $"{await reader.WaitToReadAsync()}";
        }
        catch (Exception e)
        {
            return Of(e);
        }
    }

    static void Run(string what, Func<Channel<int>> make)
    {
        P($"-- {what}");
        // Completed: no more writes; what is in it can be read; then it has ended.
        var channel = make();
        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(2);
        P($"complete: {channel.Writer.TryComplete()} {channel.Writer.TryComplete()} {Thrown(() => channel.Writer.Complete())}");
        P($"writes: {channel.Writer.TryWrite(3)} {End(channel.Writer.WriteAsync(3).AsTask()).Result} {channel.Writer.WaitToWriteAsync().Result}");
        P($"not ended: {channel.Reader.Completion.Status}, {Look(channel.Reader)}");
        P($"drained: {channel.Reader.TryRead(out int a)} {a} {Read(channel.Reader)}");
        P($"ended: {channel.Reader.Completion.Status}, {Look(channel.Reader)}, {Read(channel.Reader)}, {channel.Reader.TryRead(out _)}");

        // With an error.
        channel = make();
        channel.Writer.TryWrite(1);
        channel.Writer.Complete(new Exception("a"));
        P($"an error: {End(channel.Writer.WriteAsync(3).AsTask()).Result}, {Read(channel.Reader)}, {End(channel.Reader.Completion).Result}");
        P($"after it: {Look(channel.Reader)}, {Read(channel.Reader)}, {Thrown(() => _ = channel.Writer.WaitToWriteAsync().Result)}");
        channel = make();
        channel.Writer.Complete(new OperationCanceledException());
        P($"a cancellation: {End(channel.Reader.Completion).Result}, {Read(channel.Reader)}");

        // Who waits is woken.
        channel = make();
        var read = channel.Reader.ReadAsync();
        channel.Writer.Complete();
        P($"a read that waits: {End(read.AsTask()).Result}");
        channel = make();
        var look = Looks(channel.Reader);
        channel.Writer.Complete();
        P($"a look that waits: {look.Result}");
        channel = make();
        read = channel.Reader.ReadAsync();
        channel.Writer.Complete(new Exception("b"));
        P($"a read that waits, an error: {End(read.AsTask()).Result}");
        channel = make();
        look = Looks(channel.Reader);
        channel.Writer.Complete(new Exception("b"));
        P($"a look that waits, an error: {look.Result}");
    }

    static void Main()
    {
        Run("unbounded", () => Channel.CreateUnbounded<int>());
        Run("for a single reader", () => Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true }));
        Run("bounded", () => Channel.CreateBounded<int>(2));

        // A writer that waits before a full one.
        var full = Channel.CreateBounded<int>(1);
        full.Writer.TryWrite(1);
        var write = full.Writer.WriteAsync(2);
        var wait = full.Writer.WaitToWriteAsync();
        full.Writer.Complete();
        P($"a write that waits: {End(write.AsTask()).Result}, a look {wait.AsTask().Result}");
        P($"what was in it: {Read(full.Reader)}, then {Read(full.Reader)}");
    }
}
