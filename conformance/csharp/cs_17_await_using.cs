// rows: cs-17
using System;
using System.Threading.Tasks;
using static Show;

// await using: disposal is awaited at the end of the block, however it is left.
class Resource : IAsyncDisposable
{
    readonly string name;
    readonly bool fails;

    public Resource(string name, bool fails = false)
    {
        (this.name, this.fails) = (name, fails);
        P($"{name} made");
    }

    public async ValueTask DisposeAsync()
    {
        P($"{name} disposal begins");
        await Task.Yield();
        P($"{name} disposal ends");
        if (fails) throw new Exception($"of the disposal of {name}");
    }
}

class Program
{
    static async Task<int> Returns()
    {
        await using var a = new Resource("a");
        await using var b = new Resource("b");
        P("returns");
        return 5;
    }

    static async Task Throws()
    {
        await using (new Resource("a"))
        {
            throw new Exception("of the block");
        }
    }

    static async Task BothThrow()
    {
        await using (new Resource("a", fails: true))
        {
            throw new Exception("of the block");
        }
    }

    static async Task DisposalThrows()
    {
        await using (new Resource("outer"))
        await using (new Resource("inner", fails: true))
        {
            P("block");
        }
        P("never");
    }

    static async Task Main()
    {
        P($"{await Returns()}");
        P($"{await End(Throws())}");
        P($"{await End(BothThrow())}");
        P($"{await End(DisposalThrows())}");
        await using (Resource none = null)
        {
            P("nothing to dispose of");
        }
        // Left by break.
        for (int i = 0; i < 3; i++)
        {
            await using var each = new Resource($"round {i}");
            if (i == 1) break;
        }
        P("after the loop");
    }
}
