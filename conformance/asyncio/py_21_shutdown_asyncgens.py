# rows: py-21
# The loop closes generators that were left unfinished.
import asyncio, gc

log = []


async def source(name, fail=False):
    try:
        yield 1
        yield 2
    finally:
        await asyncio.sleep(0)
        log.append(f"{name} closed")
        if fail:
            raise ValueError(name)


async def main():
    global kept, failing, finished
    loop = asyncio.get_running_loop()
    kept = source("kept")
    await anext(kept)
    failing = source("failing", fail=True)
    await anext(failing)
    finished = source("finished")
    print([x async for x in finished], log)
    never = source("never started")

    # Dropped while the loop runs: closed by a task of its own.
    g = source("dropped")
    await anext(g)
    del g
    gc.collect()
    print("dropped, at once", log)
    for _ in range(3):
        await asyncio.sleep(0)
    print("dropped, soon", log)
    loop.set_exception_handler(lambda l, c: log.append(f"report {c['exception']!r}"))
    log.append("main ends")


asyncio.run(main())
print(sorted(log[:3]), sorted(log[3:]))


async def by_hand():
    loop = asyncio.get_running_loop()
    g = source("hand")
    await anext(g)
    log.clear()
    await loop.shutdown_asyncgens()
    print("by hand", log)
    try:
        print(await anext(g))
    except StopAsyncIteration:
        print("StopAsyncIteration")


asyncio.run(by_hand())
