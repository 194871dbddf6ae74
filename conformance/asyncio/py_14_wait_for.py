# rows: py-14
# wait_for cancels on timeout, waits until that has landed, and lets a result of that moment win.
import asyncio


async def attempt(what, aw, timeout):
    try:
        print(what, "->", await asyncio.wait_for(aw, timeout))
    except BaseException as e:
        print(what, "!", type(e).__name__, e.args, "cause", type(e.__cause__).__name__)


async def main():
    log = []

    async def quick():
        await asyncio.sleep(0)
        return "quick"

    async def cleans():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            await asyncio.sleep(0.002)
            log.append("cleaned")
            raise

    async def swallows():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            return "result in the last moment"

    async def replaces():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            raise ValueError("instead")

    async def fails():
        raise KeyError("own")

    await attempt("in time", quick(), 10)
    await attempt("no limit", quick(), None)
    await attempt("too late", cleans(), 0.002)
    print("waited for the cleaning", log)
    await attempt("swallowed", swallows(), 0.002)
    await attempt("replaced", replaces(), 0.002)
    await attempt("own failure", fails(), 10)

    async def direct():
        log.append("ran")
        return "direct"

    log.clear()
    await attempt("zero", direct(), 0)
    await attempt("negative", direct(), -1)
    print("body ran", log)
    t = asyncio.create_task(direct())
    await t
    await attempt("zero, done already", t, 0)

    # Cancelled from outside: the inner hears it, no TimeoutError.
    log.clear()
    w = asyncio.create_task(asyncio.wait_for(cleans(), 10))
    await asyncio.sleep(0)
    w.cancel("outer")
    try:
        await w
    except asyncio.CancelledError as e:
        print("outer cancel", e.args, log)

    # The result is set in the same turn as the outer cancel.
    f = asyncio.get_running_loop().create_future()
    w = asyncio.create_task(asyncio.wait_for(f, 10))
    await asyncio.sleep(0)
    f.set_result("won")
    w.cancel()
    try:
        print("result then cancel ->", await w)
    except asyncio.CancelledError:
        print("result then cancel ! CancelledError, future", f.result())

    f = asyncio.get_running_loop().create_future()
    await attempt("future", f, 0.002)
    print("future cancelled", f.cancelled(), "counting", asyncio.current_task().cancelling())


asyncio.run(main())
