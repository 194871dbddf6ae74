// rows: cs-21
using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// Anything with an awaiter can be awaited; what await asks of it, in which order.
class Simple
{
    public bool Completed;
    public Action Continuation;

    public Awaiter GetAwaiter()
    {
        P("get awaiter");
        return new Awaiter { Of = this };
    }

    public struct Awaiter : INotifyCompletion
    {
        public Simple Of;

        public bool IsCompleted
        {
            get
            {
                P($"is completed {Of.Completed}");
                return Of.Completed;
            }
        }

        public void OnCompleted(Action continuation)
        {
            P("on completed");
            Of.Continuation = continuation;
        }

        public string GetResult()
        {
            P("get result");
            return "the result";
        }
    }
}

class Critical
{
    public Action Continuation;

    public Awaiter GetAwaiter() => new Awaiter { Of = this };

    public struct Awaiter : ICriticalNotifyCompletion
    {
        public Critical Of;

        public bool IsCompleted => false;

        public void OnCompleted(Action continuation) => P("never");

        public void UnsafeOnCompleted(Action continuation)
        {
            P("unsafe on completed");
            Of.Continuation = continuation;
        }

        public void GetResult() => throw new Exception("of get result");
    }
}

// Runs its continuation within OnCompleted.
class AtOnce
{
    public Awaiter GetAwaiter() => default;

    public struct Awaiter : INotifyCompletion
    {
        public bool IsCompleted => false;

        public void OnCompleted(Action continuation)
        {
            P("runs it within");
            continuation();
            P("has run it");
        }

        public void GetResult()
        {
        }
    }
}

static class Extensions
{
    public static TaskAwaiter<int> GetAwaiter(this int number) => Task.FromResult(number * 2).GetAwaiter();
}

class Program
{
    static async Task<string> Awaits(Simple simple)
    {
        string result = await simple;
        P($"resumed with {result}");
        return result;
    }

    static async Task Awaits(Critical critical)
    {
        await critical;
        P("never");
    }

    static async Task Awaits(AtOnce at_once)
    {
        await at_once;
        P("resumed");
        await at_once;
        P("resumed again");
    }

    static readonly AsyncLocal<string> local = new AsyncLocal<string>();

    static async Task Flows(Simple simple)
    {
        local.Value = "flows";
        await simple;
        P($"resumed, {local.Value}");
    }

    static async Task<int> Extended() => await 21;

    static void Main()
    {
        var task = Awaits(new Simple { Completed = true });
        P($"complete: {task.Status}");
        var simple = new Simple();
        task = Awaits(simple);
        P($"pending: {task.Status}");
        simple.Continuation();
        P($"continued: {task.Status}");

        var critical = new Critical();
        var failing = Awaits(critical);
        critical.Continuation();
        P($"failed: {End(failing).Result}");

        P($"within: {Awaits(new AtOnce()).Status}");
        P($"extended: {Extended().Result}");

        // Whoever runs the continuation, the context is the method's.
        var flowing = new Simple();
        var flows = Flows(flowing);
        local.Value = "the other";
        flowing.Continuation();
        P($"after it: {local.Value}, {flows.Status}");
    }
}
