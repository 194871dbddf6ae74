# rows: py-12
# gather: order of results, first failure, return_exceptions, duplicates, nothing.
import asyncio


async def main():
    log = []

    async def ok(name, turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        log.append(name)
        return name

    async def bad(name, turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        log.append(f"{name}!")
        raise ValueError(name)

    print(await asyncio.gather(ok("a", 3), ok("b", 1), ok("c", 2)), log)
    print("nothing", await asyncio.gather())

    log.clear()
    slow = asyncio.create_task(ok("slow", 6))
    try:
        await asyncio.gather(slow, bad("one", 1), bad("two", 2))
    except ValueError as e:
        print("first failure", e, log, "sibling done", slow.done())
    print("sibling goes on", await slow, log)

    log.clear()
    rs = await asyncio.gather(ok("a", 1), bad("b", 0), ok("c", 0), return_exceptions=True)
    print("kept", [r if isinstance(r, str) else f"{type(r).__name__} {r}" for r in rs], log)

    log.clear()
    t = asyncio.create_task(ok("same", 1))
    print("duplicates", await asyncio.gather(t, t, t), log)

    # A cancelled child fails the gather, but the gather is not cancelled by it.
    child = asyncio.create_task(ok("child", 50))
    other = asyncio.create_task(ok("other", 3))
    g = asyncio.gather(child, other)
    await asyncio.sleep(0)
    child.cancel("gone")
    try:
        await g
    except asyncio.CancelledError as e:
        print("child cancelled:", e.args, "gather", g.cancelled(), "other", other.cancelled(), other.done())
    print(await other)

    child = asyncio.create_task(ok("child", 50))
    g = asyncio.gather(child, ok("other", 1), return_exceptions=True)
    await asyncio.sleep(0)
    child.cancel()
    rs = await g
    print("child cancelled, kept:", [r if isinstance(r, str) else type(r).__name__ for r in rs])

    log.clear()
    loop = asyncio.get_running_loop()
    f = loop.create_future()
    loop.call_soon(f.set_result, "future")
    print("futures too", await asyncio.gather(f, ok("coro", 0)))


asyncio.run(main())
