# rows: py-20
# Queue.shutdown, gentle and immediate.
import asyncio


async def attempt(what, f):
    try:
        r = f()
        if asyncio.iscoroutine(r):
            r = await r
        print(what, "->", r)
    except Exception as e:
        print(what, "!", type(e).__name__)


async def main():
    q = asyncio.Queue()
    q.put_nowait(1)
    q.put_nowait(2)
    q.shutdown()
    await attempt("put", lambda: q.put(3))
    await attempt("put_nowait", lambda: q.put_nowait(3))
    await attempt("get", q.get)
    await attempt("get_nowait", q.get_nowait)
    await attempt("get", q.get)
    await attempt("get_nowait", q.get_nowait)
    q.task_done()
    j = asyncio.create_task(q.join())
    await asyncio.sleep(0)
    print("join waits", j.done())
    q.task_done()
    await j
    print("joined")

    q = asyncio.Queue()
    for i in range(3):
        q.put_nowait(i)
    j = asyncio.create_task(q.join())
    await asyncio.sleep(0)
    q.shutdown(immediate=True)
    await j
    print("immediate: joined, left", q.qsize())
    await attempt("get", q.get)
    await attempt("put", lambda: q.put(1))

    q = asyncio.Queue()
    ts = [asyncio.create_task(q.get()) for _ in range(2)]
    await asyncio.sleep(0)
    q.shutdown()
    print("getters woken", [type(r).__name__ for r in await asyncio.gather(*ts, return_exceptions=True)])

    q = asyncio.Queue(1)
    q.put_nowait("kept")
    ts = [asyncio.create_task(q.put(i)) for i in range(2)]
    await asyncio.sleep(0)
    q.shutdown()
    print("putters woken", [type(r).__name__ for r in await asyncio.gather(*ts, return_exceptions=True)])
    await attempt("drain", q.get)
    await attempt("drained", q.get)
    q.shutdown()
    q.shutdown(immediate=True)
    print("again is fine")

    q = asyncio.Queue()
    q.put_nowait(1)
    q.get_nowait()
    q.put_nowait(2)
    q.shutdown(immediate=True)
    j = asyncio.create_task(q.join())
    await asyncio.sleep(0)
    print("one still in hands, join done", j.done())
    q.task_done()
    await j
    print("joined")


asyncio.run(main())
