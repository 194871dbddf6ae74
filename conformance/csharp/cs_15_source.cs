// rows: cs-15
using System;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using static Show;

// A source that is used again and again for one value task after another.
class Source : IValueTaskSource<int>, IValueTaskSource
{
    ManualResetValueTaskSourceCore<int> core;

    public bool Asynchronously { set => core.RunContinuationsAsynchronously = value; }

    public short Version => core.Version;

    public ValueTask<int> Task => new ValueTask<int>(this, core.Version);

    public ValueTask Plain => new ValueTask(this, core.Version);

    public void SetResult(int value) => core.SetResult(value);

    public void SetException(Exception e) => core.SetException(e);

    public void Reset() => core.Reset();

    public int GetResult(short token) => core.GetResult(token);

    void IValueTaskSource.GetResult(short token) => core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => core.GetStatus(token);

    public void OnCompleted(Action<object> continuation, object state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        P($"on completed: {flags}");
        core.OnCompleted(continuation, state, token, flags);
    }
}

class Program
{
    static async Task<int> Awaits(ValueTask<int> task) => await task;

    static async Task<int> Uncaptured(ValueTask<int> task) => await task.ConfigureAwait(false);

    static void Main()
    {
        var source = new Source();
        // Awaited, then set: inline in the set.
        var awaits = Awaits(source.Task);
        P($"waits: {awaits.Status}, {source.GetStatus(source.Version)}");
        source.SetResult(1);
        P($"set: {awaits.Status} {awaits.Result}");

        // Used once more: the old ones are stale.
        short old = source.Version;
        var stale = source.Task;
        source.Reset();
        P($"the version has changed: {source.Version != old}");
        P($"a stale one: {Thrown(() => _ = stale.IsCompleted)} {Thrown(() => _ = stale.Result)}");
        P($"its await: {End(Awaits(stale)).Result}");
        P($"the result too early: {Thrown(() => source.GetResult(source.Version))}");

        // Set, then awaited: nothing waits.
        source.SetResult(2);
        P($"set before: {Awaits(source.Task).Result}");
        P($"set twice: {Thrown(() => source.SetResult(3))}");
        source.Reset();
        source.SetException(new Exception("a"));
        P($"a failure: {source.GetStatus(source.Version)} {End(Awaits(source.Task)).Result}");
        source.Reset();
        source.SetException(new OperationCanceledException());
        P($"a cancellation: {source.GetStatus(source.Version)} {End(Awaits(source.Task)).Result}");

        // There is room for one that waits.
        source.Reset();
        var first = Awaits(source.Task);
        P($"a second one beside it: {Thrown(() => source.OnCompleted(_ => { }, null, source.Version, default))}");
        source.SetResult(4);
        P($"the first: {first.Result}");

        // What an await asks for.
        source.Reset();
        var uncaptured = Uncaptured(source.Task);
        source.SetResult(5);
        P($"ConfigureAwait(false): {uncaptured.Result}");
        source.Reset();
        var pump = new Pump();
        SynchronizationContext.SetSynchronizationContext(pump);
        var captured = Awaits(source.Task);
        SynchronizationContext.SetSynchronizationContext(null);
        source.SetResult(6);
        P($"with a context, after the set: {captured.IsCompleted}");
        pump.Complete();
        pump.Loop();
        P($"after the context's turn: {captured.Result}");

        // As a task, once.
        source.Reset();
        var task = source.Task.AsTask();
        source.SetResult(7);
        P($"AsTask: {task.Result}");
        source.Reset();
        var plain = source.Plain.AsTask();
        source.SetResult(8);
        P($"without a result: {plain.Status}");

        // Continuations asynchronously: none inside the set.
        Pool.Hold();
        var apart = new Source { Asynchronously = true };
        var queued = Awaits(apart.Task);
        apart.SetResult(9);
        P($"inside the set: {queued.IsCompleted}");
        Pool.RunQueued();
        P($"queued: {queued.Result}");
    }
}
