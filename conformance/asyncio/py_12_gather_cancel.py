# rows: py-12
# Cancelling a gather, or who waits for it, cancels the children.
import asyncio


async def main():
    log = []

    async def child(name, stubborn=False):
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError as e:
            log.append(f"{name} {e.args}")
            if stubborn:
                return f"{name} stayed"
            raise

    g = asyncio.gather(child("a"), child("b"))
    await asyncio.sleep(0)
    print("cancel", g.cancel("all"), g.done())
    try:
        await g
    except asyncio.CancelledError as e:
        print("Cancelled", e.args, log, g.cancelled())
    print("again", g.cancel())

    log.clear()

    async def waits(**kw):
        return await asyncio.gather(child("a"), child("b"), **kw)

    t = asyncio.create_task(waits())
    for _ in range(2):
        await asyncio.sleep(0)
    t.cancel("outer")
    try:
        await t
    except asyncio.CancelledError as e:
        print("through the waiter", e.args, log)

    log.clear()
    t = asyncio.create_task(waits(return_exceptions=True))
    for _ in range(2):
        await asyncio.sleep(0)
    t.cancel()
    try:
        print("result", await t)
    except asyncio.CancelledError as e:
        print("return_exceptions does not swallow the outer cancel", log)

    log.clear()
    g = asyncio.gather(child("a", stubborn=True), child("b"))
    await asyncio.sleep(0)
    g.cancel()
    try:
        print("result", await g)
    except asyncio.CancelledError:
        print("one stubborn", log, g.cancelled())

    log.clear()
    g = asyncio.gather(child("a", stubborn=True), child("b", stubborn=True))
    await asyncio.sleep(0)
    g.cancel()
    try:
        print("result", await g)
    except asyncio.CancelledError:
        print("all stubborn", log)

    done = asyncio.gather()
    print("empty", done.done(), done.cancel(), await done)
    await asyncio.sleep(0)
    print("empty later", done.done(), done.cancel())


asyncio.run(main())
