// rows: cs-16
using System;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static readonly AsyncLocal<string> local = new AsyncLocal<string>();

    static readonly AsyncLocal<string> told = new AsyncLocal<string>(change => P(
        $"told: {change.PreviousValue ?? "null"} -> {change.CurrentValue ?? "null"}, by a change of context {change.ThreadContextChanged}"));

    static void Main()
    {
        local.Value = "main";
        // Suppressed: what is started sees nothing of it, and what was started before is not touched.
        Pool.Hold();
        var before = Task.Run(() => local.Value ?? "null");
        Task<string> during;
        using (ExecutionContext.SuppressFlow())
        {
            P($"suppressed {ExecutionContext.IsFlowSuppressed()}, here still {local.Value}");
            during = Task.Run(() => local.Value ?? "null");
            P($"again: {Thrown(() => ExecutionContext.SuppressFlow())}");
            P($"captured: {ExecutionContext.Capture() == null}");
        }
        var after = Task.Run(() => local.Value ?? "null");
        Pool.RunQueued();
        P($"before {before.Result}, during {during.Result}, after {after.Result}");
        P($"suppressed {ExecutionContext.IsFlowSuppressed()}; restored without: {Thrown(ExecutionContext.RestoreFlow)}");
        var flow = ExecutionContext.SuppressFlow();
        ExecutionContext.RestoreFlow();
        P($"undone twice: {Thrown(flow.Undo)}");

        // Captured, and run in later.
        var captured = ExecutionContext.Capture();
        local.Value = "later";
        ExecutionContext.Run(captured, _ =>
        {
            P($"in the captured one: {local.Value}");
            local.Value = "changed within";
        }, null);
        P($"outside: {local.Value}");
        ExecutionContext.Run(captured, _ => P($"once more: {local.Value}"), null);
        P($"an exception passes: {Thrown(() => ExecutionContext.Run(captured, _ => throw new Exception("a"), null))}, {local.Value}");
        P($"no context: {Thrown(() => ExecutionContext.Run(null, _ => { }, null))}");
        // Copies do not see one another: copy on write.
        var copy = captured.CreateCopy();
        ExecutionContext.Run(copy, _ => { local.Value = "in the copy"; }, null);
        ExecutionContext.Run(captured, _ => P($"the original: {local.Value}"), null);

        // Whoever wants to be told of changes is, also of those by switches of context.
        told.Value = "a";
        told.Value = "b";
        told.Value = "b";
        var withB = ExecutionContext.Capture();
        told.Value = "c";
        ExecutionContext.Run(withB, _ => P($"within: {told.Value}"), null);
        P($"after: {told.Value}");
        Callee().Wait();
        P($"after an async callee: {told.Value}");
        told.Value = null;
    }

    static async Task Callee()
    {
        told.Value = "callee";
        await Task.CompletedTask;
    }
}
