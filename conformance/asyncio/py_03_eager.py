# rows: py-03
# An eager task runs inline up to its first pending await, then behaves like any other.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    log = []

    async def body(name, yields):
        me = asyncio.current_task()
        log.append(f"{name} start")
        for _ in range(yields):
            await asyncio.sleep(0)
        log.append(f"{name} end {asyncio.current_task() is me}")
        return name

    def eager(coro):
        return asyncio.Task(coro, loop=loop, eager_start=True)

    t = eager(body("a", 0))
    log.append("made")
    print("done at once", t.done(), t.result())
    print(", ".join(log))

    log.clear()
    t = eager(body("b", 1))
    log.append("made")
    print("done at once", t.done())
    loop.call_soon(log.append, "soon")
    await t
    print(", ".join(log))

    log.clear()

    async def fails():
        raise ValueError("inline")

    t = eager(fails())
    print("failed inline", t.done(), type(t.exception()).__name__)

    async def whoami():
        return asyncio.current_task()

    outer = asyncio.current_task()
    t = eager(whoami())
    print("current inside is the eager task", t.result() is t)
    print("current is restored", asyncio.current_task() is outer)

    t = eager(body("c", 1))
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        print("cancelled after the eager step", ", ".join(log))

    log.clear()
    loop.set_task_factory(asyncio.eager_task_factory)
    t1 = asyncio.create_task(body("d", 0))
    t2 = asyncio.create_task(body("e", 2))
    log.append("created")
    print("factory", t1.done(), t2.done())
    await t2
    results = await asyncio.gather(body("f", 0), body("g", 0))
    print(", ".join(log))
    print(results)
    loop.set_task_factory(None)

    t = eager(body("h", 0))
    seen = []
    t.add_done_callback(lambda t: seen.append("callback"))
    print("callback inline", seen)
    await asyncio.sleep(0)
    print("callback later", seen)


asyncio.run(main())
