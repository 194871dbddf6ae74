// rows: cs-21
using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// async Task DoWork() { P("Start"); await working; P("Working..."); await more; P("Done!"); } as the
// compiler writes it, by hand.
struct DoWork : IAsyncStateMachine
{
    public int State;
    public AsyncTaskMethodBuilder<string> Builder;
    public Task Working, More;
    TaskAwaiter awaiter;

    public static Task<string> Start(Task working, Task more)
    {
        var machine = new DoWork { State = -1, Builder = AsyncTaskMethodBuilder<string>.Create(), Working = working, More = more };
        machine.Builder.Start(ref machine);
        return machine.Builder.Task;
    }

    public void MoveNext()
    {
        string result;
        try
        {
            P($"move next in state {State}");
            TaskAwaiter current;
            switch (State)
            {
                case 0: goto First;
                case 1: goto Second;
            }
            P("Start");
            current = Working.GetAwaiter();
            if (!current.IsCompleted)
            {
                State = 0;
                awaiter = current;
                Builder.AwaitUnsafeOnCompleted(ref current, ref this);
                return;
            }
            goto FirstDone;
        First:
            current = awaiter;
            awaiter = default;
            State = -1;
        FirstDone:
            current.GetResult();
            P("Working...");
            current = More.GetAwaiter();
            if (!current.IsCompleted)
            {
                State = 1;
                awaiter = current;
                Builder.AwaitUnsafeOnCompleted(ref current, ref this);
                return;
            }
            goto SecondDone;
        Second:
            current = awaiter;
            awaiter = default;
            State = -1;
        SecondDone:
            current.GetResult();
            P("Done!");
            result = "result";
        }
        catch (Exception e)
        {
            State = -2;
            Builder.SetException(e);
            return;
        }
        State = -2;
        Builder.SetResult(result);
    }

    public void SetStateMachine(IAsyncStateMachine machine) => Builder.SetStateMachine(machine);
}

class Program
{
    static void Run(string what, Task working, Task more, params Action[] steps)
    {
        P($"-- {what}");
        var task = DoWork.Start(working, more);
        foreach (var step in steps)
        {
            P($"between: {task.Status}");
            step();
        }
        P($"end: {End(task).Result} {(task.IsCompletedSuccessfully ? task.Result : "")}");
    }

    static void Main()
    {
        TaskCompletionSource<int> a = new TaskCompletionSource<int>(), b = new TaskCompletionSource<int>();
        Run("both complete", Task.CompletedTask, Task.CompletedTask);
        Run("both pending", a.Task, b.Task, () => a.SetResult(0), () => b.SetResult(0));
        a = new TaskCompletionSource<int>();
        b = new TaskCompletionSource<int>();
        Run("the first pending", a.Task, Task.CompletedTask, () => a.SetResult(0));
        Run("the second pending", Task.CompletedTask, b.Task, () => b.SetResult(0));
        a = new TaskCompletionSource<int>();
        b = new TaskCompletionSource<int>();
        Run("the second ends first", a.Task, b.Task, () => b.SetResult(0), () => a.SetResult(0));
        Run("the first fails", Task.FromException(new Exception("a")), Task.CompletedTask);
        a = new TaskCompletionSource<int>();
        Run("the first fails later", a.Task, Task.CompletedTask, () => a.SetException(new Exception("a")));
        b = new TaskCompletionSource<int>();
        Run("the second is cancelled later", Task.CompletedTask, b.Task, b.SetCanceled);
    }
}
