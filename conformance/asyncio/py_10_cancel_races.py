# rows: py-10
# Cancel against a result of the same turn, double cancels, cancel of oneself, cancel through a chain.
import asyncio


async def outcome(t):
    try:
        return f"result {await t}"
    except asyncio.CancelledError as e:
        return f"Cancelled {e.args}"


async def main():
    loop = asyncio.get_running_loop()

    async def waits(f):
        return await f

    f = loop.create_future()
    t = asyncio.create_task(waits(f))
    await asyncio.sleep(0)
    f.set_result(1)
    print("result, then cancel:", t.cancel(), await outcome(t), "future", f.result())

    f = loop.create_future()
    t = asyncio.create_task(waits(f))
    await asyncio.sleep(0)
    t.cancel()
    print("cancel, then result: future cancelled at once", f.cancelled(), await outcome(t))

    log = []

    async def stubborn():
        for i in range(2):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                log.append(f"heard {i} counting {asyncio.current_task().cancelling()}")
        return "kept"

    t = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    print("twice at once:", t.cancel("a"), t.cancel("b"), end=" ")
    await asyncio.sleep(0)
    print(log, "done", t.done(), end=" ")
    t.cancel("c")
    print(await outcome(t), log, t.cancelling())

    async def cancels_itself(then_await):
        asyncio.current_task().cancel("self")
        log.append("still running")
        if then_await:
            await asyncio.sleep(0)
            log.append("unreachable")
        return "end"

    log.clear()
    t = asyncio.create_task(cancels_itself(True))
    print("self, await:", await outcome(t), log)
    log.clear()
    t = asyncio.create_task(cancels_itself(False))
    print("self, no await:", await outcome(t), log, t.cancelled(), t.cancelling())

    async def level(n):
        try:
            if n == 0:
                await asyncio.sleep(10)
            await asyncio.create_task(level(n - 1))
        except asyncio.CancelledError as e:
            log.append(f"level {n} {e.args}")
            raise

    log.clear()
    t = asyncio.create_task(level(3))
    for _ in range(5):
        await asyncio.sleep(0)
    t.cancel("down")
    print("chain:", await outcome(t), log)

    t = asyncio.create_task(asyncio.sleep(0, "slept"))
    await asyncio.sleep(0)
    print("cancel in a bare yield:", t.cancel(), await outcome(t))


asyncio.run(main())
