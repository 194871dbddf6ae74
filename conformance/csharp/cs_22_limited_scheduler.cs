// rows: cs-22
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// The scheduler that everyone writes: over the pool, so many tasks at once.
class LimitedConcurrency : TaskScheduler
{
    [ThreadStatic]
    static bool isProcessing;

    readonly LinkedList<Task> tasks = new LinkedList<Task>();
    readonly int limit;
    int workers;

    public LimitedConcurrency(int limit) => this.limit = limit;

    public override int MaximumConcurrencyLevel => limit;

    protected override void QueueTask(Task task)
    {
        lock (tasks)
        {
            tasks.AddLast(task);
            if (workers == limit) return;
            workers++;
        }
        ThreadPool.UnsafeQueueUserWorkItem(_ => Process(), null);
    }

    void Process()
    {
        isProcessing = true;
        try
        {
            while (true)
            {
                Task task;
                lock (tasks)
                {
                    if (tasks.Count == 0)
                    {
                        workers--;
                        return;
                    }
                    task = tasks.First.Value;
                    tasks.RemoveFirst();
                }
                TryExecuteTask(task);
            }
        }
        finally
        {
            isProcessing = false;
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool previouslyQueued)
    {
        if (!isProcessing) return false;
        return (!previouslyQueued || TryDequeue(task)) && TryExecuteTask(task);
    }

    protected override bool TryDequeue(Task task)
    {
        lock (tasks) return tasks.Remove(task);
    }

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (tasks) return tasks.ToArray();
    }
}

class Program
{
    static void Main()
    {
        // One at a time: in order.
        var one = new LimitedConcurrency(1);
        var factory = new TaskFactory(one);
        string order = "";
        var tasks = Enumerable.Range(0, 6).Select(i => factory.StartNew(() => order += i)).ToArray();
        Task.WaitAll(tasks);
        P($"one at a time: {order}");

        // Two: never three, and two at once.
        var two = new LimitedConcurrency(2);
        int running = 0, most = 0;
        using var both = new CountdownEvent(2);
        Task.WaitAll(Enumerable.Range(0, 2).Select(_ => new TaskFactory(two).StartNew(() => { both.Signal(); both.Wait(); })).ToArray());
        Task.WaitAll(Enumerable.Range(0, 50).Select(_ => new TaskFactory(two).StartNew(() =>
        {
            int now = Interlocked.Increment(ref running);
            lock (two) most = Math.Max(most, now);
            Thread.Yield();
            Interlocked.Decrement(ref running);
        })).ToArray());
        P($"two have met, more than two at once {most > 2}");

        // A task that blocks on a queued one of its own scheduler runs it inline.
        P($"inline: {factory.StartNew(() => factory.StartNew(() => 5).Result).Result}");
        // In the order it waits for them.
        order = "";
        factory.StartNew(() =>
        {
            Task a = factory.StartNew(() => order += "a"), b = factory.StartNew(() => order += "b"), c = factory.StartNew(() => order += "c");
            b.Wait();
            order += "|";
        }).Wait();
        factory.StartNew(() => { }).Wait();
        P($"b was waited for: {order}");

        // An async body comes back to the scheduler after each await.
        bool all = true;
        factory.StartNew(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                all &= TaskScheduler.Current == one;
                await Task.Yield();
            }
            all &= TaskScheduler.Current == one;
            await Task.Delay(1);
            all &= TaskScheduler.Current == one;
        }).Unwrap().Wait();
        P($"always on the scheduler: {all}");

        // RunSynchronously asks the scheduler; this one refuses a thread that is not its own.
        bool onPool = false;
        var refused = new Task(() => onPool = Thread.CurrentThread.IsThreadPoolThread);
        refused.RunSynchronously(one);
        P($"run synchronously, refused: {refused.Status}, on the pool {onPool}");

        // Cancelled while queued: it stays in the queue, and is not run when its turn has come.
        using var source = new CancellationTokenSource();
        using ManualResetEventSlim begun = new ManualResetEventSlim(), goOn = new ManualResetEventSlim();
        var holds = factory.StartNew(() => { begun.Set(); goOn.Wait(); });
        begun.Wait();
        var queued = factory.StartNew(() => P("never"), source.Token);
        source.Cancel();
        P($"cancelled while queued: {queued.Status}");
        goOn.Set();
        holds.Wait();
        P($"after its turn: {End(queued).Result}");

        P($"limits: {one.MaximumConcurrencyLevel} {two.MaximumConcurrencyLevel} {TaskScheduler.Default.MaximumConcurrencyLevel == int.MaxValue}");
        P($"ids differ: {one.Id != two.Id}");
    }
}
