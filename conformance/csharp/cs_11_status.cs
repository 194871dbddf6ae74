// rows: cs-11
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static void Report(string what, Task task) => P(
        $"{what}: {task.Status} ({(int)task.Status}) completed {task.IsCompleted} well {task.IsCompletedSuccessfully} " +
        $"faulted {task.IsFaulted} canceled {task.IsCanceled}");

    static void Main()
    {
        foreach (TaskStatus status in Enum.GetValues(typeof(TaskStatus)))
        {
            P($"{(int)status} {status}");
        }
        Pool.Hold();
        var source = new CancellationTokenSource();
        var parent = new Task(() => { }, source.Token);
        Report("cold", parent);
        Report("a promise", new TaskCompletionSource<int>().Task);
        Report("a continuation", new TaskCompletionSource<int>().Task.ContinueWith(_ => { }));
        Report("an async method", Waits());
        Report("a delay", Task.Delay(-1));

        Task child = null;
        parent = Task.Factory.StartNew(() =>
        {
            child = Task.Factory.StartNew(() => { }, TaskCreationOptions.AttachedToParent);
            Report("itself, running", parent);
            Report("its child", child);
        });
        Report("started", parent);
        Pool.RunQueued();
        Report("both ended", parent);

        var gate = new ManualResetEventSlim();
        var begun = new ManualResetEventSlim();
        var waits = new Task(() =>
        {
            Task.Factory.StartNew(() => { begun.Set(); gate.Wait(); }, default, TaskCreationOptions.AttachedToParent | TaskCreationOptions.LongRunning, TaskScheduler.Default);
        });
        waits.Start();
        Pool.RunQueued();
        begun.Wait();
        Report("the body is through, a child is not", waits);
        gate.Set();
        waits.Wait();
        Report("the child too", waits);

        Report("returned", Task.CompletedTask);
        Report("failed", Task.FromException(new Exception("a")));
        Report("cancelled", Task.FromCanceled(new CancellationToken(true)));
    }

    static async Task Waits() => await new TaskCompletionSource<int>().Task;
}
