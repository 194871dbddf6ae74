// rows: cs-11
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static void Main()
    {
        Pool.Hold();
        var cold = new Task(() => P("the body"));
        P($"made: {cold.Status}");
        cold.Start();
        P($"started: {cold.Status}");
        P($"started again: {Thrown(cold.Start)}");
        Pool.RunQueued();
        P($"run: {cold.Status}");
        P($"started after it: {Thrown(cold.Start)}");
        P($"RunSynchronously after it: {Thrown(cold.RunSynchronously)}");

        int me = Thread.CurrentThread.ManagedThreadId;
        var here = new Task<int>(() => Thread.CurrentThread.ManagedThreadId);
        here.RunSynchronously();
        P($"RunSynchronously: {here.Status}, here {here.Result == me}");
        P($"again: {Thrown(here.RunSynchronously)}");
        var fails = new Task(() => throw new Exception("a"));
        P($"one that fails: {Thrown(fails.RunSynchronously)}, {End(fails).Result}");
        var started = Task.Run(() => { });
        P($"RunSynchronously of a started one: {Thrown(started.RunSynchronously)}");
        Pool.RunQueued();

        // What has no body of its own, or is started by another, cannot be started.
        P($"a promise: {Thrown(new TaskCompletionSource<int>().Task.Start)}");
        P($"an async method's: {Thrown(Waits().Start)}");
        P($"a continuation: {Thrown(new TaskCompletionSource<int>().Task.ContinueWith(_ => { }).Start)}");
        P($"a completed one: {Thrown(Task.CompletedTask.Start)}");
        P($"a continuation, synchronously: {Thrown(new TaskCompletionSource<int>().Task.ContinueWith(_ => { }).RunSynchronously)}");

        // State and the current one's number.
        var withState = new Task(state => P($"given {state}, current {Task.CurrentId != null}"), "a state");
        withState.RunSynchronously();
        P($"its state {withState.AsyncState}; outside of tasks there is no current one: {Task.CurrentId == null}");
        P($"numbers differ: {withState.Id != here.Id}, an id stays: {here.Id == here.Id}");
        P($"no body: {Thrown(() => new Task((Action)null))}");

        // An async body makes a cold task end at its first await.
        var async_body = new Task(async () => { P("async 1"); await Task.Yield(); P("async 2"); });
        async_body.RunSynchronously();
        P($"at its first await: {async_body.Status}");
        Pool.RunQueued();
        var nested = new Task<Task<int>>(async () => { await Task.Yield(); return 5; });
        nested.RunSynchronously();
        P($"a task of a task: {nested.Status}, inner {nested.Result.Status}");
        Pool.RunQueued();
        P($"unwrapped: {nested.Unwrap().Result}");

        // One start of many wins.
        var many = new Task(() => { });
        int starts = 0, refused = 0;
        var threads = new List<Thread>();
        for (int i = 0; i < 6; i++)
        {
            threads.Add(new Thread(() =>
            {
                try { many.Start(); Interlocked.Increment(ref starts); }
                catch (InvalidOperationException) { Interlocked.Increment(ref refused); }
            }));
        }
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        P($"starts {starts}, refused {refused}");

        // Only a task that has ended can be disposed of.
        P($"Dispose of a cold one: {Thrown(new Task(() => { }).Dispose)}");
        P($"Dispose of an ended one: {Thrown(here.Dispose)}, then its result {here.Result == me}");
    }

    static async Task Waits() => await new TaskCompletionSource<int>().Task;
}
