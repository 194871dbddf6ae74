// rows: cs-03, cs-04, cs-05, cs-06, cs-07, cs-08, cs-09, cs-10, cs-11, cs-12, cs-14, cs-16, cs-19
// A first survey across the rows; the programs named after them look closer.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

class Program
{
    static void P(string line) => Console.WriteLine(line);

    static async Task<string> Status(Task task)
    {
        try { await task; } catch { }
        return task.Status.ToString();
    }

    static async Task Main()
    {
        // When a task counts as cancelled.
        var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        P("Run(Action throws OCE) " + await Status(Task.Run((Action)(() => throw new OperationCanceledException()))));
        var second = new CancellationTokenSource();
        P("Run(Action throws OCE(token), token=same) " + await Status(Task.Run(
            (Action)(() => { second.Cancel(); throw new OperationCanceledException(second.Token); }), second.Token)));
        var third = new CancellationTokenSource();
        P("Run(Action throws OCE(other), token) " + await Status(Task.Run(
            (Action)(() => { third.Cancel(); throw new OperationCanceledException(new CancellationToken(true)); }), third.Token)));
        P("Run already-cancelled token " + await Status(Task.Run(() => P("never"), cancelled.Token)));

        // All and any.
        P("WhenAll fault+cancel " + await Status(Task.WhenAll(Task.FromCanceled(cancelled.Token), Task.FromException(new Exception("e")))));
        P("WhenAll cancel only " + await Status(Task.WhenAll(Task.FromCanceled(cancelled.Token), Task.CompletedTask)));
        P($"WhenAll() empty completed {Task.WhenAll().IsCompleted} result order {string.Join(",", await Task.WhenAll(Later(30, 1), Later(5, 2)))}");
        var any = await Task.WhenAny(Task.FromException(new Exception("x")), Later(5, 1));
        P($"WhenAny never faults: inner={any.Status}");
        // Looked at, so that it is none of the unobserved ones below.
        _ = any.Exception;

        // What is raised where.
        try { Task.FromException(new Exception("w")).Wait(); } catch (Exception e) { P($"Wait {e.GetType().Name}"); }
        try { Task.FromException(new Exception("w")).GetAwaiter().GetResult(); } catch (Exception e) { P($"GetResult {e.GetType().Name}"); }

        // Cancellation.
        var failing = new CancellationTokenSource();
        failing.Token.Register(() => throw new Exception("1"));
        failing.Token.Register(() => throw new Exception("2"));
        try { failing.Cancel(); } catch (AggregateException e) { P($"Cancel agg {string.Join(",", e.InnerExceptions.Select(x => x.Message))}"); }
        failing.Token.Register(() => P("late registration runs inline"));
        P($"linked already {CancellationTokenSource.CreateLinkedTokenSource(failing.Token, default).IsCancellationRequested}");
        try { await Task.Delay(1000, failing.Token); } catch (Exception e) { P($"Delay {e.GetType().Name}"); }

        // A context of one thread.
        string where = "";
        Pump.Run(async () =>
        {
            int thread = Thread.CurrentThread.ManagedThreadId;
            await Task.Delay(5);
            where += $"{thread == Thread.CurrentThread.ManagedThreadId} ";
            await Task.Delay(5).ConfigureAwait(false);
            where += $"{thread == Thread.CurrentThread.ManagedThreadId} sc={SynchronizationContext.Current == null}";
        });
        P($"SC resume/ConfigureAwait(false): {where}");

        var local = new AsyncLocal<string> { Value = "p" };
        var child = Task.Run(() => local.Value + "-child");
        local.Value = "q";
        P($"AsyncLocal capture {await child} parent {local.Value}");

        int unobserved = 0;
        TaskScheduler.UnobservedTaskException += (sender, e) => { unobserved++; e.SetObserved(); };
        Leak();
        for (int i = 0; i < 3; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); }
        P($"unobserved events {unobserved}");

        var semaphore = new SemaphoreSlim(0);
        var order = new List<int>();
        var waits = Enumerable.Range(0, 5).Select(async i => { await semaphore.WaitAsync(); order.Add(i); }).ToArray();
        for (int i = 0; i < 5; i++) { semaphore.Release(); await waits[i]; }
        P($"SemaphoreSlim async FIFO {string.Join(",", order)}");

        var done = new TaskCompletionSource<int>();
        P($"double SetResult {done.TrySetResult(1)} {done.TrySetResult(2)}");
        try { done.SetResult(3); } catch (Exception e) { P(e.GetType().Name); }
        try { var task = new Task(() => { }); task.Start(); task.Start(); } catch (Exception e) { P($"double Start {e.GetType().Name}"); }
        P($"cold {new Task(() => { }).Status}");
        P($"StartNew nests; Unwrap={await Task.Factory.StartNew(async () => { await Task.Yield(); return 1; }).Unwrap()}");
        var parent = Task.Factory.StartNew(() =>
        {
            Task.Factory.StartNew(() => throw new Exception("child"), TaskCreationOptions.AttachedToParent);
        });
        try { await parent; } catch (Exception e)
        {
            P($"attached child -> {e.GetType().Name} inner {e.InnerException?.GetType().Name} {parent.Exception.Flatten().InnerException.Message}");
        }
    }

    static void Leak()
    {
        var source = new TaskCompletionSource<int>();
        source.SetException(new Exception("u"));
    }

    static async Task<int> Later(int milliseconds, int value)
    {
        await Task.Delay(milliseconds);
        return value;
    }
}
