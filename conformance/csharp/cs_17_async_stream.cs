// rows: cs-17
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

class Program
{
    static async IAsyncEnumerable<int> Numbers(string name, int count)
    {
        P($"{name} begins");
        try
        {
            for (int i = 1; i <= count; i++)
            {
                await Task.Yield();
                P($"{name} yields {i}");
                yield return i;
                P($"{name} goes on after {i}");
            }
        }
        finally
        {
            await Task.Yield();
            P($"{name} finally");
        }
        P($"{name} ends");
    }

    static async IAsyncEnumerable<int> Fails(string name)
    {
        try
        {
            yield return 1;
            await Task.Yield();
            throw new Exception($"of {name}");
        }
        finally
        {
            P($"{name} finally");
        }
    }

    // Takes of another, and disposes of it when it is disposed of itself.
    static async IAsyncEnumerable<int> Doubles(IAsyncEnumerable<int> numbers)
    {
        try
        {
            await foreach (int number in numbers)
            {
                yield return number * 2;
            }
        }
        finally
        {
            P("doubles finally");
        }
    }

    static async Task Main()
    {
        // Nothing runs before the first MoveNextAsync.
        var stream = Numbers("lazy", 1);
        P("made");
        await foreach (int number in stream)
        {
            P($"got {number}");
        }

        // Left early: the finally part runs before the loop is left.
        await foreach (int number in Numbers("left", 3))
        {
            P($"got {number}");
            if (number == 2) break;
        }
        P("after break");
        try
        {
            await foreach (int number in Numbers("thrown out of", 3))
            {
                throw new Exception("in the loop");
            }
        }
        catch (Exception e)
        {
            P($"caught {Of(e)}");
        }
        try
        {
            await foreach (int number in Fails("failing"))
            {
                P($"got {number}");
            }
        }
        catch (Exception e)
        {
            P($"caught {Of(e)}");
        }

        // Nested ones: from the outside in to the inside out.
        await foreach (int number in Doubles(Numbers("inner", 3)))
        {
            P($"got {number}");
            if (number == 4) break;
        }

        // By hand.
        var enumerator = Numbers("by hand", 2).GetAsyncEnumerator();
        P($"moved: {await enumerator.MoveNextAsync()} {enumerator.Current}");
        P($"moved: {await enumerator.MoveNextAsync()} {enumerator.Current}");
        P($"moved: {await enumerator.MoveNextAsync()}");
        P($"at the end it stays: {await enumerator.MoveNextAsync()}");
        await enumerator.DisposeAsync();

        // Disposed of before it began, and twice: nothing runs.
        enumerator = Numbers("never begun", 2).GetAsyncEnumerator();
        await enumerator.DisposeAsync();
        await enumerator.DisposeAsync();
        P($"after it: {await enumerator.MoveNextAsync()}");
        // In the middle.
        enumerator = Numbers("in the middle", 2).GetAsyncEnumerator();
        P($"moved: {await enumerator.MoveNextAsync()} {enumerator.Current}");
        await enumerator.DisposeAsync();
        P($"after it: {await enumerator.MoveNextAsync()}");
        // After a failure it has ended.
        enumerator = Fails("failed").GetAsyncEnumerator();
        P($"moved: {await enumerator.MoveNextAsync()} {enumerator.Current}");
        P($"moved: {await End(enumerator.MoveNextAsync().AsTask())}");
        P($"after it: {await enumerator.MoveNextAsync()}");

        // A step that is not finished: no second one, and no disposal, beside it.
        var gate = new TaskCompletionSource<int>();
        async IAsyncEnumerable<int> Waits()
        {
            yield return await gate.Task;
        }
        enumerator = Waits().GetAsyncEnumerator();
        var step = enumerator.MoveNextAsync();
        P($"a step that waits: {step.IsCompleted}, disposal beside it {Thrown(() => enumerator.DisposeAsync())}");
        gate.SetResult(3);
        P($"the step: {await step} {enumerator.Current}");
    }
}
