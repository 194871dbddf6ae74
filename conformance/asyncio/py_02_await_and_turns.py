# rows: py-02
# Only a pending leaf hands the loop its turn; awaiting a coroutine or a finished future does not.
import asyncio


async def leaf(log):
    log.append("leaf")
    return 1


async def nested(log, depth):
    if depth == 0:
        return await leaf(log)
    return await nested(log, depth - 1)


async def main():
    loop = asyncio.get_running_loop()

    log = []
    loop.call_soon(log.append, "turn")
    await leaf(log)
    await nested(log, 5)
    log.append("direct")
    await asyncio.sleep(0)
    log.append("after sleep(0)")
    print("coroutine:", ", ".join(log))

    log = []
    done = loop.create_future()
    done.set_result(7)
    loop.call_soon(log.append, "turn")
    log.append(f"future {await done}")
    await asyncio.sleep(0)
    print("finished future:", ", ".join(log))

    log = []
    task = asyncio.create_task(leaf(log))
    loop.call_soon(log.append, "turn")
    await task
    log.append("task awaited")
    await task
    log.append("again")
    print("task:", ", ".join(log))

    log = []

    async def yields(name, n):
        for i in range(n):
            log.append(f"{name}{i}")
            await asyncio.sleep(0)
        log.append(f"{name} end")

    await asyncio.gather(yields("a", 3), yields("b", 2), yields("c", 1))
    print("bare yields:", ", ".join(log))

    log = []

    def tick(n):
        log.append(f"turn{n}")
        if n < 4:
            loop.call_soon(tick, n + 1)

    loop.call_soon(tick, 1)
    await asyncio.sleep(0)
    log.append("one")
    await asyncio.sleep(0)
    log.append("two")
    await asyncio.sleep(-1)
    log.append("negative is zero")
    print("one turn each:", ", ".join(log))


asyncio.run(main())
