// rows: cs-07
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// Whether a task that ends by OperationCanceledException counts as cancelled.
class Program
{
    static readonly CancellationToken foreign = new CancellationToken(true);

    static string Run(Func<CancellationTokenSource, Task> start)
    {
        using var source = new CancellationTokenSource();
        return End(start(source)).Result;
    }

    static Task Delegate(CancellationToken token, Action body) => Task.Run(body, token);

    static void Main()
    {
        P("a delegate");
        P($"no token: {Run(_ => Task.Run((Action)(() => throw new OperationCanceledException())))}");
        P($"no token, one thrown: {Run(_ => Task.Run((Action)(() => throw new OperationCanceledException(foreign))))}");
        P($"its own, cancelled: {Run(s => Delegate(s.Token, () => { s.Cancel(); throw new OperationCanceledException(s.Token); }))}");
        P($"its own, not cancelled: {Run(s => Delegate(s.Token, () => throw new OperationCanceledException(s.Token)))}");
        P($"another's: {Run(s => Delegate(s.Token, () => { s.Cancel(); throw new OperationCanceledException(foreign); }))}");
        P($"none thrown: {Run(s => Delegate(s.Token, () => { s.Cancel(); throw new OperationCanceledException(); }))}");
        P($"by ThrowIfCancellationRequested: {Run(s => Delegate(s.Token, () => { s.Cancel(); s.Token.ThrowIfCancellationRequested(); }))}");
        P($"TaskCanceledException: {Run(s => Delegate(s.Token, () => { s.Cancel(); throw new TaskCanceledException("", null, s.Token); }))}");
        P($"cancelled, but it returned: {Run(s => Delegate(s.Token, () => s.Cancel()))}");
        P($"cancelled, but it threw: {Run(s => Delegate(s.Token, () => { s.Cancel(); throw new Exception("a"); }))}");
        P($"inside an aggregate: {Run(s => Delegate(s.Token, () => { s.Cancel(); throw new AggregateException(new OperationCanceledException(s.Token)); }))}");
        P($"a linked token: {Run(s => { var l = CancellationTokenSource.CreateLinkedTokenSource(s.Token); return Delegate(s.Token, () => { s.Cancel(); throw new OperationCanceledException(l.Token); }); })}");
        P($"a cancelled task awaited by it: {Run(s => Delegate(s.Token, () => { s.Cancel(); Task.FromCanceled(s.Token).GetAwaiter().GetResult(); }))}");
        P($"StartNew: {Run(s => Task.Factory.StartNew(() => { s.Cancel(); throw new OperationCanceledException(s.Token); }, s.Token))}");
        P($"ContinueWith: {Run(s => Task.CompletedTask.ContinueWith(_ => { s.Cancel(); throw new OperationCanceledException(s.Token); }, s.Token))}");
        P($"ContinueWith, no token: {Run(s => Task.CompletedTask.ContinueWith(_ => throw new OperationCanceledException(foreign)))}");

        P("an async method");
        async Task Throws(Exception e)
        {
            await Task.Yield();
            throw e;
        }
        async Task ThrowsAtOnce(Exception e) => throw e;
        P($"no token: {Run(_ => Throws(new OperationCanceledException()))}");
        P($"a token that is not cancelled: {Run(s => Throws(new OperationCanceledException(s.Token)))}");
        P($"before any await: {Run(_ => ThrowsAtOnce(new OperationCanceledException()))}");
        P($"TaskCanceledException: {Run(_ => Throws(new TaskCanceledException()))}");
        P($"another exception: {Run(_ => Throws(new Exception("a")))}");
        P($"inside an aggregate: {Run(_ => Throws(new AggregateException(new OperationCanceledException())))}");
        P($"Run of an async body: {Run(s => Task.Run(() => Throws(new OperationCanceledException()), s.Token))}");
        P($"StartNew of an async body, unwrapped: {Run(s => Task.Factory.StartNew(() => Throws(new OperationCanceledException()), s.Token).Unwrap())}");
        P($"Run whose delegate throws before it has a task: {Run(_ => Task.Run(new Func<Task>(() => throw new OperationCanceledException())))}");

        // What the exception tells.
        using var source = new CancellationTokenSource();
        source.Cancel();
        var cancelled = Throws(new OperationCanceledException(source.Token));
        P($"{End(cancelled).Result}");
        try
        {
            cancelled.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException e)
        {
            P($"{e.GetType().Name}, its token {e.CancellationToken == source.Token}");
        }
        var fromCanceled = Task.FromCanceled(source.Token);
        try
        {
            fromCanceled.GetAwaiter().GetResult();
        }
        catch (TaskCanceledException e)
        {
            P($"{e.GetType().Name}, its token {e.CancellationToken == source.Token}, its task {e.Task == fromCanceled}");
        }
        P($"a token that is not cancelled: {Thrown(() => Task.FromCanceled(default))}");
    }
}
