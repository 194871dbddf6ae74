// rows: cs-19
using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static async Task Main()
    {
        // The shorter one ends first, whichever was made first, and none too early.
        var watch = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource();
        var late = Task.Delay(60_000, stop.Token);
        var soon = Task.Delay(20, stop.Token);
        P($"the shorter one: {await Task.WhenAny(late, soon) == soon}, too early {watch.ElapsedMilliseconds < 19}");

        P($"none: {Task.Delay(0).IsCompleted}, for ever: {Task.Delay(Timeout.Infinite).Status}");
        P($"a negative one: {Thrown(() => Task.Delay(-2))}");
        P($"a time span: {await End(Task.Delay(TimeSpan.FromMilliseconds(1)))}");
        P($"too long: {Thrown(() => Task.Delay(TimeSpan.FromDays(50)))}");

        // Cancelled: at once, and within the call that cancels.
        using var source = new CancellationTokenSource();
        var delay = Task.Delay(60_000, source.Token);
        P($"before: {delay.Status}");
        source.Cancel();
        P($"cancelled: {await End(delay)}");
        P($"a cancelled token: {Task.Delay(60_000, source.Token).Status}");
        P($"of none: {Task.Delay(0, source.Token).Status}");
        // Cancelled when it has ended: nothing.
        using var after = new CancellationTokenSource();
        var ended = Task.Delay(1, after.Token);
        await ended;
        after.Cancel();
        P($"cancelled late: {ended.Status}");

        // Yield is never complete, and goes to the end of the line.
        P($"yield: {Task.Yield().GetAwaiter().IsCompleted}");
        Pump.Run(async () =>
        {
            string log = "";
            async Task Turns(string name)
            {
                for (int i = 1; i <= 3; i++)
                {
                    log += $"{name}{i} ";
                    await Task.Yield();
                }
            }
            await Task.WhenAll(Turns("a"), Turns("b"), Turns("c"));
            P($"in turn: {log}");
        });

        // A race between an operation and a limit, by hand.
        var never = new TaskCompletionSource<int>();
        var limit = Task.Delay(10, stop.Token);
        P($"the limit wins: {await Task.WhenAny(never.Task, limit) == limit}");
        var quick = Task.FromResult(1);
        P($"the operation wins: {await Task.WhenAny(quick, Task.Delay(60_000, stop.Token)) == quick}");
        stop.Cancel();
    }
}
