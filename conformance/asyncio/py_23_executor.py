# rows: py-23
# run_in_executor and to_thread: results, failures, contexts, cancelling, shutdown.
import asyncio, concurrent.futures, contextvars, threading

var = contextvars.ContextVar("var", default="default")
main_thread = threading.current_thread()


def square(x):
    return x * x, threading.current_thread() is main_thread


def fails():
    raise ValueError("in the thread")


def named(a, *, b):
    return f"{a} {b} {var.get()}"


async def main():
    loop = asyncio.get_running_loop()
    print("executor", await loop.run_in_executor(None, square, 3))
    print("to_thread", await asyncio.to_thread(square, 4))
    try:
        await asyncio.to_thread(fails)
    except ValueError as e:
        print("ValueError", e)

    var.set("set")
    print("to_thread copies the context:", await asyncio.to_thread(named, 1, b=2))
    print("run_in_executor does not:", await loop.run_in_executor(None, lambda: named(1, b=2)))
    await asyncio.to_thread(var.set, "in the thread")
    print("changes stay there:", var.get())

    # The loop goes on while a thread blocks.
    gate = threading.Event()
    f = loop.run_in_executor(None, gate.wait, 10)
    await asyncio.sleep(0)
    print("blocked thread, loop alive", f.done())
    gate.set()
    print("released", await f)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        gate.clear()
        first = loop.run_in_executor(pool, gate.wait, 10)
        log = []
        queued = loop.run_in_executor(pool, log.append, "ran")
        await asyncio.sleep(0)
        print("cancel of a queued call", queued.cancel())
        await asyncio.sleep(0)  # the cancel reaches the pool with the next turn
        gate.set()
        print("first", await first)
    try:
        await queued
    except asyncio.CancelledError:
        print("queued cancelled, body ran", log)

    # A running call cannot be stopped; its waiter stops waiting.
    gate.clear()
    ran = threading.Event()
    started = threading.Event()
    t = asyncio.create_task(asyncio.to_thread(lambda: (started.set(), gate.wait(10), ran.set())))
    await loop.run_in_executor(None, started.wait, 10)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        print("waiter cancelled, thread finished", ran.is_set())
    gate.set()
    await loop.shutdown_default_executor()
    print("shutdown waits for it", ran.is_set())
    try:
        await loop.run_in_executor(None, square, 1)
    except RuntimeError as e:
        print("RuntimeError", e)


asyncio.run(main())
