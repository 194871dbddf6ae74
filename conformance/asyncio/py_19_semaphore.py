# rows: py-19
# Semaphore and BoundedSemaphore: FIFO, permits survive cancelled waiters.
import asyncio


async def main():
    log = []
    sem = asyncio.Semaphore(2)

    async def user(name):
        async with sem:
            log.append(f"{name} in")
            await asyncio.sleep(0)
            log.append(f"{name} out")

    await asyncio.gather(*(user(n) for n in "abcd"))
    print(", ".join(log))

    async def take(sem, name):
        try:
            await sem.acquire()
            log.append(f"{name} has it")
        except asyncio.CancelledError:
            log.append(f"{name} cancelled")
            raise

    log.clear()
    sem = asyncio.Semaphore(0)
    ts = [asyncio.create_task(take(sem, n)) for n in "abc"]
    await asyncio.sleep(0)
    ts[0].cancel()
    sem.release()
    await asyncio.wait(ts[:2])
    print("waiting one cancelled:", ", ".join(log), sem.locked())

    # Woken and cancelled in one turn: the permit goes to the next.
    log.clear()
    ts = ts[2:] + [asyncio.create_task(take(sem, "d"))]
    await asyncio.sleep(0)
    sem.release()
    ts[0].cancel()
    await asyncio.wait(ts)
    print("woken one cancelled:", ", ".join(log), sem.locked())

    # A newcomer does not overtake a woken waiter.
    log.clear()
    sem = asyncio.Semaphore(0)
    ts = [asyncio.create_task(take(sem, "waiter"))]
    await asyncio.sleep(0)
    sem.release()
    log.append(f"locked {sem.locked()}")
    ts.append(asyncio.create_task(take(sem, "newcomer")))
    await ts[0]
    sem.release()
    await ts[1]
    print("no overtaking:", ", ".join(log))

    log.clear()
    sem = asyncio.Semaphore(0)
    ts = [asyncio.create_task(take(sem, n)) for n in "abc"]
    await asyncio.sleep(0)
    sem.release()
    sem.release()
    sem.release()
    sem.release()
    await asyncio.wait(ts)
    print("many releases:", ", ".join(log), sem.locked())
    print("one left", await sem.acquire(), sem.locked())

    b = asyncio.BoundedSemaphore(1)
    await b.acquire()
    b.release()
    try:
        b.release()
    except ValueError as e:
        print("ValueError", e)
    try:
        asyncio.Semaphore(-1)
    except ValueError as e:
        print("ValueError", e)


asyncio.run(main())
