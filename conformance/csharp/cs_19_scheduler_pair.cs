// rows: cs-19
using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static Task On(TaskScheduler scheduler, Action body) =>
        Task.Factory.StartNew(body, default, TaskCreationOptions.DenyChildAttach, scheduler);

    static void Main()
    {
        // Exclusive ones: one after the other, in order.
        var pair = new ConcurrentExclusiveSchedulerPair();
        string order = "";
        int running = 0, most = 0;
        var exclusive = Enumerable.Range(0, 10).Select(i => On(pair.ExclusiveScheduler, () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            order += i;
            Interlocked.Decrement(ref running);
        })).ToArray();
        Task.WaitAll(exclusive);
        P($"exclusive: {order}, at once {most}");

        // Concurrent ones: several at once, no more than the limit.
        pair = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, 2);
        P($"limits: {pair.ConcurrentScheduler.MaximumConcurrencyLevel} {pair.ExclusiveScheduler.MaximumConcurrencyLevel}");
        most = running = 0;
        using var both = new CountdownEvent(2);
        var meet = Enumerable.Range(0, 2).Select(_ => On(pair.ConcurrentScheduler, () => { both.Signal(); both.Wait(); })).ToArray();
        Task.WaitAll(meet);
        P("two concurrent ones have met");
        var concurrent = Enumerable.Range(0, 20).Select(i => On(pair.ConcurrentScheduler, () =>
        {
            int now = Interlocked.Increment(ref running);
            lock (meet) most = Math.Max(most, now);
            Thread.Yield();
            Interlocked.Decrement(ref running);
        })).ToArray();
        Task.WaitAll(concurrent);
        P($"more than two at once: {most > 2}");

        // An exclusive one waits for the concurrent ones that run, and comes before those that are queued.
        ThreadPool.SetMinThreads(6, 1);
        pair = new ConcurrentExclusiveSchedulerPair();
        using ManualResetEventSlim begun = new ManualResetEventSlim(), goOn = new ManualResetEventSlim();
        var log = new ConcurrentQueue<string>();
        var first = On(pair.ConcurrentScheduler, () => { begun.Set(); goOn.Wait(); log.Enqueue("concurrent 1"); });
        begun.Wait();
        var alone = On(pair.ExclusiveScheduler, () => log.Enqueue("exclusive"));
        var second = On(pair.ConcurrentScheduler, () => log.Enqueue("concurrent 2"));
        P($"the exclusive one waits: {alone.Wait(10)}, and so do later ones: {second.Wait(10)}");
        goOn.Set();
        Task.WaitAll(first, alone, second);
        P(string.Join(", ", log));

        // An async body holds its place only between its awaits.
        pair = new ConcurrentExclusiveSchedulerPair();
        var gate = new TaskCompletionSource<int>();
        order = "";
        var awaits = Task.Factory.StartNew(async () =>
        {
            order += "a1 ";
            await gate.Task;
            order += $"a2 {TaskScheduler.Current == pair.ExclusiveScheduler} ";
        }, default, TaskCreationOptions.None, pair.ExclusiveScheduler).Unwrap();
        On(pair.ExclusiveScheduler, () => order += "b ").Wait();
        gate.SetResult(0);
        awaits.Wait();
        P($"between awaits: {order}");

        // Complete: no more; the end is there when all that was queued has run.
        P($"before: {pair.Completion.Status}");
        pair.Complete();
        P($"refused: {Thrown(() => On(pair.ExclusiveScheduler, () => P("never")).Wait())}");
        pair.Completion.Wait();
        P($"completed: {pair.Completion.Status}");
    }
}
