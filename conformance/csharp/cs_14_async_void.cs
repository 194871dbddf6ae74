// rows: cs-14
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// An async void method tells its context when it begins and ends, and gives it the exception.
class Telling : Pump
{
    public override void OperationStarted() => P("operation started");

    public override void OperationCompleted()
    {
        P("operation completed");
        Complete();
    }

    public override void Post(SendOrPostCallback callback, object state)
    {
        P("post");
        base.Post(callback, state);
    }
}

class Program
{
    static TaskCompletionSource<int> gate;

    static async void Returns()
    {
        P("body 1");
        await gate.Task;
        P("body 2");
    }

    static async void Fails()
    {
        await gate.Task;
        throw new Exception("later");
    }

    static async void FailsAtOnce() => throw new Exception("at once");

    static async void Cancels()
    {
        await gate.Task;
        throw new OperationCanceledException();
    }

    static async void CompletesAtOnce() => P("body");

    // Runs what `start` posts, and reports what comes out.
    static void Run(string what, Action start)
    {
        P($"-- {what}");
        gate = new TaskCompletionSource<int>();
        var pump = new Telling();
        SynchronizationContext.SetSynchronizationContext(pump);
        P($"the call throws {Thrown(start)}");
        SynchronizationContext.SetSynchronizationContext(null);
        gate.SetResult(0);
        while (true)
        {
            string thrown = Thrown(pump.Loop);
            P($"the loop throws {thrown}");
            if (thrown == "nothing") break;
        }
    }

    static void Main()
    {
        Run("completes at once", CompletesAtOnce);
        Run("returns later", Returns);
        Run("fails later", () => { try { Fails(); } catch { P("not here"); } });
        Run("fails at once", () => { try { FailsAtOnce(); } catch { P("not here"); } });
        Run("cancels", Cancels);
    }
}
