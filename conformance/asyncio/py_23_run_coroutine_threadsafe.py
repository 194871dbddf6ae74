# rows: py-23
# Another thread hands a coroutine to the loop and waits for its outcome.
import asyncio, concurrent.futures, threading

log = []
# The coroutine writes as soon as it is cancelled, from the loop's thread; the order of the two
# lines is not what is shown here, so the one who cancels writes first.
writing = threading.Lock()


async def add(a, b):
    await asyncio.sleep(0)
    return a + b


async def fails():
    raise ValueError("on the loop")


async def sleeps(started):
    try:
        started.set()
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        with writing:
            log.append("coroutine cancelled")
        raise


async def cancels_itself():
    raise asyncio.CancelledError()


def other_thread(loop):
    f = asyncio.run_coroutine_threadsafe(add(1, 2), loop)
    log.append(f"result {f.result(10)} {type(f).__module__.split('.')[0]}")
    try:
        asyncio.run_coroutine_threadsafe(fails(), loop).result(10)
    except ValueError as e:
        log.append(f"ValueError {e}")
    started = threading.Event()
    f = asyncio.run_coroutine_threadsafe(sleeps(started), loop)
    started.wait(10)
    try:
        f.result(0)
    except concurrent.futures.TimeoutError:
        log.append(f"timeout leaves it running {f.done()}")
    with writing:
        log.append(f"cancel {f.cancel()}")
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(10)
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(10)
    log.append(f"cancelled {f.cancelled()}")
    f = asyncio.run_coroutine_threadsafe(cancels_itself(), loop)
    try:
        f.result(10)
    except concurrent.futures.CancelledError:
        log.append("CancelledError crosses")
    try:
        asyncio.run_coroutine_threadsafe(42, loop)
    except TypeError as e:
        log.append(f"TypeError {e}")


async def main():
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, other_thread, loop)
    for line in log:
        print(line)
    # A concurrent future can be awaited through wrap_future.
    c = concurrent.futures.Future()
    w = asyncio.wrap_future(c)
    threading.Thread(target=c.set_result, args=("wrapped",)).start()
    print(await w)
    c = concurrent.futures.Future()
    w = asyncio.wrap_future(c)
    w.cancel()
    await asyncio.sleep(0)
    print("cancel goes back", c.cancelled())


asyncio.run(main())
