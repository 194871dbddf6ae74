# rows: py-15
# shield: the outer wait can be cancelled, the inner goes on.
import asyncio, gc


async def main():
    loop = asyncio.get_running_loop()
    log = []
    gate = asyncio.Event()

    async def inner(fail=False):
        try:
            await gate.wait()
        except asyncio.CancelledError:
            log.append("inner cancelled")
            raise
        if fail:
            raise ValueError("late")
        return "inner done"

    async def attempt(what, aw):
        try:
            print(what, "->", await aw)
        except BaseException as e:
            print(what, "!", type(e).__name__, e.args)

    t = asyncio.create_task(inner())
    s = asyncio.shield(t)
    await asyncio.sleep(0)
    s.cancel("outer")
    await attempt("outer", s)
    print("inner", t.done(), t.cancelling())
    gate.set()
    await attempt("inner", t)

    gate.clear()
    t = asyncio.create_task(inner())

    async def waits():
        return await asyncio.shield(t)

    w = asyncio.create_task(waits())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    w.cancel()
    await attempt("waiter", w)
    print("inner", t.done(), log)

    # Cancelling the inner cancels the outer.
    s = asyncio.shield(t)
    t.cancel()
    await attempt("inner cancelled", s)
    print(log, s.cancelled())

    gate.set()
    await attempt("coroutine", asyncio.shield(inner()))
    await attempt("failure", asyncio.shield(inner(True)))
    f = loop.create_future()
    f.set_result(1)
    print("a finished one is passed through", asyncio.shield(f) is f)

    # Left alone, the inner's failure goes to the loop's handler.
    reports = []
    loop.set_exception_handler(lambda l, c: reports.append((c["message"], str(c.get("exception")))))
    gate.clear()
    t = asyncio.create_task(inner(True))
    s = asyncio.shield(t)
    await asyncio.sleep(0)
    s.cancel()
    await attempt("outer", s)
    gate.set()
    await asyncio.wait([t])
    await asyncio.sleep(0)
    del t, s
    gc.collect()
    print(len(reports), [r[1] for r in reports])

    gate.clear()
    t = asyncio.create_task(inner())
    await attempt("with a timeout", asyncio.wait_for(asyncio.shield(t), 0.002))
    gate.set()
    print("inner afterwards", await t)


asyncio.run(main())
