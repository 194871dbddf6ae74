// rows: cs-14
using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// What becomes of an exception that nobody has asked for when the task is gone.
class Program
{
    static string seen = "";

    static void Report(string what, Action leak)
    {
        seen = "";
        leak();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        P($"{what}: [{seen}]");
    }

    static Task Failed(string message) => Failed(new Exception(message));

    static Task Failed(params Exception[] exceptions)
    {
        var source = new TaskCompletionSource<int>();
        source.SetException(exceptions);
        return source.Task;
    }

    static async Task Fails(string message)
    {
        await Task.CompletedTask;
        throw new Exception(message);
    }

    static async Task Awaits(Task task)
    {
        try { await task; } catch { }
    }

    static void Main()
    {
        TaskScheduler.UnobservedTaskException += (sender, e) =>
        {
            seen += $"{Of(e.Exception)} observed {e.Observed}";
            e.SetObserved();
            seen += $" then {e.Observed}";
        };
        Report("a promise", () => Failed("a"));
        Report("two exceptions", () => Failed(new Exception("a"), new Exception("b")));
        Report("an async method", () => Fails("a"));
        Report("a delegate", () => { Task t = new Task(() => throw new Exception("a")); t.RunSynchronously(); });
        Report("cancelled", () => Task.FromCanceled(new CancellationToken(true)));

        // Whoever asks has observed it.
        Report("Wait", () => Thrown(Failed("a").Wait));
        Report("GetResult", () => Thrown(() => Failed("a").GetAwaiter().GetResult()));
        Report("await", () => Awaits(Failed("a")));
        Report("Exception", () => _ = Failed("a").Exception);
        Report("Status only", () => _ = Failed("a").IsFaulted);
        Report("awaited, and the awaiter's not", () => PassesOn());
        Report("ContinueWith that does not look", () => Failed("a").ContinueWith(_ => { }, TaskContinuationOptions.ExecuteSynchronously));
        Report("ContinueWith that does", () => Failed("a").ContinueWith(t => _ = t.Exception, TaskContinuationOptions.ExecuteSynchronously));
        Report("WhenAll, which is dropped itself", () => Task.WhenAll(Failed("a"), Failed("b")));
        Report("WhenAll, awaited", () => Awaits(Task.WhenAll(Failed("a"), Failed("b"))));
        Report("WhenAny, awaited", () => Awaits(Task.WhenAny(Failed("a"))));
        Report("WaitAny", () => Task.WaitAny(Failed("a")));
        Report("WaitAll", () => Thrown(() => Task.WaitAll(Failed("a"))));
        P("the program goes on");
    }

    static async Task PassesOn() => await Failed("a");
}
