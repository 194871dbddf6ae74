// rows: cs-09
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static async Task<string> Cancels(CancellationTokenSource source)
    {
        var done = new TaskCompletionSource<int>();
        using var registration = source.Token.Register(() => done.SetResult(0));
        await done.Task;
        return $"requested {source.IsCancellationRequested}";
    }

    static async Task Main()
    {
        P($"at a time: {await Cancels(new CancellationTokenSource(10))}");
        P($"at a time span: {await Cancels(new CancellationTokenSource(TimeSpan.FromMilliseconds(10)))}");
        var later = new CancellationTokenSource();
        later.CancelAfter(10);
        P($"CancelAfter: {await Cancels(later)}");
        later.CancelAfter(10);
        P($"again: {later.IsCancellationRequested}");
        P($"at once: {new CancellationTokenSource(0).IsCancellationRequested}");
        P($"a negative time: {Thrown(() => new CancellationTokenSource(-2))}");

        // The last call counts; -1 takes it back.
        var postponed = new CancellationTokenSource(60_000);
        postponed.CancelAfter(5);
        P($"brought forward: {await Cancels(postponed)}");
        var putOff = new CancellationTokenSource(60_000);
        putOff.CancelAfter(Timeout.Infinite);
        P($"taken back: {putOff.IsCancellationRequested}");
        putOff.Cancel();
        P($"by hand all the same: {putOff.IsCancellationRequested}");

        var disposed = new CancellationTokenSource(60_000);
        disposed.Dispose();
        P($"disposed: {Thrown(() => disposed.CancelAfter(1))}");

        // With a limit for an operation.
        using var limit = new CancellationTokenSource(10);
        P($"a delay: {await End(Task.Delay(60_000, limit.Token))}");
        P($"a semaphore: {await End(new SemaphoreSlim(0).WaitAsync(limit.Token))}");
        // A linked one with a limit of its own.
        using var outer = new CancellationTokenSource();
        using var inner = CancellationTokenSource.CreateLinkedTokenSource(outer.Token);
        inner.CancelAfter(10);
        P($"linked, with a limit: {await Cancels(inner)}, the outer {outer.IsCancellationRequested}");
    }
}
