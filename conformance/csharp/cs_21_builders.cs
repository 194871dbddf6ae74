// rows: cs-21
using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static void Main()
    {
        // A builder makes the task, sets it once, and tells cancellation from failure.
        var builder = AsyncTaskMethodBuilder<int>.Create();
        var task = builder.Task;
        P($"made: {task.Status}, the same {ReferenceEquals(task, builder.Task)}");
        builder.SetResult(5);
        P($"set: {task.Status} {task.Result}, again {Thrown(() => builder.SetResult(6))}");
        P($"an exception after it: {Thrown(() => builder.SetException(new Exception("a")))}");
        builder = AsyncTaskMethodBuilder<int>.Create();
        builder.SetResult(7);
        P($"set before it is asked for: {builder.Task.Result}");
        builder = AsyncTaskMethodBuilder<int>.Create();
        builder.SetException(new Exception("a"));
        P($"failed: {End(builder.Task).Result}");
        builder = AsyncTaskMethodBuilder<int>.Create();
        builder.SetException(new OperationCanceledException());
        P($"cancelled: {End(builder.Task).Result}");
        P($"no exception: {Thrown(() => AsyncTaskMethodBuilder<int>.Create().SetException(null))}");
        var plain = AsyncTaskMethodBuilder.Create();
        plain.SetResult();
        P($"without a result: {plain.Task.Status}");
        P($"no machine: {Thrown(() => AsyncTaskMethodBuilder.Create().SetStateMachine(null))}");
        var value = AsyncValueTaskMethodBuilder<int>.Create();
        value.SetResult(8);
        P($"a value task: {value.Task.IsCompletedSuccessfully} {value.Task.Result}");

        // An awaiter by hand.
        var source = new TaskCompletionSource<int>();
        var awaiter = source.Task.GetAwaiter();
        P($"pending: {awaiter.IsCompleted}");
        string log = "";
        awaiter.OnCompleted(() => log += "first ");
        source.SetResult(9);
        P($"completed: {awaiter.IsCompleted} {awaiter.GetResult()} {awaiter.GetResult()}, {log}");
        P($"no continuation: {Thrown(() => awaiter.OnCompleted(null))}");
        P($"a failed one: {Thrown(() => Task.FromException(new Exception("a")).GetAwaiter().GetResult())}");
        // Asked too early it blocks.
        var late = new TaskCompletionSource<int>();
        var setter = new Thread(() => late.SetResult(10));
        setter.Start();
        P($"blocked for: {late.Task.GetAwaiter().GetResult()}");
        setter.Join();
        P($"yield's awaiter: {Task.Yield().GetAwaiter().IsCompleted}");
        Task.Yield().GetAwaiter().GetResult();

        // The configured awaiter.
        var configured = Task.FromResult(3).ConfigureAwait(false).GetAwaiter();
        P($"configured: {configured.IsCompleted} {configured.GetResult()}");

        // A void builder in a context.
        var pump = new Counting();
        SynchronizationContext.SetSynchronizationContext(pump);
        var nothing = AsyncVoidMethodBuilder.Create();
        nothing.SetResult();
        var failing = AsyncVoidMethodBuilder.Create();
        failing.SetException(new Exception("of a void one"));
        SynchronizationContext.SetSynchronizationContext(null);
        pump.Complete();
        P($"begun {pump.Begun}, ended {pump.Ended}, posted: {Thrown(pump.Loop)}");
    }

    class Counting : Pump
    {
        public int Begun, Ended;

        public override void OperationStarted() => Begun++;

        public override void OperationCompleted() => Ended++;
    }
}
