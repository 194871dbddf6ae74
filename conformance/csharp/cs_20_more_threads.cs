// rows: cs-20
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// All threads of the pool are blocked: after a while it adds one, so that what is queued still runs.
class Program
{
    static void Main()
    {
        int threads = Environment.ProcessorCount;
        ThreadPool.SetMinThreads(threads, 1);
        using var release = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(threads);
        var tasks = new Task[threads];
        for (int i = 0; i < threads; i++)
        {
            tasks[i] = Task.Run(() => { blocked.Signal(); release.Wait(); });
        }
        blocked.Wait();
        P($"as many as there are processors are blocked: {ThreadPool.ThreadCount >= threads}");
        // This one can only run on another thread.
        Task.Run(release.Set).Wait();
        Task.WaitAll(tasks);
        P("one more has come, and all went on");

        // A long-running one gets a thread of its own at once, outside of the pool.
        var longRunning = Task.Factory.StartNew(() => Thread.CurrentThread.IsThreadPoolThread, TaskCreationOptions.LongRunning);
        P($"long-running on the pool: {longRunning.Result}, others {Task.Run(() => Thread.CurrentThread.IsThreadPoolThread).Result}");
        P($"background: {Task.Run(() => Thread.CurrentThread.IsBackground).Result}");
    }
}
