// rows: cs-20
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// What a thread has queued to itself and cannot get to, others take: the oldest first.
class Program
{
    static void Main()
    {
        int threads = Environment.ProcessorCount;
        ThreadPool.SetMinThreads(threads + 1, 1);
        // All but two are held, one is blocked in a task that has queued five, and the other takes them.
        using var over = new ManualResetEventSlim();
        using var held = new CountdownEvent(threads - 1);
        for (int i = 0; i < threads - 1; i++) ThreadPool.UnsafeQueueUserWorkItem(_ => { held.Signal(); over.Wait(); }, null);
        held.Wait();
        ThreadPool.SetMaxThreads(threads + 1, 1);

        var log = new List<string>();
        using var all = new CountdownEvent(5);
        int owner = 0;
        var task = Task.Run(() =>
        {
            owner = Thread.CurrentThread.ManagedThreadId;
            for (int i = 1; i <= 5; i++)
            {
                int n = i;
                Task.Run(() =>
                {
                    lock (log) log.Add($"{n}{(Thread.CurrentThread.ManagedThreadId == owner ? " by its owner" : "")}");
                    all.Signal();
                });
            }
            // Blocks on what is no task: nothing is run inline.
            all.Wait();
        });
        task.Wait();
        P($"stolen: {string.Join(", ", log)}");

        // Blocked in a task that waits for its own children, in this order, it runs the newest itself.
        P($"blocked in a task holds one thread: {Task.Run(() => Task.Run(() => 5).Result).Result}");
        over.Set();

        // Two submissions of the same work may run at once, or one after the other: each runs once.
        int runs = 0;
        Action work = () => Interlocked.Increment(ref runs);
        Task.WaitAll(Task.Run(work), Task.Run(work));
        P($"runs: {runs}");
    }
}
