# rows: py-13
# wait: three modes and a timeout; it never cancels and never raises what the tasks raised.
import asyncio


async def main():
    events = {}

    async def work(name, fail=False):
        await events[name].wait()
        if fail:
            raise ValueError(name)
        return name

    def start(*names, fail=()):
        for n in names:
            events[n] = asyncio.Event()
        return [asyncio.create_task(work(n, n in fail), name=n) for n in names]

    def names(ts):
        return sorted(t.get_name() for t in ts)

    def show(what, done, pending):
        for t in done:
            t.cancelled() or t.exception()
        print(what, "done", names(done), "pending", names(pending))

    ts = start("a", "b", "c")
    events["b"].set()
    show("FIRST_COMPLETED", *await asyncio.wait(ts, return_when=asyncio.FIRST_COMPLETED))
    show("again, at once", *await asyncio.wait(ts, return_when=asyncio.FIRST_COMPLETED))
    events["a"].set()
    events["c"].set()
    show("ALL_COMPLETED", *await asyncio.wait(ts))

    ts = start("a", "b", "c", fail=("b",))
    events["a"].set()
    asyncio.get_running_loop().call_later(0.003, events["b"].set)
    show("FIRST_EXCEPTION", *await asyncio.wait(ts, return_when=asyncio.FIRST_EXCEPTION))
    events["c"].set()
    await ts[2]

    ts = start("a", "b")
    asyncio.get_running_loop().call_later(0.002, events["a"].set)
    asyncio.get_running_loop().call_later(0.004, events["b"].set)
    show("FIRST_EXCEPTION without one", *await asyncio.wait(ts, return_when=asyncio.FIRST_EXCEPTION))

    # A cancelled task is complete, but is not taken for a failure.
    ts = start("a", "b")
    ts[0].cancel()
    asyncio.get_running_loop().call_later(0.003, events["b"].set)
    show("FIRST_EXCEPTION and a cancelled one", *await asyncio.wait(ts, return_when=asyncio.FIRST_EXCEPTION))

    ts = start("a", "b")
    show("timeout", *await asyncio.wait(ts, timeout=0.002))
    print("cancelled by it", [t.cancelled() for t in ts], [t.cancelling() for t in ts])
    show("timeout 0", *await asyncio.wait(ts, timeout=0))

    w = asyncio.create_task(asyncio.wait(ts))
    await asyncio.sleep(0)
    w.cancel()
    try:
        await w
    except asyncio.CancelledError:
        print("waiter cancelled, tasks", [t.done() for t in ts])
    events["a"].set(), events["b"].set()
    await asyncio.wait(ts)

    for bad, kw in (([], {}), (ts, {"return_when": "SOME"})):
        try:
            await asyncio.wait(bad, **kw)
        except ValueError as e:
            print("ValueError", e)


asyncio.run(main())
