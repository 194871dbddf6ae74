# rows: py-01
# A coroutine is inert until something drives it; one that is thrown away warns, once.
import asyncio, gc, warnings

log = []


async def work(name):
    log.append(name)
    return name


async def main():
    c = work("awaited")
    print("made", log)
    print("result", await c, log)

    c = work("task")
    print("made", log)
    t = asyncio.create_task(c)
    print("wrapped", log)
    print("result", await t, log)

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        work("dropped")
        gc.collect()
        await asyncio.sleep(0)
        gc.collect()
    print("warnings", len(seen))
    for w in seen:
        print(w.category.__name__, w.message)

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        c = work("closed")
        c.close()
        del c
        gc.collect()
    print("closed warnings", len(seen))

    c = work("twice")
    print(await c)
    try:
        await c
    except RuntimeError as e:
        print("RuntimeError", e)
    print(log)


asyncio.run(main())
