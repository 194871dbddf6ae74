// rows: cs-15
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static readonly TaskCompletionSource<int> gate = new TaskCompletionSource<int>();

    static async ValueTask<int> Completes() => 5;

    static async ValueTask<int> Waits() => await gate.Task + 1;

    static async ValueTask Fails(Exception e) => throw e;

    static void Report<T>(string what, ValueTask<T> task) => P(
        $"{what}: completed {task.IsCompleted} well {task.IsCompletedSuccessfully} faulted {task.IsFaulted} canceled {task.IsCanceled}");

    static async Task<long> Allocated(int count)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        int sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += await Completes();
        }
        long after = GC.GetAllocatedBytesForCurrentThread();
        P($"sum {sum}");
        return after - before;
    }

    static async Task Main()
    {
        Report("a value", new ValueTask<int>(5));
        Report("an async method that is done", Completes());
        var waits = Waits();
        Report("one that waits", waits);
        Report("a completed task", new ValueTask<int>(Task.FromResult(1)));
        Report("a failed one", new ValueTask<int>(Task.FromException<int>(new Exception("a"))));
        Report("a cancelled one", new ValueTask<int>(Task.FromCanceled<int>(new CancellationToken(true))));
        Report("the default", default(ValueTask<int>));
        P($"the default: {default(ValueTask<int>).Result} {default(ValueTask).IsCompletedSuccessfully}");

        // Nothing is allocated where nothing waits.
        await Allocated(1);
        P($"allocates for each: {await Allocated(1000) >= 1000}");

        P($"its value: {await new ValueTask<int>(7)} {await Completes()}");
        P($"an exception: {await End(Fails(new Exception("a")).AsTask())}");
        P($"a cancellation: {await End(Fails(new OperationCanceledException()).AsTask())}");
        P($"Result of a failed one: {Thrown(() => _ = new ValueTask<int>(Task.FromException<int>(new Exception("a"))).Result)}");
        P($"GetResult of a failed one: {Thrown(() => Fails(new Exception("a")).GetAwaiter().GetResult())}");

        // As a task: the one it holds, or a completed one. Kept for use by many.
        var task = Task.FromResult(3);
        P($"AsTask: {ReferenceEquals(new ValueTask<int>(task).AsTask(), task)} {new ValueTask<int>(4).AsTask().IsCompleted}");
        var kept = waits.AsTask();
        gate.SetResult(41);
        P($"kept: {await kept} {await kept}");
        var preserved = new ValueTask<int>(8).Preserve();
        P($"preserved: {await preserved} {await preserved}");

        // Equal if they hold the same.
        P($"equal: {new ValueTask<int>(1) == new ValueTask<int>(1)} {new ValueTask<int>(1) == new ValueTask<int>(2)} {new ValueTask<int>(task) == new ValueTask<int>(task)}");
        P($"as text: [{new ValueTask<int>(1)}] [{new ValueTask<int>(Task.FromException<int>(new Exception("a")))}]");
        P($"no task: {Thrown(() => new ValueTask<int>((Task<int>)null))}");
    }
}
