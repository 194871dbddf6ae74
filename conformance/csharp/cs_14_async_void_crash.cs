// rows: cs-14
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// The same with nobody to hear of it: the process is ended by the runtime.
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
        Fails();
        P("the call returned");
        gate.SetResult(0);
        Thread.Sleep(Timeout.Infinite);
    }
}
