// rows: cs-07
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// A token that is cancelled before the body has begun: the body never runs. Later the token does
// nothing by itself.
class Program
{
    static void Main()
    {
        var cancelled = new CancellationToken(true);
        P($"Run: {End(Task.Run(() => P("never"), cancelled)).Result}");
        P($"Run of an async body: {End(Task.Run(async () => { P("never"); await Task.Yield(); }, cancelled)).Result}");
        P($"Run with a result: {End(Task.Run(() => 1, cancelled)).Result}");
        P($"StartNew: {End(Task.Factory.StartNew(() => P("never"), cancelled)).Result}");
        P($"ContinueWith: {End(Task.CompletedTask.ContinueWith(_ => P("never"), cancelled)).Result}");
        var cold = new Task(() => P("never"), cancelled);
        P($"cold: {cold.Status}");
        P($"start it: {Thrown(cold.Start)}");
        P($"run it: {Thrown(cold.RunSynchronously)}");
        P($"its completion is there at once: {cold.IsCompleted} {cold.IsCanceled}");
        P($"Delay: {Task.Delay(-1, cancelled).Status}");

        // Cancelled between the start and the run.
        Pool.Hold();
        using var source = new CancellationTokenSource();
        var queued = Task.Run(() => P("never"), source.Token);
        P($"queued: {queued.Status}");
        source.Cancel();
        P($"at once: {queued.Status}");
        Pool.RunQueued();
        P($"after its turn: {End(queued).Result}");

        // Cancelled before the start of a cold one.
        using var second = new CancellationTokenSource();
        var waiting = new Task(() => P("never"), second.Token);
        P($"cold: {waiting.Status}");
        second.Cancel();
        P($"cold, then cancelled: {waiting.Status}");

        // Of a continuation before its antecedent has ended.
        using var third = new CancellationTokenSource();
        var gate = new TaskCompletionSource<int>();
        var continuation = gate.Task.ContinueWith(_ => P("never"), third.Token);
        third.Cancel();
        P($"a continuation, then cancelled: {continuation.Status}");
        gate.SetResult(0);
        Pool.RunQueued();
        P($"after its antecedent: {continuation.Status}");

        // Once it runs the token is only a word with the body.
        using var fourth = new CancellationTokenSource();
        var runs = new Task(() =>
        {
            fourth.Cancel();
            P("still running");
        }, fourth.Token);
        runs.RunSynchronously();
        P($"cancelled while it ran: {runs.Status}");

        // A token has no hold on an async method it is merely passed to.
        async Task<string> Passed(CancellationToken token)
        {
            await Task.Yield();
            return $"cancelled {token.IsCancellationRequested}, went on";
        }
        var passed = Passed(cancelled);
        Pool.RunQueued();
        P($"{passed.Result}");
    }
}
