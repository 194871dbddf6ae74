// rows: cs-19
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static async Task Work(IProgress<int> progress)
    {
        for (int i = 1; i <= 3; i++)
        {
            progress?.Report(i);
            await Task.Yield();
        }
    }

    // Handles at once, where Progress<T> posts.
    class AtOnce : IProgress<int>
    {
        public void Report(int value) => P($"at once {value}");
    }

    static void Main()
    {
        // Reports are posted to the context in which it was made, and come in order.
        Pump.Run(async () =>
        {
            int me = Thread.CurrentThread.ManagedThreadId;
            var all = new TaskCompletionSource<int>();
            var progress = new Progress<int>(value =>
            {
                P($"{value}, in the context {me == Thread.CurrentThread.ManagedThreadId}");
                if (value == 3) all.SetResult(0);
            });
            await Task.Run(() => Work(progress));
            await all.Task;
        });
        // Also a report made in the context itself: not within the call.
        Pump.Run(async () =>
        {
            string log = "";
            IProgress<int> progress = new Progress<int>(value => log += $"handled {value} ");
            progress.Report(1);
            log += "reported ";
            await Task.Yield();
            P(log);
        });
        // Without a context: on the pool.
        Pool.Hold();
        string order = "";
        var onPool = new Progress<int>(value => order += $"action {value} ");
        onPool.ProgressChanged += (sender, value) => order += $"event {value}, sender {sender == onPool} ";
        ((IProgress<int>)onPool).Report(7);
        order += "reported ";
        Pool.RunQueued();
        P(order);
        var silent = new Progress<int>();
        ((IProgress<int>)silent).Report(1);
        P($"no handler: {Thrown(() => new Progress<int>(null))}");

        var work = Work(new AtOnce());
        while (!work.IsCompleted) Pool.RunQueued();
        work = Work(null);
        while (!work.IsCompleted) Pool.RunQueued();
        P($"without one: {work.Status}");
    }
}
