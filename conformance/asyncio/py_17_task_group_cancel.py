# rows: py-17
# TaskGroup met by cancels from outside, by swallowers and by misuse.
import asyncio, itertools


def tidy(log):
    """Siblings are cancelled in no promised order: sort each run of them."""
    runs = itertools.groupby(log, lambda x: x.endswith("cancelled") and not x.startswith("body"))
    return [x for siblings, run in runs for x in (sorted(run) if siblings else run)]


async def main():
    log = []

    async def outcome(t):
        try:
            return f"result {await t}"
        except BaseExceptionGroup as e:
            return f"{type(e).__name__} {[repr(x) for x in e.exceptions]}"
        except BaseException as e:
            return f"{type(e).__name__} {e.args}"

    async def child(name, on_cancel=None):
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            log.append(f"{name} cancelled")
            if on_cancel:
                await asyncio.sleep(0)
                raise on_cancel
            raise

    async def group(children, in_body=False, swallow=False):
        async with asyncio.TaskGroup() as tg:
            for c in children:
                tg.create_task(c)
            if in_body:
                try:
                    await asyncio.sleep(10)
                except asyncio.CancelledError:
                    log.append("body cancelled")
                    if not swallow:
                        raise
        log.append(f"after, counting {asyncio.current_task().cancelling()}")

    async def cancelled_outside(what, *args, times=1, **kw):
        log.clear()
        t = asyncio.create_task(group(*args, **kw))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for i in range(times):
            t.cancel(f"outside {i}")
        print(what, await outcome(t), tidy(log), "cancelled", t.cancelled(), "counting", t.cancelling())

    await cancelled_outside("during exit:", [child("a"), child("b")])
    await cancelled_outside("during the body:", [child("a")], in_body=True)
    await cancelled_outside("twice:", [child("a")], times=2)
    await cancelled_outside("child fails while cancelled:", [child("a", ValueError("a")), child("b")])

    # A child fails, and before the parent is resumed it is also cancelled from outside.
    log.clear()

    async def fails():
        parent.get_loop().call_soon(parent.cancel, "outside")
        raise ValueError("f")

    parent = asyncio.create_task(group([fails(), child("b")], in_body=True))
    print("failure and outer cancel:", await outcome(parent), tidy(log), parent.cancelling())

    # The body swallows the group's cancel: the group still raises.
    log.clear()

    async def boom():
        raise ValueError("boom")

    t = asyncio.create_task(group([boom(), child("b")], in_body=True, swallow=True))
    print("swallowed in the body:", await outcome(t), tidy(log), t.cancelling())

    async with asyncio.TaskGroup() as tg:
        pass
    c = asyncio.sleep(0)
    try:
        tg.create_task(c)
    except RuntimeError as e:
        print("after exit: RuntimeError", str(e).split(">")[-1].strip())
        c.close()
    c = asyncio.sleep(0)
    try:
        asyncio.TaskGroup().create_task(c)
    except RuntimeError as e:
        print("before enter: RuntimeError", str(e).split(">")[-1].strip())
        c.close()
    try:
        await tg.__aenter__()
    except RuntimeError as e:
        print("entered twice: RuntimeError", str(e).split(">")[-1].strip())


asyncio.run(main())
