// rows: cs-09
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static void Main()
    {
        var none = CancellationToken.None;
        P($"none: {none.CanBeCanceled} {none.IsCancellationRequested} {none == default}");
        P($"throws: {Thrown(none.ThrowIfCancellationRequested)}");
        P($"its handle: {none.WaitHandle.WaitOne(0)}");
        var made = new CancellationToken(true);
        P($"made cancelled: {made.CanBeCanceled} {made.IsCancellationRequested}, throws {Thrown(made.ThrowIfCancellationRequested)}");
        P($"made otherwise: {new CancellationToken(false).CanBeCanceled}");
        P($"made twice: {made == new CancellationToken(true)}");

        using var source = new CancellationTokenSource();
        P($"of a source: {source.Token.CanBeCanceled} {source.Token.IsCancellationRequested}");
        P($"the same each time: {source.Token == source.Token}, another's {source.Token == new CancellationTokenSource().Token}");
        P($"throws: {Thrown(source.Token.ThrowIfCancellationRequested)}");

        // The handle: to wait for it beside others.
        var handle = source.Token.WaitHandle;
        P($"the handle: {handle.WaitOne(0)}, the same {ReferenceEquals(handle, source.Token.WaitHandle)}");
        using var other = new ManualResetEvent(false);
        var waiter = new Thread(() => P($"woken by {WaitHandle.WaitAny(new[] { other, handle })}"));
        waiter.Start();
        source.Cancel();
        waiter.Join();
        P($"cancelled: {handle.WaitOne(0)}, throws {Thrown(source.Token.ThrowIfCancellationRequested)}");

        // The handle is set before the callbacks run.
        using var second = new CancellationTokenSource();
        var its = second.Token.WaitHandle;
        second.Token.Register(() => P($"in the callback: {its.WaitOne(0)}"));
        second.Cancel();

        // Operations that take a token look at it first.
        P($"Delay: {Task.Delay(0, made).Status}");
        P($"WaitAsync: {new SemaphoreSlim(1).WaitAsync(made).Status}");
        P($"Wait: {Thrown(() => new SemaphoreSlim(1).Wait(made))}");
        P($"an event: {Thrown(() => new ManualResetEventSlim(true).Wait(made))}");
    }
}
