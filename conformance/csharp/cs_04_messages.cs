// rows: cs-04, cs-07, cs-10, cs-11
using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using static Show;

// The texts of what is raised, where the original made them.
class Program
{
    static void Text(string what, Action action)
    {
        try
        {
            action();
            P($"{what}: nothing");
        }
        catch (Exception e)
        {
            P($"{what}: {e.GetType().Name}: {e.Message}");
        }
    }

    static void Main()
    {
        var failed = new TaskCompletionSource<int>();
        failed.SetException(new[] { new Exception("a"), new Exception("b") });
        var open = new TaskCompletionSource<int>();
        var cancelled = new CancellationToken(true);
        Text("Wait", failed.Task.Wait);
        Text("GetResult", () => failed.Task.GetAwaiter().GetResult());
        Text("Wait, cancelled", () => Task.FromCanceled(cancelled).Wait());
        Text("GetResult, cancelled", () => Task.FromCanceled(cancelled).GetAwaiter().GetResult());
        Text("Wait(token)", () => open.Task.Wait(cancelled));
        Text("ThrowIfCancellationRequested", cancelled.ThrowIfCancellationRequested);
        Text("flattened", () => throw new AggregateException(new Exception("a"), new AggregateException(new Exception("b"))).Flatten());
        Text("an aggregate of an aggregate", () => throw new AggregateException("outer", new AggregateException(new Exception("b"))));
        Text("SetResult twice", () => failed.SetResult(1));
        var started = new Task(() => { });
        started.RunSynchronously();
        Text("Start of one that ended", started.Start);
        Text("RunSynchronously of one that ended", started.RunSynchronously);
        Text("Start of a promise", open.Task.Start);
        Text("Start of a continuation", open.Task.ContinueWith(_ => { }).Start);
        Text("RunSynchronously of a promise", open.Task.RunSynchronously);
        Text("RunSynchronously of a continuation", open.Task.ContinueWith(_ => { }).RunSynchronously);
        Text("Dispose of an open one", open.Task.Dispose);
        Text("WhenAll with a null", () => Task.WhenAll((Task)null));
        Text("WhenAny of none", () => Task.WhenAny());
        Text("FromCanceled of a token that is not", () => Task.FromCanceled(default));
        Text("a semaphore that is full", () => new SemaphoreSlim(1, 1).Release());
        var channel = Channel.CreateUnbounded<int>();
        channel.Writer.Complete(new Exception("c"));
        Text("a closed channel", () => channel.Writer.WriteAsync(1).AsTask().GetAwaiter().GetResult());
        Text("a closed channel, read", () => channel.Reader.ReadAsync().AsTask().GetAwaiter().GetResult());
        Text("a closed channel, closed", () => channel.Writer.Complete());
        var source = new CancellationTokenSource();
        source.Token.Register(() => throw new Exception("1"));
        source.Token.Register(() => throw new Exception("2"));
        Text("Cancel", source.Cancel);
        Text("a disposed source", () => { source.Dispose(); source.Cancel(); });
    }
}
