# rows: py-19
# Lock: FIFO, hand-over, cancelled waiters, misuse.
import asyncio


async def main():
    log = []
    lock = asyncio.Lock()

    async def user(name):
        async with lock:
            log.append(f"{name} in")
            await asyncio.sleep(0)
            log.append(f"{name} out")

    await asyncio.gather(*(user(n) for n in "abc"))
    print(", ".join(log))

    async def cancelled(name):
        try:
            await user(name)
        except asyncio.CancelledError:
            log.append(f"{name} cancelled")
            raise

    log.clear()
    await lock.acquire()
    ts = [asyncio.create_task(cancelled(n)) for n in "abc"]
    await asyncio.sleep(0)
    ts[1].cancel()
    lock.release()
    await asyncio.wait(ts)
    print("waiter cancelled:", ", ".join(log), lock.locked())

    # The head waiter is woken and cancelled in the same turn: the next one gets the lock.
    log.clear()
    await lock.acquire()
    ts = [asyncio.create_task(cancelled(n)) for n in "abc"]
    await asyncio.sleep(0)
    lock.release()
    ts[0].cancel()
    await asyncio.wait(ts)
    print("woken and cancelled:", ", ".join(log), lock.locked())

    # A newcomer between release and the waiter's resumption does not overtake it.
    log.clear()
    await lock.acquire()
    t = asyncio.create_task(user("waiter"))
    await asyncio.sleep(0)
    lock.release()
    log.append(f"locked {lock.locked()}")
    async with lock:
        log.append("newcomer in")
    await t
    print("newcomer:", ", ".join(log))

    # All waiters cancelled: the lock is free.
    await lock.acquire()
    ts = [asyncio.create_task(user(n)) for n in "ab"]
    await asyncio.sleep(0)
    for t in ts:
        t.cancel()
    lock.release()
    await asyncio.wait(ts)
    print("all cancelled, locked", lock.locked())
    try:
        lock.release()
    except RuntimeError as e:
        print("RuntimeError", e)
    print("acquire returns", await lock.acquire())


asyncio.run(main())
