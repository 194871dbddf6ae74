// What the programs print with; compiled into each of them.
using System;
using System.Linq;
using System.Threading.Tasks;

static class Show
{
    public static void P(string line) => Console.WriteLine(line);

    // The kind of an exception; its message if the program made it, and what it holds.
    public static string Of(Exception e) => e switch
    {
        null => "none",
        AggregateException a => $"AggregateException[{string.Join(", ", a.InnerExceptions.Select(Of))}]",
        _ when e.GetType() == typeof(Exception) => $"Exception({e.Message})",
        _ when e.InnerException != null => $"{e.GetType().Name}[{Of(e.InnerException)}]",
        _ => e.GetType().Name,
    };

    // What `action` throws.
    public static string Thrown(Action action)
    {
        try
        {
            action();
            return "nothing";
        }
        catch (Exception e)
        {
            return Of(e);
        }
    }

    // How a task ended, once it has.
    public static async Task<string> End(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
            return $"{task.Status}";
        }
        catch (Exception e)
        {
            return $"{task.Status} {Of(e)}";
        }
    }
}
