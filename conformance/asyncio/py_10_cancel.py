# rows: py-10
# cancel() asks; the body hears it at its await and decides.
import asyncio


async def outcome(t):
    try:
        return f"result {await t}"
    except asyncio.CancelledError as e:
        return f"Cancelled {e.args}"
    except Exception as e:
        return f"{type(e).__name__} {e}"


async def run(what, body, msg=None):
    log = []
    t = asyncio.create_task(body(log))
    await asyncio.sleep(0)
    log.append(f"asked {t.cancel(msg)} counting {t.cancelling()} done {t.done()}")
    log.append(await outcome(t))
    print(f"{what}: {', '.join(log)}; cancelled {t.cancelled()} counting {t.cancelling()}")


async def lets_through(log):
    await asyncio.sleep(10)


async def cleans_up(log):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        log.append("cleaning")
        await asyncio.sleep(0.001)
        log.append("clean")
        raise


async def finally_awaits(log):
    try:
        await asyncio.sleep(10)
    finally:
        await asyncio.sleep(0)
        log.append("finally")


async def swallows(log):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        log.append("swallowed")
    await asyncio.sleep(0.001)
    return "done"


async def uncancels(log):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        log.append(f"left {asyncio.current_task().uncancel()}")
        log.append(f"left {asyncio.current_task().uncancel()}")
    return "done"


async def replaces(log):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise ValueError("instead")


async def raises_itself(log):
    raise asyncio.CancelledError("own")


async def main():
    for body in (lets_through, cleans_up, finally_awaits, swallows, uncancels, replaces, raises_itself):
        await run(body.__name__, body)
    await run("message", lets_through, "because")
    t = asyncio.create_task(lets_through([]))
    await asyncio.sleep(0)
    t.cancel("x")
    print(await outcome(t), "then", t.cancel(), t.uncancel())


asyncio.run(main())
