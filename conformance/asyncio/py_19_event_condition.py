# rows: py-19
# Event and Condition.
import asyncio


async def main():
    log = []
    ev = asyncio.Event()

    async def waits(name):
        r = await ev.wait()
        log.append(f"{name} {r}")

    ts = [asyncio.create_task(waits(n)) for n in "abc"]
    await asyncio.sleep(0)
    ts[1].cancel()
    ev.set()
    ev.clear()
    await asyncio.wait(ts)
    print("set then clear wakes all:", ", ".join(log), ev.is_set())
    ev.set()
    ev.set()
    print("set already", await ev.wait(), ev.is_set())

    cond = asyncio.Condition()

    async def waiter(name):
        async with cond:
            try:
                await cond.wait()
                log.append(f"{name} woken, locked {cond.locked()}")
            except asyncio.CancelledError:
                log.append(f"{name} cancelled, locked {cond.locked()}")
                raise

    async def start(*names):
        log.clear()
        ts = [asyncio.create_task(waiter(n)) for n in names]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return ts

    ts = await start(*"abc")
    async with cond:
        cond.notify()
        log.append("notified one")
    for _ in range(5):
        await asyncio.sleep(0)
    print(", ".join(log))
    async with cond:
        cond.notify_all()
    await asyncio.wait(ts)
    print(", ".join(log))

    ts = await start(*"abc")
    async with cond:
        cond.notify(2)
    await asyncio.wait(ts[:2])
    ts[2].cancel()
    await asyncio.wait(ts)
    print(", ".join(log), cond.locked())

    # Notified and cancelled in the same turn: the notification is not lost.
    ts = await start(*"ab")
    async with cond:
        cond.notify(1)
        ts[0].cancel()
    await asyncio.wait(ts)
    print(", ".join(log))

    state = []

    async def until():
        async with cond:
            return await cond.wait_for(lambda: len(state) >= 2 and list(state))

    t = asyncio.create_task(until())
    await asyncio.sleep(0)
    for i in range(3):
        async with cond:
            state.append(i)
            cond.notify_all()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    print("wait_for", await t)
    for f in (cond.notify, cond.notify_all):
        try:
            f()
        except RuntimeError as e:
            print("RuntimeError", e)
    try:
        await cond.wait()
    except RuntimeError as e:
        print("RuntimeError", e)


asyncio.run(main())
