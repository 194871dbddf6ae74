// rows: cs-12
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    const TaskCreationOptions Attached = TaskCreationOptions.AttachedToParent;

    static Task Child(Action body) => Task.Factory.StartNew(body, Attached);

    static void Report(string what, Action body, TaskCreationOptions options = TaskCreationOptions.None)
    {
        var parent = Task.Factory.StartNew(body, options);
        P($"{what}: {End(parent).Result}; {Of(parent.Exception)}");
    }

    static void Main()
    {
        // The parent ends when its children have; what is not attached is no child.
        string order = "";
        using var gate = new ManualResetEventSlim();
        var parent = Task.Factory.StartNew(() =>
        {
            Child(() => { gate.Wait(); order += "child "; });
            order += "body ";
            gate.Set();
        });
        var after = parent.ContinueWith(_ => order += "after");
        after.Wait();
        P($"order: {order}");

        var never = new TaskCompletionSource<int>();
        var detached = Task.Factory.StartNew(() => { Task.Factory.StartNew(() => never.Task.Wait()); });
        P($"detached: {detached.Wait(10_000)} {detached.Status}");
        never.SetResult(0);

        // Exceptions: the parent's own first, those of each child in an aggregate of its own.
        Report("a child fails", () => Child(() => throw new Exception("child")));
        Report("both fail", () =>
        {
            Child(() => throw new Exception("child")).ContinueWith(_ => { });
            throw new Exception("parent");
        });
        Report("a grandchild fails", () => Child(() => Child(() => throw new Exception("grandchild"))));
        Report("two fail, one after the other", () =>
        {
            new Task(() => throw new Exception("1"), Attached).RunSynchronously();
            new Task(() => throw new Exception("2"), Attached).RunSynchronously();
        });
        // A failure the parent has seen is not told again.
        Report("the parent waits for it and catches", () =>
        {
            var child = Child(() => throw new Exception("child"));
            P($"caught {Thrown(child.Wait)}");
        });
        Report("the parent waits for it and does not", () => Child(() => throw new Exception("child")).Wait());
        // A cancelled child does not fail its parent.
        using var source = new CancellationTokenSource();
        Report("a cancelled child", () =>
        {
            Task.Factory.StartNew(() => { source.Cancel(); source.Token.ThrowIfCancellationRequested(); }, source.Token, Attached, TaskScheduler.Default);
        });
        Report("a child with another's cancellation", () => Child(() => throw new OperationCanceledException()));

        // Children of async methods, of continuations and of completion sources.
        Report("a continuation as a child", () =>
            Task.CompletedTask.ContinueWith(_ => throw new Exception("continuation"), TaskContinuationOptions.AttachedToParent));
        TaskCompletionSource<int> promise = null;
        var waits = Task.Factory.StartNew(() => { promise = new TaskCompletionSource<int>(Attached); });
        while (promise == null) Thread.Yield();
        P($"a promise as a child: {waits.Wait(10)}");
        promise.SetException(new Exception("promise"));
        P($"then: {End(waits).Result}");

        // Deny: the child is detached and the parent does not hear of it.
        Report("denied", () => Child(() => throw new Exception("child")).ContinueWith(t => t.Exception), TaskCreationOptions.DenyChildAttach);
        var run = Task.Run(() => { Child(() => never.Task.Wait()); });
        P($"Run denies: {End(run).Result}");
        // An attached child of a detached task belongs to that one.
        Report("between them", () =>
        {
            var detachedChild = Task.Factory.StartNew(() => Child(() => throw new Exception("grandchild")));
            P($"the detached one: {End(detachedChild).Result}");
        });
    }
}
