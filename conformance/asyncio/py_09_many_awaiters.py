# rows: py-09
# A task is a future that only its body can settle; all who await it get the same outcome.
import asyncio


async def main():
    log = []

    async def work(fail):
        await asyncio.sleep(0)
        if fail:
            raise ValueError("shared")
        return "value"

    async def waiter(name, t):
        try:
            log.append(f"{name} {await t}")
        except (ValueError, asyncio.CancelledError) as e:
            log.append(f"{name} {type(e).__name__} {e}")

    for fail in (False, True):
        t = asyncio.create_task(work(fail))
        await asyncio.gather(*(waiter(n, t) for n in "abc"))
        await waiter("late", t)
        print(", ".join(log))
        log.clear()

    t = asyncio.create_task(work(False))
    for f, arg in ((t.set_result, 1), (t.set_exception, ValueError())):
        try:
            f(arg)
        except RuntimeError as e:
            print("RuntimeError", e)
    print(await t, isinstance(t, asyncio.Future))

    # One waiter's cancellation reaches the task, and through it every other waiter.
    t = asyncio.create_task(work(False))
    ws = [asyncio.create_task(waiter(n, t)) for n in "abc"]
    await asyncio.sleep(0)
    ws[0].cancel()
    await asyncio.wait(ws)
    print(", ".join(log), t.cancelled(), [w.cancelled() for w in ws])

    same = []

    async def keep(t):
        try:
            await t
        except ValueError as e:
            same.append(e)

    t = asyncio.create_task(work(True))
    await asyncio.gather(keep(t), keep(t))
    print("same exception object", same[0] is same[1], t.exception() is same[0])

    async def itself():
        await me

    me = asyncio.create_task(itself())
    try:
        await me
    except RuntimeError as e:
        print("RuntimeError", str(e).split(":")[0])
    t = asyncio.create_task(work(False))
    t.set_name("renamed")
    print(t.get_name(), t.get_coro().__name__)
    await t


asyncio.run(main())
