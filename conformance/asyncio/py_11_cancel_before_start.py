# rows: py-11
# A task cancelled before its first step never runs its body.
import asyncio


async def main():
    log = []

    async def body():
        log.append("ran")
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError as e:
            log.append(f"heard {e.args} counting {asyncio.current_task().cancelling()}")
            raise

    t = asyncio.create_task(body())
    print("cancel", t.cancel("early"), "counting", t.cancelling(), "done", t.done())
    try:
        await t
    except asyncio.CancelledError as e:
        print("Cancelled", e.args, log, t.cancelled(), t.cancelling())
    print("cancel when done", t.cancel(), t.cancelling())

    t = asyncio.create_task(body())
    print("twice", t.cancel("one"), t.cancel("two"), "counting", t.cancelling())
    try:
        await t
    except asyncio.CancelledError as e:
        print("Cancelled", e.args, log, t.cancelled())

    t = asyncio.create_task(body())
    t.cancel()
    print("uncancel before the step", t.uncancel())
    await asyncio.sleep(0)
    print("state", t.done(), log)
    if not t.done():
        t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        print("Cancelled", log)

    log.clear()
    t = asyncio.create_task(body())
    await asyncio.sleep(0)
    print("started, twice", t.cancel("one"), t.cancel("two"), "counting", t.cancelling())
    try:
        await t
    except asyncio.CancelledError as e:
        print("Cancelled", e.args, log)

    calls = []
    t = asyncio.create_task(body())
    t.add_done_callback(lambda t: calls.append(t.cancelled()))
    t.cancel()
    await asyncio.sleep(0)
    print("callback after the step", calls)
    await asyncio.sleep(0)
    print("callback a turn later", calls)


asyncio.run(main())
