// rows: cs-08
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static void Main()
    {
        // Taken back before: it never runs.
        var source = new CancellationTokenSource();
        var registration = source.Token.Register(() => P("not reached"));
        P($"its token: {registration.Token == source.Token}");
        registration.Dispose();
        registration.Dispose();
        source.Cancel();
        P("disposed of before");

        // Unregister tells whether it was in time.
        source = new CancellationTokenSource();
        var early = source.Token.Register(() => P("not reached"));
        P($"early: {early.Unregister()} {early.Unregister()}");
        var late = source.Token.Register(() => P("ran"));
        source.Cancel();
        P($"late: {late.Unregister()}");
        var never = source.Token.Register(() => { });
        P($"on a cancelled one: {never.Unregister()}, nothing {never == default}");
        P($"on none: {CancellationToken.None.Register(() => P("not reached")) == default}");

        // Taken back in the middle of a list.
        source = new CancellationTokenSource();
        var registrations = new CancellationTokenRegistration[5];
        for (int i = 0; i < 5; i++)
        {
            int number = i;
            registrations[i] = source.Token.Register(() => P($"callback {number}"));
        }
        registrations[3].Dispose();
        registrations[0].Dispose();
        var again = source.Token.Register(() => P("a later one"));
        source.Cancel();

        // Dispose waits for a callback that runs on another thread, Unregister does not.
        source = new CancellationTokenSource();
        using ManualResetEventSlim begun = new ManualResetEventSlim(), goOn = new ManualResetEventSlim();
        bool ended = false;
        var running = source.Token.Register(() =>
        {
            begun.Set();
            goOn.Wait();
            Volatile.Write(ref ended, true);
        });
        var canceller = new Thread(source.Cancel);
        canceller.Start();
        begun.Wait();
        P($"Unregister while it runs: {running.Unregister()}, ended {Volatile.Read(ref ended)}");
        var disposer = new Thread(running.Dispose);
        disposer.Start();
        P($"Dispose came back while it ran: {disposer.Join(30)}");
        goOn.Set();
        disposer.Join();
        P($"Dispose came back: ended {Volatile.Read(ref ended)}");
        canceller.Join();

        // Another callback that still waits its turn is not waited for.
        source = new CancellationTokenSource();
        begun.Reset();
        goOn.Reset();
        var waiting = source.Token.Register(() => P("not reached"));
        source.Token.Register(() => { begun.Set(); goOn.Wait(); });
        canceller = new Thread(source.Cancel);
        canceller.Start();
        begun.Wait();
        P($"waits its turn: {waiting.Unregister()}");
        goOn.Set();
        canceller.Join();

        // From within itself it does not wait for itself.
        source = new CancellationTokenSource();
        CancellationTokenRegistration itself = default;
        itself = source.Token.Register(() =>
        {
            itself.Dispose();
            P("disposed of from within");
        });
        source.Cancel();

        // Asynchronously too.
        source = new CancellationTokenSource();
        var last = source.Token.Register(() => P("not reached"));
        last.DisposeAsync().AsTask().Wait();
        source.Cancel();

        // A disposed source: what was registered never runs, and it cannot be cancelled.
        source = new CancellationTokenSource();
        var token = source.Token;
        source.Token.Register(() => P("not reached"));
        source.Dispose();
        P($"Cancel: {Thrown(source.Cancel)}");
        P($"Token: {Thrown(() => _ = source.Token)}");
        P($"Register: {Thrown(() => token.Register(() => { }))}");
        P($"asking: {token.IsCancellationRequested} {token.CanBeCanceled}");
    }
}
