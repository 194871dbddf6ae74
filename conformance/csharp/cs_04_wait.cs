// rows: cs-04
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static Task Failed(params string[] messages)
    {
        var source = new TaskCompletionSource<int>();
        source.SetException(Array.ConvertAll(messages, message => new Exception(message)));
        return source.Task;
    }

    static Task<int> Cancelled() => Task.FromCanceled<int>(new CancellationToken(true));

    static async Task Awaits(Task task) => await task;

    static void Main()
    {
        P($"Wait: {Thrown(() => Failed("a").Wait())}");
        P($"Wait, two: {Thrown(() => Failed("a", "b").Wait())}");
        P($"Result: {Thrown(() => _ = Task.FromException<int>(new Exception("a")).Result)}");
        P($"GetResult: {Thrown(() => Failed("a").GetAwaiter().GetResult())}");
        P($"GetResult, two: {Thrown(() => Failed("a", "b").GetAwaiter().GetResult())}");
        P($"await, two: {End(Awaits(Failed("a", "b"))).Result}");
        P($"Exception, two: {Of(Failed("a", "b").Exception)}");
        P($"Wait, cancelled: {Thrown(() => Cancelled().Wait())}");
        P($"Result, cancelled: {Thrown(() => _ = Cancelled().Result)}");
        P($"GetResult, cancelled: {Thrown(() => Cancelled().GetAwaiter().GetResult())}");
        P($"await, cancelled: {End(Awaits(Cancelled())).Result}");
        P($"Exception, cancelled: {Of(Cancelled().Exception)}");
        P($"Exception, not yet: {Of(new TaskCompletionSource<int>().Task.Exception)}");

        // The exception is the same object however it is asked for, and its wrapper is not.
        var failed = Failed("a");
        Exception first = null, second = null;
        try { failed.GetAwaiter().GetResult(); } catch (Exception e) { first = e; }
        try { failed.Wait(); } catch (AggregateException e) { second = e.InnerException; }
        P($"one exception: {ReferenceEquals(first, second)}");

        // With a limit, or a token that gives up the wait and not the task.
        var open = new TaskCompletionSource<int>();
        P($"Wait(0): {open.Task.Wait(0)}");
        P($"Wait(10): {open.Task.Wait(10)}");
        using var source = new CancellationTokenSource();
        source.Cancel();
        P($"Wait(token): {Thrown(() => open.Task.Wait(source.Token))}, then {open.Task.Status}");
        P($"Wait(token) of a completed one: {Thrown(() => Task.CompletedTask.Wait(source.Token))}");
        P($"Wait(0) of a failed one: {Thrown(() => Failed("a").Wait(0))}");

        // Several.
        P($"WaitAll: {Thrown(() => Task.WaitAll(Failed("a", "b"), Task.CompletedTask, Cancelled(), Failed("c")))}");
        P($"WaitAll, in time: {Task.WaitAll(new Task[] { open.Task, Task.CompletedTask }, 0)}");
        P($"WaitAll, none: {Thrown(() => Task.WaitAll())}");
        P($"WaitAny: {Task.WaitAny(open.Task, Failed("a"), Task.CompletedTask)}");
        P($"WaitAny, in time: {Task.WaitAny(new Task[] { open.Task }, 0)}");
        P($"WaitAny, none: {Task.WaitAny()}");

        // Nested ones flatten.
        var nested = new AggregateException(new Exception("a"), new AggregateException(new Exception("b"), new AggregateException(new Exception("c"))));
        P($"{Of(nested)}");
        P($"Flatten: {Of(nested.Flatten())}");
        P($"GetBaseException: {Of(nested.GetBaseException())}");
        P($"Handle: {Thrown(() => nested.Flatten().Handle(e => e.Message != "b"))}");
    }
}
