// rows: cs-17
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static async IAsyncEnumerable<int> Marked([EnumeratorCancellation] CancellationToken token = default)
    {
        try
        {
            P($"can be cancelled {token.CanBeCanceled}, requested {token.IsCancellationRequested}");
            for (int i = 1; ; i++)
            {
                await Task.Yield();
                token.ThrowIfCancellationRequested();
                yield return i;
            }
        }
        finally
        {
            P("finally");
        }
    }

    static async IAsyncEnumerable<int> Unmarked(CancellationToken token = default)
    {
        P($"can be cancelled {token.CanBeCanceled}, requested {token.IsCancellationRequested}");
        await Task.Yield();
        yield return 1;
    }

    static async Task<string> Walk(IAsyncEnumerable<int> stream, CancellationToken token, CancellationTokenSource cancels = null)
    {
        int count = 0;
        try
        {
            await foreach (int number in stream.WithCancellation(token))
            {
                count++;
                if (number == 2) cancels?.Cancel();
                if (number == 4) break;
            }
            return $"{count} and left";
        }
        catch (Exception e)
        {
            return $"{count} and {Of(e)}";
        }
    }

    static async Task Main()
    {
        using CancellationTokenSource a = new CancellationTokenSource(), b = new CancellationTokenSource();
        P($"no token: {await Walk(Marked(), default)}");
        P($"WithCancellation: {await Walk(Marked(), a.Token, a)}");
        P($"cancelled before: {await Walk(Marked(), a.Token)}");
        P($"by the argument: {await Walk(Marked(a.Token), default)}");
        P($"both, the argument's cancelled: {await Walk(Marked(a.Token), b.Token)}");
        P($"both, the other's cancelled: {await Walk(Marked(b.Token), a.Token)}");
        P($"both, neither yet: {await Walk(Marked(b.Token), new CancellationTokenSource().Token, b)}");
        // Without the attribute the stream never hears of it.
        P($"unmarked: {await Walk(Unmarked(), a.Token)}");
        P($"unmarked, by the argument: {await Walk(Unmarked(a.Token), default)}");

        // Where the loop resumes.
        Pump.Run(async () =>
        {
            var context = SynchronizationContext.Current;
            await foreach (int number in Marked())
            {
                P($"in the context {SynchronizationContext.Current == context}");
                break;
            }
        });
    }
}
