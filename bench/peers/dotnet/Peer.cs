// The .NET side of the workloads: the twin of src/runtimes/tokio_mt_csharp.rs.
//
// Usage: dotnet peer.dll WORKLOAD OPERATIONS BATCH. Prints the line that src/measure.rs describes.
// Written for C# 8 and .NET Core 3.1, the version that the conformance programs are recorded with.
using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

// Starts when the runtime is up and about to do its first operation.
struct Watch
{
    readonly long resident;
    readonly TimeSpan cpu;
    readonly long wall;

    // What the loops that count it allocated on their thread.
    public static long? Allocated;

    Watch(long resident, TimeSpan cpu, long wall) => (this.resident, this.cpu, this.wall) = (resident, cpu, wall);

    // Reading the resident set is the slow part, so it comes first.
    public static Watch Start() => new Watch(StatusBytes("VmRSS:"), Cpu(), Stopwatch.GetTimestamp());

    public void Stop(string workload, long operations)
    {
        double ticks = Stopwatch.GetTimestamp() - wall;
        double seconds = (Cpu() - cpu).TotalSeconds;
        long grown = Math.Max(StatusBytes("VmRSS:") - resident, 0);
        long nanos = (long)(ticks * 1e9 / Stopwatch.Frequency);
        string allocated = Allocated is long bytes ? $",\"allocated\":{{\"bytes\":{bytes},\"count\":null}}" : "";
        Console.WriteLine(
            $"{{\"runtime\":\"dotnet\",\"version\":\"old: .NET Core {Environment.Version}\",\"workload\":\"{workload}\"," +
            $"\"operations\":{operations},\"wall_ns\":{nanos}," +
            $"\"cpu_seconds\":{seconds.ToString("F9", CultureInfo.InvariantCulture)}," +
            $"\"peak_rss_bytes\":{StatusBytes("VmHWM:")},\"grown_bytes\":{grown}{allocated}}}");
    }

    static TimeSpan Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    static long StatusBytes(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', '\t').First(word => word.Length > 0 && char.IsDigit(word[0])), CultureInfo.InvariantCulture) * 1024;
    }
}

static class Peer
{
    static async Task Main(string[] args)
    {
        string workload = args[0];
        int operations = int.Parse(args[1], CultureInfo.InvariantCulture);
        int batch = int.Parse(args[2], CultureInfo.InvariantCulture);
        ThreadPool.SetMinThreads(2, 1);
        ThreadPool.SetMaxThreads(Math.Max(2, Environment.ProcessorCount), 2);
        // The measured part runs on the pool, as in a server, not on the main thread; once, short, before
        // it is measured, so that the compiler's first, slow code is not in the figure.
        Func<int, int, Task<long>> body = workload switch
        {
            "cs_run" => Run,
            "cs_value_task" => Value,
            "cs_tcs" => Completion,
            "cs_when_all" => WhenAll,
            "cs_channel_bounded" => Bounded,
            "cs_channel_unbounded" => Unbounded,
            "cs_for_each" => ForEach,
            "claim_alloc_task" => AllocTask,
            "claim_alloc_value_task" => AllocValueTask,
            _ => throw new ArgumentException($"no workload {workload}"),
        };
        await Task.Run(async () =>
        {
            int warm = Math.Max(batch, 20_000 / batch * batch);
            for (int i = 0; i < 3; i++)
            {
                await body(warm, batch);
                // The second compiler works in the background, on what was called 30 times.
                await Task.Delay(150);
            }
            var watch = Watch.Start();
            watch.Stop(workload, await body(operations, batch));
        });
    }

    // Starts a task that returns 1 and awaits it; again until done.
    static async Task<long> Run(int operations, int batch)
    {
        long done = 0;
        for (int i = 0; i < operations; i++) done += await Task.Run(() => 1);
        return done;
    }

    // Awaits a value task that is complete.
    static async Task<long> Value(int operations, int batch)
    {
        long done = 0;
        for (int i = 0; i < operations; i++) done += await One(i);
        return done;
    }

    static async ValueTask<int> One(int i) => i >= 0 ? 1 : await Task.FromResult(1);

    // Both never wait, so each stays on its thread. Numbers that are large: of small ones .NET keeps tasks ready.
    static async Task<long> AllocTask(int operations, int batch)
    {
        long done = 0, before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < operations; i++) if (await TaskOf(i + 1_000) == i + 1_000) done++;
        Watch.Allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return done;
    }

    static async Task<long> AllocValueTask(int operations, int batch)
    {
        long done = 0, before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < operations; i++) if (await ValueTaskOf(i + 1_000) == i + 1_000) done++;
        Watch.Allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return done;
    }

    static async Task<int> TaskOf(int i) => i >= 0 ? i : await Task.FromResult(1);

    static async ValueTask<int> ValueTaskOf(int i) => i >= 0 ? i : await Task.FromResult(1);

    // Round trips: one method completes what the other waits for, and waits for the answer.
    static async Task<long> Completion(int operations, int batch)
    {
        long done = 0;
        var ask = new TaskCompletionSource<int>();
        var answer = new TaskCompletionSource<int>();
        async Task Answers()
        {
            for (int i = 0; i < operations; i++)
            {
                int value = await ask.Task;
                ask = new TaskCompletionSource<int>();
                answer.SetResult(value + 1);
            }
        }
        var answers = Answers();
        for (int i = 0; i < operations; i++)
        {
            var mine = answer = new TaskCompletionSource<int>();
            ask.SetResult(i);
            if (await mine.Task == i + 1) done++;
        }
        await answers;
        return done;
    }

    // A batch of tasks on the pool, all awaited at once.
    static async Task<long> WhenAll(int operations, int batch)
    {
        long done = 0;
        var tasks = new Task<int>[batch];
        for (int round = 0; round < operations / batch; round++)
        {
            for (int i = 0; i < batch; i++) tasks[i] = Task.Run(() => 1);
            foreach (int one in await Task.WhenAll(tasks)) done += one;
        }
        return done;
    }

    static Task<long> Bounded(int operations, int batch) => Through(
        Channel.CreateBounded<int>(new BoundedChannelOptions(1024) { SingleReader = true, SingleWriter = true }), operations);

    static Task<long> Unbounded(int operations, int batch) => Through(
        Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }), operations);

    // One writes, one reads.
    static async Task<long> Through(Channel<int> channel, int operations)
    {
        long done = 0;
        var writer = Task.Run(async () =>
        {
            for (int i = 0; i < operations; i++) await channel.Writer.WriteAsync(i);
            channel.Writer.Complete();
        });
        while (await channel.Reader.WaitToReadAsync())
        {
            while (channel.Reader.TryRead(out _)) done++;
        }
        await writer;
        return done;
    }

    // For each number an async body that yields once, eight at a time. By hand, with as many workers as
    // may run at once: 3.1 has no Parallel.ForEachAsync, whose own way this is.
    static async Task<long> ForEach(int operations, int batch)
    {
        int next = 0;
        long done = 0;
        async Task Worker()
        {
            while (Interlocked.Increment(ref next) <= operations)
            {
                await Task.Yield();
                Interlocked.Increment(ref done);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, batch).Select(_ => Task.Run(Worker)));
        return done;
    }
}
