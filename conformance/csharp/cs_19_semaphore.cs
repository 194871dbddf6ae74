// rows: cs-19
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static string Done(params Task[] tasks) => string.Join(" ", Array.ConvertAll(tasks, task => task.IsCompleted));

    static void Main()
    {
        var semaphore = new SemaphoreSlim(2, 3);
        P($"free: {semaphore.CurrentCount}");
        Task a = semaphore.WaitAsync(), b = semaphore.WaitAsync(), c = semaphore.WaitAsync();
        P($"three want two: {Done(a, b, c)}, free {semaphore.CurrentCount}");
        P($"released, there were {semaphore.Release()}");
        P($"the third: {c.Wait(10_000)}, free {semaphore.CurrentCount}");
        P($"released two, there were {semaphore.Release(2)}, free {semaphore.CurrentCount}");
        semaphore.Release();
        P($"above the maximum: {Thrown(() => semaphore.Release())}, free {semaphore.CurrentCount}");
        P($"release none: {Thrown(() => semaphore.Release(0))}");
        P($"made badly: {Thrown(() => new SemaphoreSlim(4, 3))} {Thrown(() => new SemaphoreSlim(-1))} {Thrown(() => new SemaphoreSlim(0, 0))}");

        // Who waits is served in the order they came.
        var gate = new SemaphoreSlim(0);
        var order = new List<int>();
        var waits = new List<Task>();
        async Task Waits(int number)
        {
            await gate.WaitAsync();
            lock (order) order.Add(number);
        }
        for (int i = 0; i < 5; i++) waits.Add(Waits(i));
        for (int i = 0; i < 5; i++)
        {
            gate.Release();
            waits[i].Wait();
        }
        P($"in order: {string.Join(",", order)}");

        // Those released at once go on from the pool, not within the release.
        Pool.Hold();
        order.Clear();
        waits.Clear();
        for (int i = 0; i < 3; i++) waits.Add(Waits(i));
        gate.Release(3);
        P($"within the release: {order.Count}");
        Pool.RunQueued();
        P($"on the pool: {string.Join(",", order)}");

        // With a limit, and with a token: who gives up leaves the line and takes no permit.
        P($"at once: {gate.Wait(0)} {gate.WaitAsync(0).Result}");
        gate.Release();
        P($"at once, if there is one: {gate.WaitAsync(0).Result}, left {gate.CurrentCount}");
        using var source = new CancellationTokenSource();
        var cancelled = gate.WaitAsync(source.Token);
        var behind = gate.WaitAsync();
        source.Cancel();
        Pool.RunQueued();
        P($"cancelled: {cancelled.Status}");
        gate.Release();
        Pool.RunQueued();
        P($"behind it: {behind.Status}, left {gate.CurrentCount}");
        P($"a permit and a cancelled token: {gate.Release()} {gate.WaitAsync(source.Token).Status} left {gate.CurrentCount}");
        P($"blocking: {Thrown(() => gate.Wait(source.Token))}");
        gate.Wait();

        // The handle: set while there are permits; waiting for it takes none.
        P($"handle: {gate.AvailableWaitHandle.WaitOne(0)}");
        gate.Release();
        P($"handle: {gate.AvailableWaitHandle.WaitOne(0)}, left {gate.CurrentCount}");
        gate.Dispose();
        P($"disposed: {Thrown(() => gate.Wait())} {Thrown(() => gate.WaitAsync())} {Thrown(() => gate.Release())}");
    }
}
