// rows: cs-13
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;
using static System.Threading.Tasks.TaskContinuationOptions;

class Program
{
    static void Main()
    {
        // It is given its antecedent, whatever became of that, and has a result of its own.
        var failed = Task.FromException<int>(new Exception("a"));
        P($"after a failure: {failed.ContinueWith(t => $"{t.Status} {Of(t.Exception)}").Result}");
        P($"after a cancellation: {Task.FromCanceled<int>(new CancellationToken(true)).ContinueWith(t => $"{t.Status}").Result}");
        P($"after a result: {Task.FromResult(2).ContinueWith(t => t.Result * 10).ContinueWith(t => t.Result + 1).Result}");
        P($"with a state: {Task.FromResult(2).ContinueWith((t, state) => $"{state} {t.Result}", "a state").Result}");
        P($"a failure of its own: {End(Task.CompletedTask.ContinueWith(_ => throw new Exception("b"))).Result}");
        P($"the antecedent's raised again: {End(failed.ContinueWith(t => t.Result)).Result}");
        P($"raised again by GetResult: {End(failed.ContinueWith(t => t.GetAwaiter().GetResult())).Result}");
        P($"an async one nests: {Task.CompletedTask.ContinueWith(async _ => { await Task.Yield(); return 3; }).Unwrap().Result}");

        // Where it runs.
        int me = Thread.CurrentThread.ManagedThreadId;
        P($"synchronously after what has ended: {Task.CompletedTask.ContinueWith(_ => Thread.CurrentThread.ManagedThreadId, ExecuteSynchronously).Result == me}");
        Pool.Hold();
        string order = "";
        var queued = Task.CompletedTask.ContinueWith(_ => order += "queued ");
        order += "after ";
        Pool.RunQueued();
        P($"otherwise: {order}");

        // Status of the continuation while it waits, and while it is queued.
        var gate = new TaskCompletionSource<int>();
        var continuation = gate.Task.ContinueWith(_ => P($"running: {TaskScheduler.Current == TaskScheduler.Default}"));
        P($"it waits: {continuation.Status}");
        gate.SetResult(0);
        P($"it is queued: {continuation.Status}");
        Pool.RunQueued();
        P($"it has run: {continuation.Status}");

        // A chain in which each runs synchronously: all within the set.
        gate = new TaskCompletionSource<int>();
        order = "";
        gate.Task.ContinueWith(_ => order += "1 ", ExecuteSynchronously)
            .ContinueWith(_ => order += "2 ", ExecuteSynchronously)
            .ContinueWith(_ => order += "3 ", ExecuteSynchronously);
        gate.SetResult(0);
        P($"a chain: {order}");
        // A tree: depth first, children in the order they were added.
        gate = new TaskCompletionSource<int>();
        order = "";
        var left = gate.Task.ContinueWith(_ => order += "left ", ExecuteSynchronously);
        var right = gate.Task.ContinueWith(_ => order += "right ", ExecuteSynchronously);
        left.ContinueWith(_ => order += "left.1 ", ExecuteSynchronously);
        left.ContinueWith(_ => order += "left.2 ", ExecuteSynchronously);
        right.ContinueWith(_ => order += "right.1 ", ExecuteSynchronously);
        gate.SetResult(0);
        P($"a tree: {order}");

        // An exception in one does not keep the others.
        gate = new TaskCompletionSource<int>();
        order = "";
        var first = gate.Task.ContinueWith(_ => throw new Exception("first"), ExecuteSynchronously);
        gate.Task.ContinueWith(_ => order += "second ", ExecuteSynchronously);
        P($"the setter sees none: {Thrown(() => gate.SetResult(0))}; {order}{Of(first.Exception)}");

        // Of several antecedents.
        TaskCompletionSource<int> a = new TaskCompletionSource<int>(), b = new TaskCompletionSource<int>();
        var all = Task.Factory.ContinueWhenAll(new[] { a.Task, b.Task }, tasks => P($"all: {tasks[0].Status} {tasks[1].Status}"), ExecuteSynchronously);
        var any = Task.Factory.ContinueWhenAny(new[] { a.Task, b.Task }, task => P($"any: {(task == b.Task ? "b" : "a")}"), ExecuteSynchronously);
        b.SetException(new Exception("b"));
        P($"one: {all.Status} {any.Status}");
        a.SetResult(0);
        P($"both: {all.Status}");
        P($"an option it cannot have: {Thrown(() => Task.Factory.ContinueWhenAll(new[] { a.Task }, _ => { }, OnlyOnFaulted))}");
    }
}
