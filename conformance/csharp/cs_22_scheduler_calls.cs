// rows: cs-22
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// What a scheduler is asked, and when.
class Asked : TaskScheduler
{
    readonly LinkedList<Task> queue = new LinkedList<Task>();
    public bool Inline = true;
    public bool Fails;

    // What resumes after an await has no name.
    static string Name(Task task) => task.AsyncState as string ?? "the rest";

    protected override void QueueTask(Task task)
    {
        P($"  queue {Name(task)}");
        if (Fails) throw new Exception("of the scheduler");
        lock (queue) queue.AddLast(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool previouslyQueued)
    {
        P($"  inline {Name(task)}, queued before {previouslyQueued}");
        if (!Inline || previouslyQueued && !Remove(task)) return false;
        return TryExecuteTask(task);
    }

    protected override bool TryDequeue(Task task)
    {
        P($"  dequeue {Name(task)}");
        return Remove(task);
    }

    bool Remove(Task task)
    {
        lock (queue) return queue.Remove(task);
    }

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (queue) return queue.ToArray();
    }

    public void Run()
    {
        while (true)
        {
            Task task;
            lock (queue)
            {
                if (queue.Count == 0) return;
                task = queue.First.Value;
                queue.RemoveFirst();
            }
            P($"  run {Name(task)}: {TryExecuteTask(task)}");
        }
    }
}

class Program
{
    static void Main()
    {
        var asked = new Asked();
        var factory = new TaskFactory(asked);

        P("start");
        var task = factory.StartNew(_ => P("body"), "a");
        asked.Run();
        P($"{task.Status}");

        P("wait");
        task = factory.StartNew(_ => P("body"), "a");
        task.Wait();
        P($"{task.Status}");

        P("run synchronously");
        task = new Task(_ => P("body"), "a");
        task.RunSynchronously(asked);
        P($"{task.Status}");

        P("run synchronously, refused");
        asked.Inline = false;
        task = new Task(_ => P("body"), "a");
        var thread = new Thread(() => task.RunSynchronously(asked));
        thread.Start();
        while (!thread.Join(1)) asked.Run();
        P($"{task.Status}");
        asked.Inline = true;

        P("a continuation");
        var gate = new TaskCompletionSource<int>();
        task = gate.Task.ContinueWith((_, state) => P("body"), "c", asked);
        gate.SetResult(0);
        asked.Run();
        P($"{task.Status}");

        P("a synchronous continuation");
        gate = new TaskCompletionSource<int>();
        task = gate.Task.ContinueWith((_, state) => P("body"), "c", default, TaskContinuationOptions.ExecuteSynchronously, asked);
        gate.SetResult(0);
        P($"{task.Status}");

        P("an await");
        gate = new TaskCompletionSource<int>();
        async Task Awaits()
        {
            await gate.Task;
            P($"resumed on it {TaskScheduler.Current == asked}");
        }
        factory.StartNew(_ => { Awaits(); }, "a");
        asked.Run();
        gate.SetResult(0);
        asked.Run();

        P("an await, set on a thread of the pool");
        gate = new TaskCompletionSource<int>();
        factory.StartNew(_ => { Awaits(); }, "a");
        asked.Run();
        Task.Run(() => gate.SetResult(0)).Wait();
        asked.Run();

        P("cancelled while queued");
        using var source = new CancellationTokenSource();
        task = factory.StartNew(_ => P("never"), "a", source.Token);
        source.Cancel();
        P($"{task.Status}");
        asked.Run();
        P($"{task.Status}");

        P("a scheduler that fails");
        asked.Fails = true;
        task = null;
        P($"{Thrown(() => task = factory.StartNew(_ => P("never"), "a"))}");
        var cold = new Task(_ => P("never"), "a");
        P($"{Thrown(() => cold.Start(asked))}, {cold.Status}");
        asked.Fails = false;
    }
}
