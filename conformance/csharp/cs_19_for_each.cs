// rows: cs-19
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// For each of many an async body, so many at once: by hand, what Parallel.ForEachAsync does in later
// versions.
class Program
{
    static async Task ForEachAsync<T>(IEnumerable<T> values, int degree, Func<T, CancellationToken, Task> body, CancellationToken token = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        using var enumerator = values.GetEnumerator();
        async Task Worker()
        {
            try
            {
                while (true)
                {
                    stop.Token.ThrowIfCancellationRequested();
                    T value;
                    lock (stop)
                    {
                        if (!enumerator.MoveNext()) return;
                        value = enumerator.Current;
                    }
                    await body(value, stop.Token);
                }
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }
        var workers = Task.WhenAll(Enumerable.Range(0, degree).Select(_ => Task.Run(Worker)));
        try
        {
            await workers;
        }
        catch (OperationCanceledException)
        {
            token.ThrowIfCancellationRequested();
            throw;
        }
    }

    static async Task Main()
    {
        int running = 0, most = 0, sum = 0;
        object guard = new object();
        await ForEachAsync(Enumerable.Range(1, 100), 3, async (value, token) =>
        {
            lock (guard) most = Math.Max(most, ++running);
            await Task.Yield();
            lock (guard) { sum += value; running--; }
        });
        P($"all: {sum}, more than three at once {most > 3}");

        // Three have met, so three do run at once.
        using var three = new SemaphoreSlim(0);
        int come = 0;
        await ForEachAsync(Enumerable.Range(0, 3), 3, async (value, token) =>
        {
            if (Interlocked.Increment(ref come) == 3) three.Release(3);
            await three.WaitAsync();
        });
        P("three have met");

        // One at a time: in order.
        var order = new List<int>();
        await ForEachAsync(Enumerable.Range(0, 5), 1, async (value, token) => { await Task.Yield(); order.Add(value); });
        P($"one at a time: {string.Join(",", order)}");

        // A failure: the others are told, no more are begun, and what runs is waited for.
        var begun = new List<int>();
        bool told = false;
        var failed = ForEachAsync(Enumerable.Range(0, 100), 2, async (value, token) =>
        {
            lock (begun) begun.Add(value);
            var gate = new TaskCompletionSource<int>();
            if (value == 0)
            {
                using var registration = token.Register(() => gate.SetResult(0));
                await gate.Task;
                told = true;
                return;
            }
            throw new Exception($"of {value}");
        });
        P($"{await End(failed)}, begun {begun.Count}, told {told}");
        P($"{Of(failed.Exception)}");

        // A token.
        using var source = new CancellationTokenSource();
        int count = 0;
        var cancelled = ForEachAsync(Enumerable.Range(0, 1000), 1, async (value, token) =>
        {
            if (++count == 5) source.Cancel();
            await Task.Yield();
        }, source.Token);
        P($"{await End(cancelled)} after {count}");
        P($"cancelled before: {await End(ForEachAsync(new[] { 1 }, 1, async (value, token) => P("never"), source.Token))}");
        P($"none: {await End(ForEachAsync(new int[0], 4, async (value, token) => P("never")))}");
    }
}
