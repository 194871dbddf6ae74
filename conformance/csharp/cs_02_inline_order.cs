// rows: cs-02
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using static Show;

// For each mix of continuations of one task: what runs inside SetResult, and what the pool runs
// afterwards, each in its order. All threads of the pool are held, so nothing else can mix in.
class Program
{
    static List<string> log;

    static async Task Await(Task task, string name)
    {
        await task;
        log.Add(name);
    }

    static async Task AwaitUncaptured(Task task, string name)
    {
        await task.ConfigureAwait(false);
        log.Add(name);
    }

    static void Attach(Task task, char kind, int number)
    {
        string name = $"{kind}{number}";
        switch (kind)
        {
            case 'a': _ = Await(task, name); break;
            case 'u': _ = AwaitUncaptured(task, name); break;
            case 'o': task.GetAwaiter().OnCompleted(() => log.Add(name)); break;
            case 'q': task.ContinueWith(_ => log.Add(name)); break;
            case 's': task.ContinueWith(_ => log.Add(name), TaskContinuationOptions.ExecuteSynchronously); break;
            case 'w': _ = Await(Task.WhenAll(task, Task.CompletedTask), name); break;
            case 'n': _ = Await(Task.WhenAny(task, new TaskCompletionSource<int>().Task), name); break;
            case 'x': _ = Await(task.ContinueWith(_ => { }, TaskContinuationOptions.ExecuteSynchronously), name); break;
        }
    }

    static void Mix(string kinds)
    {
        log = new List<string>();
        var source = new TaskCompletionSource<int>();
        for (int i = 0; i < kinds.Length; i++)
        {
            Attach(source.Task, kinds[i], i + 1);
        }
        source.SetResult(0);
        string inline = string.Join(" ", log);
        log.Clear();
        Pool.RunQueued();
        P($"{kinds}: inline [{inline}] queued [{string.Join(" ", log)}]");
    }

    static void Main()
    {
        Pool.Hold();
        // a: await; u: await ConfigureAwait(false); o: OnCompleted; q: ContinueWith; s: ContinueWith with
        // ExecuteSynchronously; w: await WhenAll; n: await WhenAny; x: await a synchronous ContinueWith.
        string[] mixes =
        {
            "a", "u", "o", "q", "s", "w", "n", "x",
            "aa", "aaa", "aaaa", "uu", "uau", "oo", "oao", "qq", "ss", "sss", "ww", "nn", "xx",
            "aq", "qa", "as", "sa", "qs", "sq", "aw", "wa", "an", "na", "wn", "nw", "ao", "oa",
            "aas", "asa", "saa", "aaq", "aqa", "qaa", "qqa", "sqs", "qsq", "saqsaq", "wawa", "anwq",
            "oaqs", "qwsa", "xaxa", "aqqaq",
        };
        foreach (var mix in mixes)
        {
            Mix(mix);
        }
    }
}
