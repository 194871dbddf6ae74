// rows: cs-16
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static readonly AsyncLocal<string> local = new AsyncLocal<string>();

    static async Task Changes(Task before, string value)
    {
        local.Value = value + " 1";
        await before;
        P($"in the callee after its await: {local.Value}");
        local.Value = value + " 2";
    }

    // Not async: it changes its caller's.
    static Task ChangesPlainly(string value)
    {
        local.Value = value;
        return Task.CompletedTask;
    }

    static void Main()
    {
        P($"unset: {local.Value ?? "null"}");
        local.Value = "main";

        // Into whatever is started, as it was then.
        var gate = new ManualResetEventSlim();
        var task = Task.Run(() => { gate.Wait(); return local.Value; });
        string inThread = null;
        var thread = new Thread(() => { gate.Wait(); inThread = local.Value; });
        thread.Start();
        local.Value = "changed";
        gate.Set();
        thread.Join();
        P($"task: {task.Result}, thread: {inThread}");
        P($"here: {local.Value}");

        // A change in a task stays there.
        Task.Run(() => { local.Value = "task"; }).Wait();
        P($"after a task: {local.Value}");

        // A callee's change does not leak, neither before nor after its first await.
        var open = new TaskCompletionSource<int>();
        var callee = Changes(open.Task, "callee");
        P($"after the call: {local.Value}");
        open.SetResult(0);
        P($"after its end: {local.Value}");
        Changes(Task.CompletedTask, "complete").Wait();
        P($"after one that never waited: {local.Value}");
        ChangesPlainly("plainly").Wait();
        P($"after one that is not async: {local.Value}");

        Flows().Wait();
        P($"after all: {local.Value}");

        // Where a continuation runs it sees what was there when it was added.
        var source = new TaskCompletionSource<int>();
        local.Value = "when added";
        var continuation = source.Task.ContinueWith(_ => local.Value, TaskContinuationOptions.ExecuteSynchronously);
        local.Value = "when set";
        source.SetResult(0);
        P($"ContinueWith: {continuation.Result}, here {local.Value}");

        // OnCompleted takes it along, UnsafeOnCompleted does not.
        string awaiter = null, unsafeAwaiter = null;
        var lone = new TaskCompletionSource<int>();
        local.Value = "when added";
        lone.Task.GetAwaiter().OnCompleted(() => awaiter = local.Value);
        var lone2 = new TaskCompletionSource<int>();
        lone2.Task.GetAwaiter().UnsafeOnCompleted(() => unsafeAwaiter = local.Value);
        local.Value = "when set";
        lone.SetResult(0);
        lone2.SetResult(0);
        P($"OnCompleted: {awaiter}, UnsafeOnCompleted: {unsafeAwaiter}");

        // A token's callback, a timer, the pool.
        using var cancellation = new CancellationTokenSource();
        local.Value = "registered";
        cancellation.Token.Register(() => P($"callback: {local.Value}"));
        cancellation.Token.UnsafeRegister(_ => P($"unsafe callback: {local.Value}"), null);
        local.Value = "cancelling";
        cancellation.Cancel();
        local.Value = "timer";
        using var fired = new ManualResetEventSlim();
        using var timer = new Timer(_ => { P($"timer: {local.Value}"); fired.Set(); }, null, 0, -1);
        fired.Wait();
        local.Value = "queued";
        using var ran = new ManualResetEventSlim();
        ThreadPool.QueueUserWorkItem(_ => { P($"pool: {local.Value}"); ran.Set(); });
        ran.Wait();
        ran.Reset();
        ThreadPool.UnsafeQueueUserWorkItem(_ => { P($"pool, unsafe: {local.Value ?? "null"}"); ran.Set(); }, null);
        ran.Wait();
    }

    static async Task Flows()
    {
        local.Value = "flows";
        await Task.Yield();
        P($"after a yield: {local.Value}");
        await Task.Run(() => { local.Value = "inner"; P($"in a task: {local.Value}"); });
        P($"after it: {local.Value}");
        await Task.Delay(1).ConfigureAwait(false);
        P($"after a delay: {local.Value}");
    }
}
