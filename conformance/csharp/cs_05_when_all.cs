// rows: cs-05
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static TaskCompletionSource<int>[] Sources(int count) =>
        Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<int>()).ToArray();

    static Task<int[]> All(TaskCompletionSource<int>[] sources) => Task.WhenAll(sources.Select(s => s.Task));

    static async Task<string> Awaits<T>(Task<T> task)
    {
        try
        {
            await task;
            return $"{task.Status}";
        }
        catch (Exception e)
        {
            return $"{task.Status}, await {Of(e)}, Exception {Of(task.Exception)}";
        }
    }

    static void Main()
    {
        // Results in the order of the arguments, not of completion.
        var three = Sources(3);
        var all = All(three);
        three[2].SetResult(2);
        three[0].SetResult(0);
        P($"two of three: {all.Status}");
        three[1].SetResult(1);
        P($"three of three: {all.Status} {string.Join(",", all.Result)}");

        // A failure does not end the wait.
        var failing = Sources(3);
        all = All(failing);
        failing[2].SetException(new Exception("third"));
        P($"one failed: {all.Status}");
        failing[0].SetException(new[] { new Exception("first a"), new Exception("first b") });
        failing[1].SetResult(1);
        P($"all there: {Awaits(all).Result}");

        // A failure outweighs a cancellation; cancellations alone cancel.
        var mixed = Sources(3);
        all = All(mixed);
        mixed[0].SetCanceled();
        mixed[1].SetException(new Exception("second"));
        mixed[2].SetCanceled();
        P($"cancelled and failed: {Awaits(all).Result}");
        var cancelled = Sources(2);
        all = All(cancelled);
        cancelled[0].SetCanceled();
        cancelled[1].SetResult(0);
        P($"cancelled only: {Awaits(all).Result}");
        // Of the cancellations the first in order tells whose token it was.
        using CancellationTokenSource a = new CancellationTokenSource(), b = new CancellationTokenSource();
        a.Cancel();
        b.Cancel();
        var tokens = Task.WhenAll(Task.CompletedTask, Task.FromCanceled(a.Token), Task.FromCanceled(b.Token));
        try
        {
            tokens.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException e)
        {
            P($"the token is that of the first: {e.CancellationToken == a.Token} {e.CancellationToken == b.Token}");
        }

        // None, one, and nested ones.
        P($"none: {Task.WhenAll().Status}, {Task.WhenAll(new Task<int>[0]).Result.Length} results");
        P($"all complete already: {Task.WhenAll(Task.FromResult(1), Task.FromResult(2)).IsCompletedSuccessfully}");
        var inner = Task.WhenAll(Task.FromException(new Exception("a")), Task.FromException(new Exception("b")));
        var outer = Task.WhenAll(inner, Task.FromException(new Exception("c")));
        P($"nested: {Of(outer.Exception)}");
        P($"a null among them: {Thrown(() => Task.WhenAll(Task.CompletedTask, null))}");
        P($"no list: {Thrown(() => Task.WhenAll((Task[])null))}");
        var twice = Task.FromResult(4);
        P($"one task twice: {string.Join(",", Task.WhenAll(twice, twice).Result)}");

        // The list is copied when it is called.
        var list = new List<Task<int>> { Task.FromResult(1) };
        var copied = Task.WhenAll(list);
        list.Add(Task.FromResult(2));
        P($"copied: {copied.Result.Length}");
    }
}
