// rows: cs-10
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static TaskCompletionSource<int> New() => new TaskCompletionSource<int>();

    static void Main()
    {
        var source = New();
        P($"open: {source.Task.Status} {source.Task.IsCompleted}");
        P($"first: {source.TrySetResult(1)}, second: {source.TrySetResult(2)}, {source.Task.Result}");
        P($"SetResult: {Thrown(() => source.SetResult(3))}");
        P($"SetException: {Thrown(() => source.SetException(new Exception("a")))}");
        P($"SetCanceled: {Thrown(source.SetCanceled)}");
        P($"the others: {source.TrySetException(new Exception("a"))} {source.TrySetCanceled()} {source.TrySetCanceled(new CancellationToken(true))}");
        P($"it stays: {End(source.Task).Result} {source.Task.Result}");

        source = New();
        source.SetException(new Exception("a"));
        P($"SetException: {End(source.Task).Result} {source.Task.IsFaulted} {source.Task.IsCompletedSuccessfully}");
        P($"after it: {source.TrySetResult(1)} {source.TrySetCanceled()}");
        source = New();
        source.SetException(new List<Exception> { new Exception("a"), new Exception("b") });
        P($"several: {Of(source.Task.Exception)}");
        source = New();
        source.SetException(new AggregateException(new Exception("a"), new Exception("b")));
        P($"an aggregate stays one: {Of(source.Task.Exception)}");
        source = New();
        source.SetException(new OperationCanceledException());
        P($"OperationCanceledException is one like others: {End(source.Task).Result}");

        source = New();
        source.SetCanceled();
        P($"SetCanceled: {End(source.Task).Result} {source.Task.IsCanceled} {source.Task.IsCompletedSuccessfully}");
        using var cancellation = new CancellationTokenSource();
        source = New();
        P($"with a token: {source.TrySetCanceled(cancellation.Token)}");
        try
        {
            source.Task.Wait();
        }
        catch (AggregateException e)
        {
            var inner = (TaskCanceledException)e.InnerException;
            P($"the token: {inner.CancellationToken == cancellation.Token}, the task: {inner.Task == source.Task}");
        }

        source = New();
        P($"no exception: {Thrown(() => source.SetException((Exception)null))}");
        P($"an empty list: {Thrown(() => source.SetException(new Exception[0]))}");
        P($"a list with none: {Thrown(() => source.SetException(new Exception[] { null }))}");
        P($"still open: {source.Task.Status}");

        // Its task has no body.
        P($"Start: {Thrown(source.Task.Start)}");
        P($"RunSynchronously: {Thrown(source.Task.RunSynchronously)}");
        var withState = new TaskCompletionSource<int>("a state");
        P($"its state: {withState.Task.AsyncState}");
        P($"options it cannot have: {Thrown(() => new TaskCompletionSource<int>(TaskCreationOptions.LongRunning))}");

        // One of many setters wins.
        source = New();
        int wins = 0;
        var setters = Enumerable.Range(0, 8).Select(i => new Thread(() => { if (source.TrySetResult(i)) Interlocked.Increment(ref wins); })).ToArray();
        foreach (var setter in setters) setter.Start();
        foreach (var setter in setters) setter.Join();
        P($"winners: {wins}, {source.Task.Status}");

        // A continuation sees the end before the setter returns.
        source = New();
        string order = "";
        source.Task.GetAwaiter().OnCompleted(() => order += $"continuation {source.Task.Result}, ");
        source.SetResult(7);
        P(order + "setter");
        // Added after the end it is queued, not run by whoever adds it.
        Pool.Hold();
        order = "";
        source.Task.GetAwaiter().OnCompleted(() => order += "continuation");
        P($"added late: inline [{order}]");
        Pool.RunQueued();
        P($"queued [{order}]");
    }
}
