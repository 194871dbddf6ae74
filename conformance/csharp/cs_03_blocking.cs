// rows: cs-03, cs-04
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// The trap: a thread that blocks on a method which wants to come back to it.
class Program
{
    static async Task<int> ComesBack()
    {
        await Task.Run(() => { });
        await Task.Yield();
        return 5;
    }

    static async Task<int> StaysAway(Task before)
    {
        await before.ConfigureAwait(false);
        return 6;
    }

    static async Task<int> Mixed(Task before)
    {
        await before.ConfigureAwait(false);
        return await ComesBack();
    }

    static void Main()
    {
        Pump.Run(async () =>
        {
            await Task.Yield();
            var task = ComesBack();
            P($"blocked on it: {task.Wait(20)}, {task.Status}");
            P($"awaited: {await task}");

            var gate = new TaskCompletionSource<int>();
            var away = StaysAway(gate.Task);
            var setter = Task.Run(() => gate.SetResult(0));
            P($"blocked on one that stays away: {away.Result}");
            await setter;

            // One await that captures is enough, wherever it stands; behind one that does not, there is
            // no context any more.
            gate = new TaskCompletionSource<int>();
            var mixed = Mixed(gate.Task);
            setter = Task.Run(() => gate.SetResult(0));
            P($"blocked on one that left before: {mixed.Result}");
            await setter;
            var complete = Mixed(Task.CompletedTask);
            P($"that had nothing to leave for: {complete.Wait(20)}");
            P($"awaited: {await complete}");

            // Handed to the pool it has no context to come back to.
            P($"run on the pool: {Task.Run(ComesBack).Result}");
            // What is complete does not block.
            P($"complete: {StaysAway(Task.CompletedTask).Result}");
        });
        // Without a context there is no trap.
        P($"without a context: {ComesBack().Result}");
    }
}
