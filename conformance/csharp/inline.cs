// rows: cs-02, cs-14, cs-15, cs-17
// A first survey; the programs named after the rows look closer.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

class Program
{
    static volatile bool insideSet;

    static async Task Main()
    {
        for (int n = 1; n <= 4; n++)
        {
            var source = new TaskCompletionSource<int>();
            int me = 0;
            var inline = new bool[n];
            async Task Awaits(int i)
            {
                await source.Task;
                inline[i] = Thread.CurrentThread.ManagedThreadId == me && insideSet;
            }
            var tasks = Enumerable.Range(0, n).Select(Awaits).ToArray();
            me = Thread.CurrentThread.ManagedThreadId;
            insideSet = true;
            source.SetResult(0);
            insideSet = false;
            await Task.WhenAll(tasks);
            Console.WriteLine($"{n} awaiters inline={string.Join(",", inline)}");
        }
        Console.WriteLine($"vt {new ValueTask<int>(Task.FromResult(1)).IsCompletedSuccessfully}");

        var enumerator = Numbers().GetAsyncEnumerator();
        Console.WriteLine(await enumerator.MoveNextAsync());
        await enumerator.DisposeAsync();
        try
        {
            await foreach (var x in Cancellable().WithCancellation(new CancellationToken(true))) { }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("WithCancellation -> OCE");
        }
        AppDomain.CurrentDomain.UnhandledException += (sender, e) =>
        {
            Console.WriteLine($"UnhandledException {((Exception)e.ExceptionObject).Message}");
            Environment.Exit(3);
        };
        Fails();
        await Task.Delay(Timeout.Infinite);
    }

    static async void Fails()
    {
        await Task.Yield();
        throw new Exception("async void");
    }

    static async IAsyncEnumerable<int> Numbers()
    {
        try
        {
            yield return 1;
            await Task.Yield();
            yield return 2;
        }
        finally
        {
            Console.WriteLine("finally on DisposeAsync");
        }
    }

    static async IAsyncEnumerable<int> Cancellable([EnumeratorCancellation] CancellationToken token = default)
    {
        await Task.Yield();
        token.ThrowIfCancellationRequested();
        yield return 1;
    }
}
