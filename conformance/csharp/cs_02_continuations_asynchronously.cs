// rows: cs-02
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// RunContinuationsAsynchronously: nothing runs inside SetResult, whatever the continuation asked for.
class Program
{
    static List<string> log = new List<string>();

    static async Task Await(Task task, string name)
    {
        await task;
        log.Add(name);
    }

    static void Report(string what, Action complete)
    {
        log.Clear();
        complete();
        string inline = string.Join(" ", log);
        log.Clear();
        Pool.RunQueued();
        P($"{what}: inline [{inline}] queued [{string.Join(" ", log)}]");
    }

    static TaskCompletionSource<int> Source(string kinds)
    {
        var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        for (int i = 0; i < kinds.Length; i++)
        {
            string name = $"{kinds[i]}{i + 1}";
            switch (kinds[i])
            {
                case 'a': _ = Await(source.Task, name); break;
                case 'w': _ = Await(Task.WhenAll(source.Task), name); break;
                case 'q': source.Task.ContinueWith(_ => log.Add(name)); break;
                case 's': source.Task.ContinueWith(_ => log.Add(name), TaskContinuationOptions.ExecuteSynchronously); break;
                case 'o': source.Task.GetAwaiter().OnCompleted(() => log.Add(name)); break;
            }
        }
        return source;
    }

    static void Main()
    {
        Pool.Hold();
        foreach (var kinds in new[] { "a", "s", "o", "w", "aaa", "aqsa", "sq", "qs", "wa", "osaq" })
        {
            var source = Source(kinds);
            Report(kinds, () => source.SetResult(0));
        }
        var failing = Source("sa");
        Report("sa, an exception", () => failing.SetException(new Exception("e")));
        var cancelled = Source("sa");
        Report("sa, cancelled", () => cancelled.SetCanceled());

        // A continuation can ask for it, too: then those of the continuation are queued.
        var plain = new TaskCompletionSource<int>();
        var middle = plain.Task.ContinueWith(
            _ => log.Add("middle"),
            TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.RunContinuationsAsynchronously);
        _ = Await(middle, "after it");
        Report("a continuation that asks", () => plain.SetResult(0));

        // So can a task with a body.
        var task = new Task(() => log.Add("body"), TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Await(task, "after it");
        Report("a task that asks", () => task.RunSynchronously());
        var usual = new Task(() => log.Add("body"));
        _ = Await(usual, "after it");
        Report("a task that does not", () => usual.RunSynchronously());
    }
}
