// rows: cs-08
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static void Main()
    {
        // Last registered first, on the thread that cancels, before Cancel returns.
        var source = new CancellationTokenSource();
        int me = Thread.CurrentThread.ManagedThreadId;
        foreach (int i in new[] { 1, 2, 3 })
        {
            source.Token.Register(() => P($"callback {i}, inline {me == Thread.CurrentThread.ManagedThreadId}, requested {source.IsCancellationRequested}"));
        }
        P("cancel");
        source.Cancel();
        P("cancelled");
        source.Cancel();
        P("a second time: nothing");
        source.Token.Register(() => P("late: at once"));
        P("registered late");

        // All run, whatever they throw.
        source = new CancellationTokenSource();
        source.Token.Register(() => throw new Exception("1"));
        source.Token.Register(() => P("between"));
        source.Token.Register(() => throw new Exception("3"));
        var failing = source;
        P($"{Thrown(() => failing.Cancel())}");
        P($"cancelled all the same: {failing.IsCancellationRequested}");
        // Unless only the first counts.
        source = new CancellationTokenSource();
        source.Token.Register(() => P("not reached"));
        source.Token.Register(() => throw new Exception("2"));
        source.Token.Register(() => P("before it"));
        var first = source;
        P($"first only: {Thrown(() => first.Cancel(true))}");
        P($"a late one that throws: {Thrown(() => first.Token.Register(() => throw new Exception("late")))}");

        // What a callback registers runs at once; what it disposes does not run.
        source = new CancellationTokenSource();
        var disposed = source.Token.Register(() => P("not reached"));
        source.Token.Register(() =>
        {
            P("registers");
            source.Token.Register(() => P("within"));
            disposed.Dispose();
            P("has registered");
        });
        source.Cancel();
        // Cancelling again from within is nothing.
        source = new CancellationTokenSource();
        source.Token.Register(() => P("older"));
        source.Token.Register(() => { source.Cancel(); P("cancelled again from within"); });
        source.Cancel();

        // Tasks and awaits that wait for a token stand in the same line.
        source = new CancellationTokenSource();
        source.Token.Register(() => P("registered first"));
        var delay = Task.Delay(-1, source.Token);
        _ = delay.ContinueWith(_ => P("the delay"), TaskContinuationOptions.ExecuteSynchronously);
        source.Token.Register(() => P("registered last"));
        source.Cancel();

        // The state is handed over; a context is sent to if that is asked for.
        source = new CancellationTokenSource();
        var pump = new Pump();
        SynchronizationContext.SetSynchronizationContext(pump);
        int thread = 0;
        source.Token.Register(_ => thread = Thread.CurrentThread.ManagedThreadId, null, true);
        source.Token.Register(state => P($"{state}, in no context {SynchronizationContext.Current == null}"), "a state");
        SynchronizationContext.SetSynchronizationContext(null);
        var canceller = Task.Run(source.Cancel);
        canceller.ContinueWith(_ => pump.Complete());
        pump.Loop();
        P($"sent to the context: {thread == me}");

        // Cancelling from a timer or another thread runs them there.
        source = new CancellationTokenSource();
        source.Token.Register(() => thread = Thread.CurrentThread.ManagedThreadId);
        int other = 0;
        var outside = new Thread(() => { other = Thread.CurrentThread.ManagedThreadId; source.Cancel(); });
        outside.Start();
        outside.Join();
        P($"on the thread that cancels: {other == thread}");
    }
}
