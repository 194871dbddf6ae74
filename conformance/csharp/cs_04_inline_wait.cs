// rows: cs-04
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// A thread that blocks on a task which has not started, and which it has queued itself, runs it.
class Program
{
    static int Here => Thread.CurrentThread.ManagedThreadId;

    static void Report(string what, Func<string> body)
    {
        var task = Task.Run(body);
        Pool.RunQueued();
        P($"{what}: {task.Result}");
    }

    static void Main()
    {
        Pool.Hold();
        Report("Wait", () =>
        {
            int me = Here, its = 0;
            var child = Task.Run(() => its = Here);
            P($"before: {child.Status}");
            child.Wait();
            return $"inline {me == its}";
        });
        Report("Result", () => $"inline {Here == Task.Run(() => Here).Result}");
        Report("GetResult", () => $"inline {Here == Task.Run(() => Here).GetAwaiter().GetResult()}");
        Report("WaitAll", () =>
        {
            int me = Here;
            var children = new[] { Task.Run(() => Here), Task.Run(() => Here), Task.Run(() => Here) };
            Task.WaitAll(children);
            return $"inline {Array.TrueForAll(children, child => child.Result == me)}";
        });
        Report("the order of WaitAll", () =>
        {
            string order = "";
            var children = new[] { Task.Run(() => order += "1"), Task.Run(() => order += "2"), Task.Run(() => order += "3") };
            Task.WaitAll(children);
            return order;
        });
        Report("an exception", () => Thrown(() => Task.Run((Action)(() => throw new Exception("a"))).Wait()));
        Report("a cold one", () =>
        {
            var cold = new Task<int>(() => Here);
            P($"Wait with a limit: {cold.Wait(0)}, {cold.Status}");
            cold.Start();
            return $"inline {cold.Result == Here}";
        });
        Report("with a limit it is not run", () =>
        {
            var child = Task.Run(() => Here);
            bool ended = child.Wait(0);
            return $"ended {ended}, {child.Status}";
        });
        Report("nor a fair one", () =>
        {
            var child = Task.Factory.StartNew(() => Here, TaskCreationOptions.PreferFairness);
            return $"ended {child.Wait(10)}, {child.Status}";
        });
        Report("nor one that a method awaits", () =>
        {
            async Task<int> Awaits() => await Task.Run(() => Here);
            return $"ended {Awaits().Wait(10)}";
        });

        // Not by a thread outside the pool either: what that queues is no one's own.
        var outside = Task.Run(() => Here);
        P($"from outside: ended {outside.Wait(10)}, {outside.Status}");
        Pool.RunQueued();
        P($"from outside: inline {outside.Result == Here}");
    }
}
