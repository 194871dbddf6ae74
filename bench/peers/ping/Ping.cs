// HTTP ping, as examples/src/bin/cs_http_ping.rs: counted by src/pages/sizes.rs between the marks.
//
// Usage: ping HOST:PORT,HOST:PORT HOST:PORT …  (a lane each)
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;

static class Ping
{
    // --- csharp
    static readonly HttpClient client = new HttpClient();

    static async Task PingSite(string site)
    {
        var request = new HttpRequestMessage(HttpMethod.Head, $"http://{site}/");
        await client.SendAsync(request);
    }

    static async Task<List<(string, TimeSpan)>> PingOneAfterAnother(string[] lane)
    {
        var times = new List<(string, TimeSpan)>();
        var chrono = Stopwatch.StartNew();
        foreach (var site in lane)
        {
            chrono.Restart();
            await PingSite(site);
            times.Add((site, chrono.Elapsed));
        }
        return times;
    }

    static async Task<List<(string, TimeSpan)>> PingAtOnce(IEnumerable<string[]> lanes)
    {
        var times = await Task.WhenAll(lanes.Select(PingOneAfterAnother));
        return times.SelectMany(each => each).ToList();
    }
    // --- end

    static void Main(string[] args)
    {
        var chrono = Stopwatch.StartNew();
        var times = PingAtOnce(args.Select(lane => lane.Split(','))).Result;
        Console.WriteLine($"Real time: {chrono.Elapsed.TotalSeconds:F2} s");
        var each = times.Select(time => $"{time.Item1}: {time.Item2.TotalSeconds:F2} s");
        Console.WriteLine("Time per site: " + string.Join(", ", each));
        Console.WriteLine($"Total time: {times.Sum(time => time.Item2.TotalSeconds):F2} s");
    }
}
