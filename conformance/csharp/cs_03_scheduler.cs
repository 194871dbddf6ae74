// rows: cs-03
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// A scheduler whose tasks wait until they are run by hand.
class Manual : TaskScheduler
{
    readonly Queue<Task> queue = new Queue<Task>();
    public int Queued;

    protected override void QueueTask(Task task)
    {
        Queued++;
        queue.Enqueue(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool queued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => queue.ToArray();

    public void Run()
    {
        while (queue.TryDequeue(out var task))
        {
            TryExecuteTask(task);
        }
    }
}

class Program
{
    static readonly Manual manual = new Manual();

    static string Where() => TaskScheduler.Current == manual ? "manual" : TaskScheduler.Current == TaskScheduler.Default ? "default" : "other";

    static async Task Captures(Task task, string name)
    {
        P($"{name} starts on {Where()}");
        await task;
        P($"{name} resumes on {Where()}");
    }

    static async Task Uncaptured(Task task, string name)
    {
        P($"{name} starts on {Where()}");
        await task.ConfigureAwait(false);
        P($"{name} resumes on {Where()}");
    }

    static void Start(Action action) => Task.Factory.StartNew(action, default, TaskCreationOptions.None, manual);

    static void Main()
    {
        var gate = new TaskCompletionSource<int>();
        Start(() => _ = Captures(gate.Task, "captured"));
        P($"queued {manual.Queued}");
        manual.Run();
        gate.SetResult(0);
        P($"after the set: queued {manual.Queued}");
        manual.Run();

        var second = new TaskCompletionSource<int>();
        Start(() => _ = Uncaptured(second.Task, "not captured"));
        manual.Run();
        second.SetResult(0);
        P($"after the set: queued {manual.Queued}");

        // A set inside a task of the same scheduler: the scheduler is asked, and this one refuses.
        var third = new TaskCompletionSource<int>();
        Start(() => _ = Captures(third.Task, "set from within"));
        manual.Run();
        Start(() =>
        {
            third.SetResult(0);
            P($"inside the set: queued {manual.Queued}");
        });
        manual.Run();

        // A context comes before a scheduler.
        var fourth = new TaskCompletionSource<int>();
        var pump = new Pump();
        Start(() =>
        {
            SynchronizationContext.SetSynchronizationContext(pump);
            _ = Captures(fourth.Task, "with both");
            SynchronizationContext.SetSynchronizationContext(null);
        });
        manual.Run();
        fourth.SetResult(0);
        P($"after the set: queued {manual.Queued}");
        pump.Complete();
        pump.Loop();

        // Task.Run always uses the default one, StartNew and ContinueWith the current one.
        Start(() =>
        {
            Task.Run(() => P($"Run: {Where()}")).Wait();
            Task.Factory.StartNew(() => P($"StartNew: {Where()}"));
            Task.CompletedTask.ContinueWith(_ => P($"ContinueWith: {Where()}"));
            new Task(() => P($"new Task: {Where()}")).Start();
            Task.Factory.StartNew(() => P($"StartNew hidden: {Where()}"), TaskCreationOptions.HideScheduler);
        });
        manual.Run();
    }
}
