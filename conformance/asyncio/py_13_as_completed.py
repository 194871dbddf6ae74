# rows: py-13
# as_completed yields in order of completion, plain and asynchronous.
import asyncio


async def main():
    async def work(name, turns, fail=False):
        for _ in range(turns):
            await asyncio.sleep(0)
        if fail:
            raise ValueError(name)
        return name

    out = []
    for c in asyncio.as_completed([work("a", 5), work("b", 1), work("c", 3)]):
        out.append(await c)
    print("plain", out)

    ts = [asyncio.create_task(work(n, k), name=n) for n, k in (("a", 5), ("b", 1), ("c", 3))]
    out = []
    async for t in asyncio.as_completed(ts):
        out.append(f"{t.get_name()} {t in ts} {t.result()}")
    print("async", out)

    out = []
    for c in asyncio.as_completed([work("a", 3), work("b", 1, fail=True), work("c", 5)]):
        try:
            out.append(await c)
        except ValueError as e:
            out.append(f"ValueError {e}")
    print("failing", out)

    done = [asyncio.create_task(work(n, 0)) for n in "xyz"]
    await asyncio.wait(done)
    out = []
    for c in asyncio.as_completed([done[0]]):
        out.append(await c)
    print("already done", out)

    never = asyncio.create_task(asyncio.sleep(10))
    out = []
    for c in asyncio.as_completed([work("a", 1), never], timeout=0.005):
        try:
            out.append(await c)
        except TimeoutError:
            out.append("TimeoutError")
    print("timeout", out, "cancelled", never.cancelled())

    out = []
    try:
        async for t in asyncio.as_completed([asyncio.create_task(work("a", 1)), never], timeout=0.005):
            out.append(t.result())
    except TimeoutError:
        out.append("TimeoutError")
    print("async timeout", out, "cancelled", never.cancelled())
    never.cancel()

    print("nothing", [c for c in asyncio.as_completed([])])
    t = asyncio.create_task(work("same", 1))
    print("duplicates", len([await c for c in asyncio.as_completed([t, t])]))


asyncio.run(main())
