// A context of one thread; compiled into each of the programs.
using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;

// What is posted runs on the thread that is in Run, in the order it was posted.
class Pump : SynchronizationContext
{
    readonly BlockingCollection<(SendOrPostCallback, object)> queue = new BlockingCollection<(SendOrPostCallback, object)>();
    readonly Thread owner = Thread.CurrentThread;

    public override void Post(SendOrPostCallback callback, object state) => queue.Add((callback, state));

    public override void Send(SendOrPostCallback callback, object state)
    {
        if (Thread.CurrentThread == owner)
        {
            callback(state);
            return;
        }
        using var done = new ManualResetEventSlim();
        queue.Add((_ => { callback(state); done.Set(); }, null));
        done.Wait();
    }

    // Lets Run return when all that is queued has run.
    public void Complete() => queue.CompleteAdding();

    public void Loop()
    {
        foreach (var (callback, state) in queue.GetConsumingEnumerable())
        {
            callback(state);
        }
    }

    // Runs `main` in a pump of its own, and the pump until `main` has ended.
    public static void Run(Func<Task> main)
    {
        var before = Current;
        var pump = new Pump();
        SetSynchronizationContext(pump);
        try
        {
            var task = main();
            task.ContinueWith(_ => pump.Complete(), TaskScheduler.Default);
            pump.Loop();
            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
