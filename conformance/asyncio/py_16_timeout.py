# rows: py-16
# timeout(): what becomes of the Cancelled, the counter, and the deadline.
import asyncio


async def main():
    me = asyncio.current_task()
    loop = asyncio.get_running_loop()

    try:
        async with asyncio.timeout(0.002) as cm:
            await asyncio.sleep(10)
    except TimeoutError as e:
        print("TimeoutError", e.args, type(e.__cause__).__name__, "counting", me.cancelling(), "expired", cm.expired())

    async with asyncio.timeout(10) as cm:
        await asyncio.sleep(0)
    print("in time", cm.expired(), "counting", me.cancelling())

    async with asyncio.timeout(None) as cm:
        print("no limit", cm.when())
        cm.reschedule(loop.time() + 10)
        print("has one", cm.when() > loop.time())
        cm.reschedule(None)
        print("has none", cm.when())

    try:
        async with asyncio.timeout(10) as cm:
            cm.reschedule(loop.time() + 0.002)
            await asyncio.sleep(10)
    except TimeoutError:
        print("rescheduled earlier", cm.expired())

    async with asyncio.timeout(0.005) as cm:
        cm.reschedule(loop.time() + 10)
        await asyncio.sleep(0.01)
    print("rescheduled later", cm.expired())

    for d in (0, -1):
        try:
            async with asyncio.timeout(d):
                print("body runs to its first await")
                await asyncio.sleep(0)
                print("a turn passed")
                await asyncio.sleep(10)
        except TimeoutError:
            print("TimeoutError", d)

    try:
        async with asyncio.timeout_at(loop.time() - 1) as cm:
            pass
        print("no await in the body", cm.expired())
    except TimeoutError:
        print("TimeoutError without await")

    try:
        async with asyncio.timeout(0.002):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                print("body swallows, counting", me.cancelling())
        print("swallowed: no TimeoutError, counting", me.cancelling())
    except TimeoutError:
        print("swallowed: TimeoutError all the same, counting", me.cancelling())

    try:
        async with asyncio.timeout(0.002):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                raise ValueError("instead")
    except ValueError as e:
        print("ValueError", e, "counting", me.cancelling())

    cm = asyncio.timeout(1)
    async with cm:
        pass
    for what, f in (("reschedule", lambda: cm.reschedule(1)), ("enter", cm.__aenter__)):
        try:
            r = f()
            await r
        except RuntimeError as e:
            print(what, "RuntimeError", e)


asyncio.run(main())
