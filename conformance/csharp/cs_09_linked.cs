// rows: cs-09
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static void Main()
    {
        CancellationTokenSource a = new CancellationTokenSource(), b = new CancellationTokenSource();
        var linked = CancellationTokenSource.CreateLinkedTokenSource(a.Token, b.Token);
        linked.Token.Register(() => P("linked"));
        a.Token.Register(() => P("a, registered after the link"));
        P($"before: {linked.IsCancellationRequested}");
        a.Cancel();
        P($"after: {linked.IsCancellationRequested}, the other {b.IsCancellationRequested}");

        // Downwards only.
        CancellationTokenSource parent = new CancellationTokenSource();
        var child = CancellationTokenSource.CreateLinkedTokenSource(parent.Token);
        child.Cancel();
        P($"the child cancelled: {child.IsCancellationRequested} {parent.IsCancellationRequested}");

        // A chain of links, in order.
        CancellationTokenSource root = new CancellationTokenSource();
        root.Token.Register(() => P("root, before the link"));
        var middle = CancellationTokenSource.CreateLinkedTokenSource(root.Token);
        middle.Token.Register(() => P("middle, before the link"));
        var leaf = CancellationTokenSource.CreateLinkedTokenSource(middle.Token);
        leaf.Token.Register(() => P("leaf"));
        middle.Token.Register(() => P("middle, after the link"));
        root.Token.Register(() => P("root, after the link"));
        root.Cancel();

        // Linked to what is cancelled already, to none, to nothing at all.
        P($"already: {CancellationTokenSource.CreateLinkedTokenSource(root.Token, default).IsCancellationRequested}");
        var toNone = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken.None, default);
        P($"to none: {toNone.IsCancellationRequested} {toNone.Token.CanBeCanceled}");
        P($"no tokens: {Thrown(() => CancellationTokenSource.CreateLinkedTokenSource())}");

        // A disposed link no longer follows.
        CancellationTokenSource kept = new CancellationTokenSource();
        var cut = CancellationTokenSource.CreateLinkedTokenSource(kept.Token);
        var token = cut.Token;
        cut.Dispose();
        kept.Cancel();
        P($"disposed: {token.IsCancellationRequested}");

        // Failures of callbacks behind a link come out of the source that was cancelled.
        CancellationTokenSource source = new CancellationTokenSource();
        source.Token.Register(() => throw new Exception("own"));
        var behind = CancellationTokenSource.CreateLinkedTokenSource(source.Token);
        behind.Token.Register(() => throw new Exception("behind 1"));
        behind.Token.Register(() => throw new Exception("behind 2"));
        P($"{Thrown(source.Cancel)}");

        // Which token is in the exception: the one that was asked.
        CancellationTokenSource outer = new CancellationTokenSource();
        var inner = CancellationTokenSource.CreateLinkedTokenSource(outer.Token);
        outer.Cancel();
        try
        {
            inner.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException e)
        {
            P($"the linked one {e.CancellationToken == inner.Token}, the outer one {e.CancellationToken == outer.Token}");
        }
    }
}
