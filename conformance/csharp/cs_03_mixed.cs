// rows: cs-02, cs-03
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// A context and a scheduler whose work waits until it is run by hand.
class Manual : SynchronizationContext
{
    public readonly Queue<(SendOrPostCallback, object)> Posted = new Queue<(SendOrPostCallback, object)>();

    public override void Post(SendOrPostCallback callback, object state) => Posted.Enqueue((callback, state));

    public void Run()
    {
        while (Posted.TryDequeue(out var next)) next.Item1(next.Item2);
    }
}

class Scheduler : TaskScheduler
{
    readonly Queue<Task> queue = new Queue<Task>();

    protected override void QueueTask(Task task) => queue.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool queued) => !queued && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => queue.ToArray();

    public void Run()
    {
        while (queue.TryDequeue(out var task)) TryExecuteTask(task);
    }
}

// Several awaits of one task, which have captured different things: what runs inside SetResult, what
// is posted, what is scheduled, and what the pool runs, each in its order.
class Program
{
    static readonly Manual context = new Manual();
    static readonly Scheduler scheduler = new Scheduler();
    static List<string> log;

    static async Task Await(Task task, string name)
    {
        await task;
        log.Add(name);
    }

    static void Under(SynchronizationContext current, Action action)
    {
        SynchronizationContext.SetSynchronizationContext(current);
        action();
        SynchronizationContext.SetSynchronizationContext(null);
    }

    static string Drain(Action run)
    {
        log.Clear();
        run();
        return string.Join(" ", log);
    }

    static void Mix(string kinds, string where)
    {
        log = new List<string>();
        var source = new TaskCompletionSource<int>();
        for (int i = 0; i < kinds.Length; i++)
        {
            string name = $"{kinds[i]}{i + 1}";
            switch (kinds[i])
            {
                case 'a': _ = Await(source.Task, name); break;
                case 'c': Under(context, () => _ = Await(source.Task, name)); break;
                case 't': new Task(() => _ = Await(source.Task, name)).RunSynchronously(scheduler); break;
                case 's': source.Task.ContinueWith(_ => log.Add(name), TaskContinuationOptions.ExecuteSynchronously); break;
                case 'k': source.Task.ContinueWith(_ => log.Add(name), scheduler); break;
            }
        }
        void Set()
        {
            source.SetResult(0);
            log.Add("|");
        }
        switch (where)
        {
            case "outside": Set(); break;
            case "in the context": Under(context, Set); break;
            case "on the scheduler": new Task(Set).RunSynchronously(scheduler); break;
            case "on the pool": ThreadPool.UnsafeQueueUserWorkItem(_ => Set(), null); Pool.RunQueued(); break;
        }
        string inline = string.Join(" ", log);
        string posted = Drain(context.Run), scheduled = Drain(scheduler.Run), queued = Drain(Pool.RunQueued);
        P($"{kinds} {where}: [{inline}] posted [{posted}] scheduled [{scheduled}] queued [{queued}]");
    }

    static void Main()
    {
        Pool.Hold();
        // a: nothing captured; c: the context; t: the scheduler; s: a synchronous ContinueWith;
        // k: a ContinueWith on the scheduler.
        foreach (var where in new[] { "outside", "in the context", "on the scheduler", "on the pool" })
        {
            foreach (var kinds in new[] { "a", "c", "t", "s", "k", "aa", "ac", "ca", "cc", "at", "ta", "tt", "ct", "tc", "cs", "sc", "ka", "acta", "tcat" })
            {
                Mix(kinds, where);
            }
        }
    }
}
