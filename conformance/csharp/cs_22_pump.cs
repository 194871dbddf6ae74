// rows: cs-22
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// A context of one thread, plugged in: what is sent to it, and in which order it runs.
class Single : SynchronizationContext
{
    readonly Queue<(SendOrPostCallback, object)> queue = new Queue<(SendOrPostCallback, object)>();
    int operations;

    public override void Post(SendOrPostCallback callback, object state)
    {
        lock (queue)
        {
            queue.Enqueue((callback, state));
            Monitor.Pulse(queue);
        }
    }

    public override void Send(SendOrPostCallback callback, object state) => throw new NotSupportedException();

    public override SynchronizationContext CreateCopy() => this;

    public override void OperationStarted() => Interlocked.Increment(ref operations);

    public override void OperationCompleted()
    {
        if (Interlocked.Decrement(ref operations) == 0) Post(_ => { }, null);
    }

    // Runs `main` and then what was posted, until there is nothing left and no operation is under way.
    public static void Run(Action main)
    {
        var single = new Single();
        SetSynchronizationContext(single);
        try
        {
            single.OperationStarted();
            main();
            single.OperationCompleted();
            while (single.Next(out var callback, out var state)) callback(state);
        }
        finally
        {
            SetSynchronizationContext(null);
        }
    }

    bool Next(out SendOrPostCallback callback, out object state)
    {
        lock (queue)
        {
            while (queue.Count == 0)
            {
                if (Volatile.Read(ref operations) == 0)
                {
                    (callback, state) = (null, null);
                    return false;
                }
                Monitor.Wait(queue);
            }
            (callback, state) = queue.Dequeue();
            return true;
        }
    }
}

class Program
{
    static async void Counts(string name, int count)
    {
        for (int i = 1; i <= count; i++)
        {
            P($"{name} {i}");
            await Task.Yield();
        }
        P($"{name} ends");
    }

    static void Main()
    {
        // In turn; async void methods keep it running.
        Single.Run(() =>
        {
            Counts("a", 3);
            Counts("b", 2);
            P("main ends");
        });
        P("the context has run dry");

        // Posts run in order, never within the post.
        Single.Run(() =>
        {
            var context = SynchronizationContext.Current;
            for (int i = 1; i <= 3; i++)
            {
                context.Post(n =>
                {
                    P($"posted {n}");
                    if ((int)n == 1) context.Post(_ => P("posted from within"), null);
                }, i);
            }
            P("after the posts");
        });

        // All on one thread, however long and wherever the waits end.
        Single.Run(async () =>
        {
            int me = Thread.CurrentThread.ManagedThreadId;
            bool all = true;
            for (int i = 0; i < 3; i++)
            {
                await Task.Delay(1);
                all &= me == Thread.CurrentThread.ManagedThreadId;
                await Task.Run(() => { });
                all &= me == Thread.CurrentThread.ManagedThreadId;
            }
            P($"on one thread: {all}");
        });

        // Without locks: only awaits part one from the other.
        Single.Run(async () =>
        {
            int counter = 0;
            async Task Adds()
            {
                for (int i = 0; i < 100; i++)
                {
                    int before = counter;
                    if (i % 10 == 0) await Task.CompletedTask;
                    counter = before + 1;
                    await Task.Yield();
                }
            }
            await Task.WhenAll(Adds(), Adds(), Adds());
            P($"counter: {counter}");
        });

        // Its tasks: StartNew with the scheduler of the context.
        Single.Run(async () =>
        {
            int me = Thread.CurrentThread.ManagedThreadId;
            var scheduler = TaskScheduler.FromCurrentSynchronizationContext();
            P($"at once: {scheduler.MaximumConcurrencyLevel}");
            await Task.Run(() => Task.Factory.StartNew(
                () => P($"a task in the context: {me == Thread.CurrentThread.ManagedThreadId}"),
                default, TaskCreationOptions.None, scheduler));
            await Task.Run(() => { }).ContinueWith(_ => P($"a continuation: {me == Thread.CurrentThread.ManagedThreadId}"), scheduler);
        });
        P($"without a context: {Thrown(() => TaskScheduler.FromCurrentSynchronizationContext())}");

        // An exception of main comes out of the loop.
        P($"{Thrown(() => Single.Run(async () => { await Task.Yield(); throw new Exception("of main"); }))}");

        // Each thread has its own.
        Single.Run(() =>
        {
            bool none = false;
            var thread = new Thread(() => none = SynchronizationContext.Current == null);
            thread.Start();
            thread.Join();
            P($"another thread has none: {none}, nor a task: {Task.Run(() => SynchronizationContext.Current == null).Result}");
        });
    }
}
