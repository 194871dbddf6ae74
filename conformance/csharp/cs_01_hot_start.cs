// rows: cs-01
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static readonly TaskCompletionSource<int> gate = new TaskCompletionSource<int>();

    static async Task<int> Body()
    {
        P("body 1");
        await Task.CompletedTask;
        P("body 2: a completed await goes on inline");
        int seven = await Task.FromResult(7);
        P($"body 3: {seven}");
        int more = await gate.Task;
        P($"body 4: {more}");
        return seven + more;
    }

    static async Task<int> Outer()
    {
        P("outer 1");
        var inner = Body();
        P($"outer 2: inner is completed: {inner.IsCompleted}");
        return 1 + await inner;
    }

    static async Task<int> Never()
    {
        P("runs to its end at once");
        return 5;
    }

    static async Task Fails(bool at_once)
    {
        if (!at_once)
        {
            await gate.Task;
        }
        throw new Exception("of the body");
    }

    // Checks its argument at the call, the body runs in another method.
    static Task Checks(string argument)
    {
        if (argument == null)
        {
            throw new ArgumentNullException();
        }
        return Fails(true);
    }

    static async Task<bool> SameThread()
    {
        int before = Thread.CurrentThread.ManagedThreadId;
        await new ValueTask(Task.CompletedTask);
        return before == Thread.CurrentThread.ManagedThreadId;
    }

    static void Main()
    {
        var never = Never();
        P($"completed when the call returns: {never.IsCompletedSuccessfully} {never.Result}");

        P("before the call");
        var outer = Outer();
        P($"after the call: {outer.Status}");
        gate.SetResult(30);
        P($"after the set: {outer.Status} {outer.Result}");

        // The call never throws, not even before the first await.
        var failed = Fails(true);
        P($"the call returned: {failed.Status}");
        P($"{Of(failed.Exception)}");
        P($"a checked argument: {Thrown(() => Checks(null))}");
        P($"the same with a good one: {Checks("").Status}");

        var same = SameThread();
        P($"no await was incomplete: {same.IsCompleted}, the thread stayed: {same.Result}");
    }
}
