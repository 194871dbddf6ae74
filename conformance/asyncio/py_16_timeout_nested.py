# rows: py-16
# Nested timeouts, and a timeout that meets a cancel from outside.
import asyncio


async def main():
    me = asyncio.current_task()

    async def nested(outer, inner):
        log = []
        try:
            async with asyncio.timeout(outer) as o:
                try:
                    async with asyncio.timeout(inner) as i:
                        await asyncio.sleep(10)
                except TimeoutError:
                    log.append("inner caught")
                except asyncio.CancelledError:
                    log.append("cancelled passes the inner")
                    raise
        except TimeoutError:
            log.append("outer caught")
        print(log, "outer", o.expired(), "inner", i.expired(), "counting", me.cancelling())

    await nested(10, 0.002)
    await nested(0.002, 10)

    # Both fire in the same turn.
    loop = asyncio.get_running_loop()
    now = loop.time()
    log = []
    try:
        async with asyncio.timeout_at(now - 1):
            try:
                async with asyncio.timeout_at(now - 1):
                    await asyncio.sleep(10)
            except TimeoutError:
                log.append("inner")
                raise
            except asyncio.CancelledError:
                log.append("passes the inner")
                raise
    except TimeoutError as e:
        log.append(f"outer {type(e.__cause__).__name__}")
    print("together", log, "counting", me.cancelling())

    async def limited(log):
        try:
            async with asyncio.timeout(10) as cm:
                await asyncio.sleep(10)
        finally:
            log.append(f"expired {cm.expired()} counting {asyncio.current_task().cancelling()}")

    async def outcome(t):
        try:
            return f"result {await t}"
        except BaseException as e:
            return f"{type(e).__name__} {e.args}"

    log = []
    t = asyncio.create_task(limited(log))
    await asyncio.sleep(0)
    t.cancel("outside")
    print("outside", await outcome(t), log)

    # The deadline passes and an outside cancel arrives before, or only after, the body is resumed.
    async def both(log, late):
        try:
            async with asyncio.timeout_at(0) as cm:
                cancel = asyncio.current_task().cancel
                loop.call_soon(loop.call_soon, cancel, "outside") if late else loop.call_soon(cancel, "outside")
                await asyncio.sleep(10)
        finally:
            log.append(f"expired {cm.expired()} counting {asyncio.current_task().cancelling()}")

    for late in (False, True):
        log = []
        t = asyncio.create_task(both(log, late))
        print("both, outside late" if late else "both", await outcome(t), log)

    # A task that was asked to cancel earlier and refused keeps its count through a timeout.
    async def refused():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            pass
        try:
            async with asyncio.timeout(0.002):
                await asyncio.sleep(10)
        except TimeoutError:
            return f"TimeoutError counting {asyncio.current_task().cancelling()}"

    t = asyncio.create_task(refused())
    await asyncio.sleep(0)
    t.cancel()
    print("count kept", await outcome(t))


asyncio.run(main())
