// rows: cs-14
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// Without a context its exception is raised on the pool, where nobody can catch it: the process ends.
class Program
{
    static readonly TaskCompletionSource<int> gate = new TaskCompletionSource<int>();

    static async void Fails()
    {
        await gate.Task;
        throw new InvalidOperationException("of an async void method");
    }

    static void Main()
    {
        AppDomain.CurrentDomain.UnhandledException += (sender, e) =>
        {
            P($"unhandled {Of((Exception)e.ExceptionObject)}, terminating {e.IsTerminating}");
            Environment.Exit(3);
        };
        try
        {
            Fails();
        }
        catch
        {
            P("not here");
        }
        P("the call returned");
        gate.SetResult(0);
        Thread.Sleep(Timeout.Infinite);
    }
}
