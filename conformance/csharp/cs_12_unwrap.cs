// rows: cs-12
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static async Task<int> Five()
    {
        await Task.Yield();
        return 5;
    }

    static async Task Fails(Exception e)
    {
        await Task.Yield();
        throw e;
    }

    static async Task Main()
    {
        // Run unwraps, StartNew does not.
        Task<int> run = Task.Run(() => Five());
        P($"Run: {await run}");
        Task<Task<int>> nested = Task.Factory.StartNew(() => Five());
        P($"StartNew: {await await nested}");
        P($"unwrapped: {await nested.Unwrap()}");
        P($"of a method that is not async: {await Task.Run(() => Task.FromResult(3))}");

        P($"Run, a failure: {await End(Task.Run(() => Fails(new Exception("a"))))}");
        P($"StartNew, a failure: {await End(Task.Factory.StartNew(() => Fails(new Exception("a"))))}");
        P($"unwrapped: {await End(Task.Factory.StartNew(() => Fails(new Exception("a"))).Unwrap())}");
        P($"Run, cancelled inside: {await End(Task.Run(() => Fails(new OperationCanceledException())))}");
        P($"Run, the body throws at once: {await End(Task.Run(new Func<Task>(() => throw new Exception("at once"))))}");
        P($"Run, it returns no task: {await End(Task.Run(() => (Task)null))}");
        P($"Run, it returns no task of int: {await End(Task.Run(() => (Task<int>)null))}");

        // Unwrap by hand.
        var outer = new TaskCompletionSource<Task<int>>();
        var inner = new TaskCompletionSource<int>();
        var proxy = outer.Task.Unwrap();
        P($"neither: {proxy.Status}");
        outer.SetResult(inner.Task);
        P($"the outer: {proxy.Status}");
        inner.SetResult(9);
        P($"both: {proxy.Status} {proxy.Result}");

        outer = new TaskCompletionSource<Task<int>>();
        proxy = outer.Task.Unwrap();
        outer.SetException(new[] { new Exception("outer 1"), new Exception("outer 2") });
        P($"the outer fails: {Of(proxy.Exception)}");
        outer = new TaskCompletionSource<Task<int>>();
        inner = new TaskCompletionSource<int>();
        proxy = outer.Task.Unwrap();
        inner.SetException(new[] { new Exception("inner 1"), new Exception("inner 2") });
        outer.SetResult(inner.Task);
        P($"the inner fails: {Of(proxy.Exception)}");
        outer = new TaskCompletionSource<Task<int>>();
        proxy = outer.Task.Unwrap();
        outer.SetCanceled();
        P($"the outer is cancelled: {await End(proxy)}");
        outer = new TaskCompletionSource<Task<int>>();
        proxy = outer.Task.Unwrap();
        outer.SetResult(null);
        P($"no inner: {await End(proxy)}");
        P($"complete already: {Task.FromResult(Task.FromResult(4)).Unwrap().Result}");

        // Deeper.
        var three = Task.Factory.StartNew(() => Task.Factory.StartNew(() => Five()));
        P($"three deep: {await three.Unwrap().Unwrap()}");

        // Run's body is hidden from a parent, and its token only guards the start.
        using var source = new CancellationTokenSource();
        var guarded = Task.Run(async () =>
        {
            source.Cancel();
            await Task.Yield();
            return "went on";
        }, source.Token);
        P(await guarded);
    }
}
