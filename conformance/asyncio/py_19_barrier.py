# rows: py-19
# Barrier: rounds, order, abort, reset, cancelled waiters.
import asyncio


async def main():
    log = []

    async def party(b, name):
        try:
            i = await b.wait()
            log.append(f"{name}:{i}")
        except asyncio.BrokenBarrierError as e:
            log.append(f"{name} broken")
        except asyncio.CancelledError:
            log.append(f"{name} cancelled")

    b = asyncio.Barrier(3)
    print("new", b.parties, b.n_waiting, b.broken)
    ts = [asyncio.create_task(party(b, n)) for n in "ab"]
    await asyncio.sleep(0)
    print("two wait", b.n_waiting, log)
    await party(b, "c")
    await asyncio.wait(ts)
    print("through", sorted(log), "waiting", b.n_waiting)

    log.clear()
    await asyncio.gather(*(party(b, n) for n in "abcdef"))
    print("two rounds", sorted(log))

    log.clear()
    ts = [asyncio.create_task(party(b, n)) for n in "ab"]
    await asyncio.sleep(0)
    ts[0].cancel()
    await asyncio.wait(ts[:1])
    print("one cancelled", log, "waiting", b.n_waiting, "broken", b.broken)
    await asyncio.gather(party(b, "c"), party(b, "d"), *ts[1:])
    print("still works", sorted(log))

    log.clear()
    ts = [asyncio.create_task(party(b, n)) for n in "ab"]
    await asyncio.sleep(0)
    await b.reset()
    await asyncio.wait(ts)
    print("reset", sorted(log), "broken", b.broken)
    log.clear()
    await asyncio.gather(*(party(b, n) for n in "abc"))
    print("after reset", sorted(log))

    log.clear()
    ts = [asyncio.create_task(party(b, n)) for n in "ab"]
    await asyncio.sleep(0)
    await b.abort()
    await asyncio.wait(ts)
    print("abort", sorted(log), "broken", b.broken)
    await party(b, "late")
    print("stays broken", log[-1])
    await b.reset()
    print("mended", b.broken)

    one = asyncio.Barrier(1)
    async with one as position:
        print("alone", position)
    try:
        asyncio.Barrier(0)
    except ValueError as e:
        print("ValueError", e)


asyncio.run(main())
