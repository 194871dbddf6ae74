// rows: cs-13
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;
using static System.Threading.Tasks.TaskContinuationOptions;

class Program
{
    static Task Antecedent(string kind)
    {
        var source = new TaskCompletionSource<int>();
        switch (kind)
        {
            case "completed": source.SetResult(1); break;
            case "faulted": source.SetException(new Exception("a")); break;
            case "canceled": source.SetCanceled(); break;
        }
        return source.Task;
    }

    static void Main()
    {
        // Which continuation runs after which end, and what becomes of one that does not.
        TaskContinuationOptions[] options =
        {
            None, NotOnRanToCompletion, NotOnFaulted, NotOnCanceled,
            OnlyOnRanToCompletion, OnlyOnFaulted, OnlyOnCanceled,
        };
        foreach (var option in options)
        {
            foreach (var kind in new[] { "completed", "faulted", "canceled" })
            {
                bool ran = false;
                var continuation = Antecedent(kind).ContinueWith(_ => ran = true, option | ExecuteSynchronously);
                P($"{option}, {kind}: ran {ran}, {End(continuation).Result}");
            }
        }
        // All three at once can never run.
        P($"none left: {Thrown(() => Task.CompletedTask.ContinueWith(_ => { }, NotOnRanToCompletion | NotOnFaulted | NotOnCanceled))}");
        P($"what excludes another: {Thrown(() => Task.CompletedTask.ContinueWith(_ => { }, ExecuteSynchronously | LongRunning))}");

        // What is skipped is cancelled, and so is what waits for it to succeed.
        var skipped = Antecedent("completed").ContinueWith(_ => P("never"), OnlyOnFaulted | ExecuteSynchronously);
        var next = skipped.ContinueWith(_ => P("never"), OnlyOnRanToCompletion | ExecuteSynchronously);
        var last = next.ContinueWith(t => P($"last, after {t.Status}"), ExecuteSynchronously);
        P($"a chain: {skipped.Status} {next.Status} {last.Status}");

        // The usual pair.
        foreach (var kind in new[] { "completed", "faulted", "canceled" })
        {
            var antecedent = Antecedent(kind);
            var good = antecedent.ContinueWith(_ => P($"{kind}: good"), OnlyOnRanToCompletion | ExecuteSynchronously);
            var bad = antecedent.ContinueWith(t => P($"{kind}: bad {Of(t.Exception)}"), OnlyOnFaulted | ExecuteSynchronously);
            var off = antecedent.ContinueWith(_ => P($"{kind}: off"), OnlyOnCanceled | ExecuteSynchronously);
            P($"{good.Status} {bad.Status} {off.Status}");
        }

        // A token of the continuation's own, and LazyCancellation: not cancelled before its antecedent ends.
        foreach (var option in new[] { None, LazyCancellation })
        {
            using var source = new CancellationTokenSource();
            var gate = new TaskCompletionSource<int>();
            var continuation = gate.Task.ContinueWith(_ => P("never"), source.Token, option | ExecuteSynchronously, TaskScheduler.Default);
            source.Cancel();
            var before = continuation.Status;
            gate.SetResult(0);
            P($"{option}: {before}, then {continuation.Status}");
        }
    }
}
