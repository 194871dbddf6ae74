// rows: cs-06
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static void Main()
    {
        TaskCompletionSource<int> a = new TaskCompletionSource<int>(), b = new TaskCompletionSource<int>();
        var any = Task.WhenAny(a.Task, b.Task);
        P($"none yet: {any.Status}");
        b.SetResult(2);
        P($"the second: {any.Status}, {any.Result == b.Task} {any.Result.Result}, the other {a.Task.Status}");
        a.SetResult(1);
        P($"it stays: {any.Result == b.Task}");

        var failing = new TaskCompletionSource<int>();
        var failed = Task.WhenAny(new TaskCompletionSource<int>().Task, failing.Task);
        failing.SetException(new Exception("a"));
        P($"a failed one: {failed.Status}, its task {failed.Result.Status}");
        P($"only awaiting that raises it: {Thrown(() => failed.Result.GetAwaiter().GetResult())}");
        var cancelled = Task.WhenAny(Task.FromCanceled<int>(new CancellationToken(true)));
        P($"a cancelled one: {cancelled.Status}, its task {cancelled.Result.Status}");

        // Of several that are complete already the first in order.
        var one = Task.FromException<int>(new Exception("1"));
        var two = Task.FromResult(2);
        P($"complete already: {Task.WhenAny(one, two).Result == one} {Task.WhenAny(two, one).Result == two}");
        var open = new TaskCompletionSource<int>().Task;
        P($"behind an open one: {Task.WhenAny(open, two, one).Result == two}");
        P($"of one: {Task.WhenAny(two).Result == two}");
        P($"none: {Thrown(() => Task.WhenAny())}");
        P($"a null among them: {Thrown(() => Task.WhenAny(two, null))}");

        // The losers stay free of it: their continuations and results are their own.
        TaskCompletionSource<int> winner = new TaskCompletionSource<int>(), loser = new TaskCompletionSource<int>();
        var race = Task.WhenAny(winner.Task, loser.Task);
        winner.SetResult(1);
        bool continued = false;
        loser.Task.GetAwaiter().OnCompleted(() => continued = true);
        loser.SetResult(2);
        P($"the loser: {loser.Task.Result}, continued {continued}; {race.Result.Result}");

        // By hand in the order of completion: what is done is taken out.
        var sources = new[] { new TaskCompletionSource<int>(), new TaskCompletionSource<int>(), new TaskCompletionSource<int>() };
        var left = new System.Collections.Generic.List<Task<int>>(Array.ConvertAll(sources, s => s.Task));
        string order = "";
        foreach (int next in new[] { 1, 2, 0 })
        {
            sources[next].SetResult(next);
            var done = Task.WhenAny(left).Result;
            left.Remove(done);
            order += done.Result;
        }
        P($"as they complete: {order}");
    }
}
