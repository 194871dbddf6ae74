// The thread pool held still; compiled into each of the programs.
using System;
using System.Threading;

// With all threads of the pool held, what is queued waits for RunQueued; then one thread runs it, in
// the order of the queue, and nothing else runs meanwhile.
static class Pool
{
    static readonly SemaphoreSlim gate = new SemaphoreSlim(0);

    public static void Hold()
    {
        int threads = Environment.ProcessorCount;
        ThreadPool.SetMinThreads(threads, 1);
        ThreadPool.SetMaxThreads(threads, threads);
        using var held = new CountdownEvent(threads);
        for (int i = 0; i < threads; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => { held.Signal(); gate.Wait(); }, null);
        }
        held.Wait();
    }

    // Runs what is queued, and what that queues to its own thread; then all threads are held again.
    public static void RunQueued()
    {
        using var reached = new ManualResetEventSlim();
        ThreadPool.UnsafeQueueUserWorkItem(_ => { reached.Set(); gate.Wait(); }, null);
        gate.Release();
        reached.Wait();
    }
}
