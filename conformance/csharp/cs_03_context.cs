// rows: cs-03
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Counting : Pump
{
    public int Posts;

    public override void Post(SendOrPostCallback callback, object state)
    {
        Interlocked.Increment(ref Posts);
        base.Post(callback, state);
    }
}

class Program
{
    static string Where(SynchronizationContext pump) =>
        SynchronizationContext.Current == pump ? "in the context" : SynchronizationContext.Current == null ? "in none" : "in another";

    static ManualResetEventSlim waits;

    // Runs `main` in a pump that counts, until it has ended.
    static void Run(string what, Func<Counting, Task> main)
    {
        var pump = new Counting();
        waits = new ManualResetEventSlim();
        SynchronizationContext.SetSynchronizationContext(pump);
        var task = main(pump);
        waits.Set();
        task.ContinueWith(_ => pump.Complete(), TaskScheduler.Default);
        pump.Loop();
        SynchronizationContext.SetSynchronizationContext(null);
        P($"{what}: {task.Status}, posts {pump.Posts}");
    }

    // Runs `action` on a thread of the pool when `main` has come to its first incomplete await.
    static Task OnPool(Action action) => Task.Run(() =>
    {
        waits.Wait();
        action();
    });

    static async Task<string> Captures(Task task, SynchronizationContext pump)
    {
        await task;
        return Where(pump);
    }

    static async Task<string> Uncaptured(Task task, SynchronizationContext pump)
    {
        await task.ConfigureAwait(false);
        return Where(pump);
    }

    static void Main()
    {
        Run("await", async pump =>
        {
            int thread = Thread.CurrentThread.ManagedThreadId;
            await OnPool(() => { });
            P($"resumed {Where(pump)}, same thread {thread == Thread.CurrentThread.ManagedThreadId}");
        });
        Run("await ConfigureAwait(false)", async pump =>
        {
            var source = new TaskCompletionSource<int>();
            var inner = Uncaptured(source.Task, pump);
            await OnPool(() => source.SetResult(0)).ConfigureAwait(false);
            P($"resumed {await inner}");
        });
        Run("ConfigureAwait(false) of a completed task does nothing", async pump =>
        {
            await Task.CompletedTask.ConfigureAwait(false);
            P($"still {Where(pump)}");
        });
        Run("yield always posts", async pump =>
        {
            await Task.Yield();
            P($"resumed {Where(pump)}");
            await Task.Yield();
        });
        Run("set inside the same context", async pump =>
        {
            var source = new TaskCompletionSource<int>();
            var captured = Captures(source.Task, pump);
            var not = Uncaptured(source.Task, pump);
            var third = Captures(source.Task, pump);
            source.SetResult(0);
            P($"inside the set: captured {captured.IsCompleted}, third {third.IsCompleted}");
            not.Wait();
            P($"captured {await captured}, not captured {not.Result}, third {await third}");
        });
        Run("one awaiter, set inside the same context", async pump =>
        {
            var source = new TaskCompletionSource<int>();
            var captured = Captures(source.Task, pump);
            source.SetResult(0);
            P($"inside the set: {captured.IsCompleted}");
        });
        Run("set on a thread of the pool", async pump =>
        {
            var source = new TaskCompletionSource<int>();
            var captured = Captures(source.Task, pump);
            await OnPool(() =>
            {
                source.SetResult(0);
                P($"inside the set: {captured.IsCompleted}");
            });
            P($"captured {await captured}");
        });

        // The base class counts as none: resumed by the thread that sets, or by the pool.
        SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
        var plain = new TaskCompletionSource<int>();
        var resumed = Captures(plain.Task, new Pump());
        SynchronizationContext.SetSynchronizationContext(null);
        plain.SetResult(0);
        P($"captured the base class: inline {resumed.IsCompleted}, {resumed.Result}");
    }
}
