// rows: cs-20
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// One thread of the pool is free: its own queue is last in, first out; the global one first in, first out.
class Program
{
    static readonly List<string> log = new List<string>();

    static void Log(string name) => log.Add(name);

    static void Report(string what, Action start)
    {
        log.Clear();
        start();
        Pool.RunQueued();
        // What was queued globally from within stands behind the end of that round.
        Pool.RunQueued();
        P($"{what}: {string.Join(" ", log)}");
    }

    static void FromWithin(string what, Action body) => Report(what, () => ThreadPool.UnsafeQueueUserWorkItem(_ => { body(); Log("|"); }, null));

    static void Main()
    {
        Pool.Hold();
        Report("tasks from outside", () => { for (int i = 1; i <= 4; i++) { int n = i; Task.Run(() => Log($"{n}")); } });
        FromWithin("tasks from within", () => { for (int i = 1; i <= 4; i++) { int n = i; Task.Run(() => Log($"{n}")); } });
        FromWithin("fair ones from within", () =>
        {
            for (int i = 1; i <= 4; i++) { int n = i; Task.Factory.StartNew(() => Log($"{n}"), TaskCreationOptions.PreferFairness); }
        });
        FromWithin("both from within", () =>
        {
            Task.Factory.StartNew(() => Log("fair1"), TaskCreationOptions.PreferFairness);
            Task.Run(() => Log("1"));
            Task.Factory.StartNew(() => Log("fair2"), TaskCreationOptions.PreferFairness);
            Task.Run(() => Log("2"));
        });
        FromWithin("QueueUserWorkItem from within", () =>
        {
            for (int i = 1; i <= 3; i++) ThreadPool.QueueUserWorkItem(_ => Log("global"));
            for (int i = 1; i <= 3; i++) ThreadPool.QueueUserWorkItem(n => Log($"local{n}"), i, true);
            for (int i = 1; i <= 3; i++) ThreadPool.QueueUserWorkItem(n => Log($"not local{n}"), i, false);
        });
        FromWithin("continuations from within", () =>
        {
            var source = new TaskCompletionSource<int>();
            for (int i = 1; i <= 3; i++) { int n = i; source.Task.ContinueWith(_ => Log($"{n}")); }
            source.SetResult(0);
        });
        FromWithin("awaits from within", () =>
        {
            var source = new TaskCompletionSource<int>();
            async Task Await(int n)
            {
                await source.Task;
                Log($"{n}");
            }
            for (int i = 1; i <= 4; i++) _ = Await(i);
            source.SetResult(0);
        });
        FromWithin("yields from within", () =>
        {
            async Task Yields(string name)
            {
                await Task.Yield();
                Log(name);
            }
            for (int i = 1; i <= 3; i++) _ = Yields($"{i}");
            Task.Run(() => Log("task"));
        });
        FromWithin("nested", () =>
        {
            Task.Run(() => { Log("a"); Task.Run(() => Log("a1")); Task.Run(() => Log("a2")); });
            Task.Run(() => { Log("b"); Task.Run(() => Log("b1")); });
        });
        Report("from outside and within", () =>
        {
            Task.Run(() => { Log("1"); Task.Run(() => Log("within 1")); });
            Task.Run(() => { Log("2"); Task.Run(() => Log("within 2")); });
            Task.Run(() => Log("3"));
        });
        FromWithin("a cold one and a continuation of a completed one", () =>
        {
            Task.CompletedTask.ContinueWith(_ => Log("continuation"));
            new Task(() => Log("cold")).Start();
        });
    }
}
