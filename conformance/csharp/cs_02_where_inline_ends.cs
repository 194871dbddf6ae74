// rows: cs-02
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// When an await-continuation does not run inside SetResult although it might.
class Program
{
    static readonly List<string> log = new List<string>();

    static async Task Await(Task task, string name)
    {
        await task;
        log.Add(name);
    }

    static void Report(string what, Action complete)
    {
        log.Clear();
        complete();
        string inline = string.Join(" ", log);
        log.Clear();
        Pool.RunQueued();
        P($"{what}: inline [{inline}] queued [{string.Join(" ", log)}]");
    }

    static async Task Sets(Task task, TaskCompletionSource<int> next, string name)
    {
        await task;
        log.Add($"{name} sets");
        next.SetResult(0);
        log.Add($"{name} has set");
    }

    static async Task<int> Depth(Task<int> below) => 1 + await below;

    class Current : SynchronizationContext
    {
    }

    // Runs its tasks where they are started.
    class AtOnce : TaskScheduler
    {
        protected override void QueueTask(Task task) => TryExecuteTask(task);

        protected override bool TryExecuteTaskInline(Task task, bool queued) => TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => null;
    }

    static void Main()
    {
        Pool.Hold();

        // Depth first: a set inside a continuation runs that one's continuations within.
        TaskCompletionSource<int> a = new TaskCompletionSource<int>(), b = new TaskCompletionSource<int>();
        _ = Sets(a.Task, b, "first");
        _ = Await(b.Task, "second");
        Report("a set within a continuation", () => a.SetResult(0));

        // The setter has a context: a continuation that captured none must not run in it.
        var under = new TaskCompletionSource<int>();
        _ = Await(under.Task, "a1");
        under.Task.ContinueWith(_ => log.Add("s2"), TaskContinuationOptions.ExecuteSynchronously);
        Report("set under a context", () =>
        {
            SynchronizationContext.SetSynchronizationContext(new Current());
            under.SetResult(0);
            SynchronizationContext.SetSynchronizationContext(null);
        });
        // An instance of the base class counts as none.
        var underBase = new TaskCompletionSource<int>();
        _ = Await(underBase.Task, "a1");
        Report("set under a plain context", () =>
        {
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
            underBase.SetResult(0);
            SynchronizationContext.SetSynchronizationContext(null);
        });
        // Or it runs in a task of another scheduler.
        var scheduled = new TaskCompletionSource<int>();
        _ = Await(scheduled.Task, "a1");
        scheduled.Task.ContinueWith(
            _ => log.Add("s2"), default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Report("set in a task of another scheduler", () =>
            new Task(() => scheduled.SetResult(0)).RunSynchronously(new AtOnce()));

        // A chain far too deep for one stack: the pool takes over where it runs short.
        var bottom = new TaskCompletionSource<int>();
        Task<int> top = bottom.Task;
        const int links = 100_000;
        for (int i = 0; i < links; i++)
        {
            top = Depth(top);
        }
        bottom.SetResult(0);
        P($"the deep chain is through inside the set: {top.IsCompleted}");
        for (int rounds = 0; !top.IsCompleted; rounds++)
        {
            Pool.RunQueued();
        }
        P($"the deep chain came to {top.Result}");

        // What completes with a task's body counts as inside that body's thread.
        var queued = Task.Run(() => Thread.CurrentThread.ManagedThreadId);
        int continued = 0;
        queued.GetAwaiter().OnCompleted(() => continued = Thread.CurrentThread.ManagedThreadId);
        Pool.RunQueued();
        P($"on the thread of the body: {queued.Result == continued}");
    }
}
