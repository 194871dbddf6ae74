# rows: py-17
# TaskGroup: children failing, the body failing, nesting, misuse.
import asyncio, itertools


def tidy(log):
    """Siblings are cancelled in no promised order: sort each run of them."""
    runs = itertools.groupby(log, lambda x: x.endswith("cancelled") and not x.startswith("body"))
    return [x for siblings, run in runs for x in (sorted(run) if siblings else run)]


def tree(e):
    if isinstance(e, BaseExceptionGroup):
        return f"{type(e).__name__}[{e.message}: {', '.join(tree(x) for x in e.exceptions)}]"
    return f"{type(e).__name__}({e})"


async def main():
    log = []
    me = asyncio.current_task()

    async def child(name, turns=50, fail=None, cleanup_fails=False):
        try:
            for _ in range(turns):
                await asyncio.sleep(0)
            if fail:
                raise fail
            log.append(f"{name} done")
            return name
        except asyncio.CancelledError:
            log.append(f"{name} cancelled")
            if cleanup_fails:
                raise KeyError(name)
            raise

    async def attempt(what, body):
        log.clear()
        try:
            async with asyncio.TaskGroup() as tg:
                await body(tg)
            print(what, "fine", tidy(log))
        except BaseException as e:
            print(what, tree(e), tidy(log), "counting", me.cancelling())

    async def all_fine(tg):
        a = tg.create_task(child("a", 3))
        tg.create_task(child("b", 1))
        log.append(f"early {await a}")

    async def one_fails(tg):
        tg.create_task(child("a"))
        tg.create_task(child("b", 1, ValueError("b")))
        tg.create_task(child("c"))

    async def body_cancelled(tg):
        tg.create_task(child("b", 1, ValueError("b")))
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            log.append(f"body cancelled counting {me.cancelling()}")
            raise

    async def body_fails(tg):
        tg.create_task(child("a"))
        await asyncio.sleep(0)
        raise LookupError("body")

    async def all_fail(tg):
        tg.create_task(child("a", 1, ValueError("a")))
        tg.create_task(child("b", cleanup_fails=True))
        await asyncio.sleep(10)

    async def child_cancelled(tg):
        t = tg.create_task(child("a"))
        tg.create_task(child("b", 3))
        await asyncio.sleep(0)
        t.cancel()

    async def nested(tg):
        tg.create_task(child("outer"))
        async with asyncio.TaskGroup() as inner:
            inner.create_task(child("inner"))
            inner.create_task(child("x", 1, ValueError("deep")))

    async def grows(tg):
        async def parent():
            tg.create_task(child("grandchild", 2))
        tg.create_task(parent())

    for body in (all_fine, one_fails, body_cancelled, body_fails, all_fail, child_cancelled, nested, grows):
        await attempt(body.__name__, body)


asyncio.run(main())
