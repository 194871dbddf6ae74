# rows: py-05
# call_soon, call_later, call_at and their handles.
import asyncio, contextvars


async def main():
    loop = asyncio.get_running_loop()
    log = []
    done = loop.create_future()
    loop.call_later(0, log.append, "later0")
    loop.call_soon(log.append, "s1")
    loop.call_soon(log.append, "s2")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(", ".join(log))

    log.clear()
    now = loop.time()
    loop.call_at(now + 0.012, done.set_result, "end")
    loop.call_at(now + 0.008, log.append, "c")
    loop.call_at(now + 0.004, log.append, "b")
    loop.call_later(0.0, log.append, "a")
    print(await done, ", ".join(log))

    log.clear()
    h = loop.call_soon(log.append, "never")
    print("cancelled", h.cancelled())
    h.cancel()
    h.cancel()
    print("cancelled", h.cancelled())
    t = loop.call_later(0.001, log.append, "never")
    keep = loop.call_later(0.002, log.append, "kept")
    t.cancel()
    print("when is a time of the loop's clock", now < keep.when() < loop.time() + 1)
    await asyncio.sleep(0.005)
    print(log, t.cancelled(), keep.cancelled())
    keep.cancel()
    print("cancel after it ran", keep.cancelled())

    log.clear()
    handles = [loop.call_later(0.001, log.append, i) for i in range(200)]
    for h in handles[1:199]:
        h.cancel()
    await asyncio.sleep(0.01)
    print("survivors of many", log)

    var = contextvars.ContextVar("var", default="none")
    ctx = contextvars.copy_context()
    ctx.run(var.set, "given")
    loop.call_soon(lambda: log.append(var.get()), context=ctx)
    loop.call_later(0, lambda: log.append(var.get()), context=ctx)
    loop.call_soon(lambda: log.append(var.get()))
    log.clear()
    await asyncio.sleep(0.002)
    print("contexts", log)

    errors = []
    loop.set_exception_handler(lambda loop, ctx: errors.append((ctx["message"].split(" ")[0], repr(ctx["exception"]))))
    loop.call_soon(lambda: 1 / 0)
    loop.call_soon(log.append, "goes on")
    await asyncio.sleep(0)
    print(errors, log[-1])
    t1, t2 = loop.time(), loop.time()
    print("monotonic", t1 <= t2)


asyncio.run(main())
