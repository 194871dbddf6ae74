// rows: cs-07
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// Cancellation is an exception at an await: a body cleans up with further awaits, gives way, or not.
class Program
{
    static async Task CleansUp(CancellationToken token)
    {
        try
        {
            await Task.Delay(-1, token);
            P("never");
        }
        finally
        {
            P("cleans up");
            await Task.Yield();
            await Task.Delay(1);
            P("has cleaned up");
        }
    }

    static async Task<string> Swallows(CancellationToken token)
    {
        try
        {
            await Task.Delay(-1, token);
        }
        catch (OperationCanceledException e)
        {
            return $"swallowed {e.GetType().Name}, its token {e.CancellationToken == token}";
        }
        return "never";
    }

    static async Task Replaces(CancellationToken token)
    {
        try
        {
            await Task.Delay(-1, token);
        }
        catch (OperationCanceledException e)
        {
            throw new Exception("instead", e);
        }
    }

    static async Task FailsInCleanup(CancellationToken token)
    {
        try
        {
            await Task.Delay(-1, token);
        }
        finally
        {
            await Task.Yield();
            throw new Exception("in the cleanup");
        }
    }

    // Tells its own limit from the caller's wish to stop.
    static async Task<string> WithLimit(CancellationToken token, CancellationTokenSource limit)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(token, limit.Token);
        try
        {
            await Task.Delay(-1, linked.Token);
            return "never";
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return "the limit";
        }
    }

    // Goes on to look at the token between steps.
    static async Task<int> Counts(CancellationToken token, CancellationTokenSource source)
    {
        int steps = 0;
        while (!token.IsCancellationRequested)
        {
            await Task.Yield();
            if (++steps == 3) source.Cancel();
        }
        return steps;
    }

    static async Task Nested(CancellationToken token)
    {
        try
        {
            await CleansUp(token);
        }
        finally
        {
            P("the outer one after it");
        }
    }

    static async Task<string> Cancelled(Func<CancellationToken, Task> body)
    {
        using var source = new CancellationTokenSource();
        var task = body(source.Token);
        source.Cancel();
        string end = await End(task);
        return task is Task<string> { IsCompletedSuccessfully: true } result ? $"{end}: {result.Result}" : end;
    }

    static async Task Main()
    {
        P(await Cancelled(CleansUp));
        P(await Cancelled(Nested));
        P(await Cancelled(Swallows));
        P(await Cancelled(Replaces));
        P(await Cancelled(FailsInCleanup));

        using CancellationTokenSource outer = new CancellationTokenSource(), limit = new CancellationTokenSource();
        var limited = WithLimit(outer.Token, limit);
        limit.Cancel();
        P($"stopped by {await limited}");
        using CancellationTokenSource wish = new CancellationTokenSource(), unused = new CancellationTokenSource();
        limited = WithLimit(wish.Token, unused);
        wish.Cancel();
        P($"stopped by the caller: {await End(limited)}");

        using var source = new CancellationTokenSource();
        P($"counted: {await Counts(source.Token, source)}");

        // A clean-up that is given no token, or another one, is not disturbed by the first.
        using var first = new CancellationTokenSource();
        var shielded = Shielded(first.Token);
        first.Cancel();
        P(await shielded);
    }

    static async Task<string> Shielded(CancellationToken token)
    {
        try
        {
            await Task.Delay(-1, token);
        }
        catch (OperationCanceledException)
        {
            try
            {
                await Task.Delay(1, token);
            }
            catch (OperationCanceledException)
            {
                await Task.Delay(1, CancellationToken.None);
                return "with the token it is cancelled again, without it goes on";
            }
        }
        return "never";
    }
}
