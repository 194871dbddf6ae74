// rows: cs-19
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// Timer, and a loop of ticks made of it: what PeriodicTimer does in later versions.
class Ticks : IDisposable
{
    readonly SemaphoreSlim tick = new SemaphoreSlim(0, 1);
    readonly Timer timer;

    public Ticks(int milliseconds) => timer = new Timer(_ => Tick(), null, milliseconds, milliseconds);

    // Ticks that nobody waited for count as one.
    public void Tick()
    {
        try { tick.Release(); } catch (SemaphoreFullException) { }
    }

    public Task WaitForNextTickAsync(CancellationToken token = default) => tick.WaitAsync(token);

    public void Dispose() => timer.Dispose();
}

class Program
{
    static async Task Main()
    {
        // Once, again and again, changed, stopped.
        var fired = new SemaphoreSlim(0);
        using (var once = new Timer(state => { P($"once, given {state}"); fired.Release(); }, "a state", 1, Timeout.Infinite))
        {
            await fired.WaitAsync();
            once.Change(1, Timeout.Infinite);
            await fired.WaitAsync();
        }
        int count = 0;
        using (var repeated = new Timer(_ => { if (Interlocked.Increment(ref count) <= 3) fired.Release(); }, null, 1, 1))
        {
            for (int i = 0; i < 3; i++) await fired.WaitAsync();
        }
        P("three times");
        using (var idle = new Timer(_ => P("never"), null, Timeout.Infinite, 1))
        {
            P($"changed: {idle.Change(60_000, 60_000)}");
        }
        var gone = new Timer(_ => P("never"), null, 60_000, 1);
        gone.Dispose();
        gone.Dispose();
        P($"disposed: {Thrown(() => gone.Change(1, 1))}");
        P($"made badly: {Thrown(() => new Timer(_ => { }, null, -2, 0))} {Thrown(() => new Timer(null))}");

        // Disposal that waits for a callback that runs.
        using ManualResetEventSlim begun = new ManualResetEventSlim(), goOn = new ManualResetEventSlim();
        bool ended = false;
        var running = new Timer(_ => { begun.Set(); goOn.Wait(); Volatile.Write(ref ended, true); }, null, 0, Timeout.Infinite);
        begun.Wait();
        var disposal = running.DisposeAsync().AsTask();
        P($"while it runs: {disposal.IsCompleted}");
        goOn.Set();
        await disposal;
        P($"after it: {Volatile.Read(ref ended)}");

        // A loop of ticks.
        using (var ticks = new Ticks(2))
        {
            for (int i = 1; i <= 3; i++)
            {
                await ticks.WaitForNextTickAsync();
                P($"tick {i}");
            }
        }
        using (var slow = new Ticks(60_000))
        {
            slow.Tick();
            slow.Tick();
            slow.Tick();
            await slow.WaitForNextTickAsync();
            var next = slow.WaitForNextTickAsync();
            P($"three missed count as one: {!next.IsCompleted}");
            using var source = new CancellationTokenSource();
            var cancelled = slow.WaitForNextTickAsync(source.Token);
            source.Cancel();
            P($"cancelled: {await End(cancelled)}");
        }
    }
}
