# rows: py-20
# Queue, LifoQueue, PriorityQueue: bounds, order, join, cancelled waiters.
import asyncio


async def main():
    log = []
    for kind in (asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue):
        q = kind()
        for i in (3, 1, 2):
            q.put_nowait(i)
        print(kind.__name__, [q.get_nowait() for _ in range(3)], q.empty())

    q = asyncio.Queue(maxsize=2)
    for f, args in ((q.get_nowait, ()), (q.put_nowait, (1,)), (q.put_nowait, (2,)), (q.put_nowait, (3,))):
        try:
            f(*args)
            print("ok", q.qsize(), q.full(), q.maxsize)
        except (asyncio.QueueEmpty, asyncio.QueueFull) as e:
            print(type(e).__name__)

    async def put(x):
        await q.put(x)
        log.append(f"put {x}")

    ts = [asyncio.create_task(put(x)) for x in (3, 4, 5)]
    await asyncio.sleep(0)
    got = []
    ts[1].cancel()
    while True:
        try:
            got.append(await asyncio.wait_for(q.get(), 0.005))
        except TimeoutError:
            break
    print("putters", got, log, ts[1].cancelled())

    async def get(name):
        log.append(f"{name} {await q.get()}")

    log.clear()
    ts = [asyncio.create_task(get(n)) for n in "abc"]
    await asyncio.sleep(0)
    ts[0].cancel()
    q.put_nowait("x")
    await asyncio.sleep(0)
    q.put_nowait("y")
    await asyncio.wait(ts)
    print("getters", log)

    # A getter is woken and cancelled in one turn: the item stays for the next.
    log.clear()
    ts = [asyncio.create_task(get(n)) for n in "ab"]
    await asyncio.sleep(0)
    q.put_nowait("only")
    ts[0].cancel()
    await asyncio.wait(ts)
    print("woken getter cancelled", log, q.qsize())

    q = asyncio.Queue()
    for i in range(3):
        q.put_nowait(i)

    async def worker():
        while True:
            log.append(await q.get())
            await asyncio.sleep(0)
            q.task_done()

    log.clear()
    w = asyncio.create_task(worker())
    await q.join()
    print("joined", log, q.empty())
    w.cancel()
    try:
        q.task_done()
    except ValueError as e:
        print("ValueError", e)
    await asyncio.Queue().join()
    print("join of a fresh queue is immediate")


asyncio.run(main())
