# rows: py-18
# Who shares a context and who gets a copy.
import asyncio, contextvars

var = contextvars.ContextVar("var", default="default")


async def sets(value):
    before = var.get()
    var.set(value)
    await asyncio.sleep(0)
    return before, var.get()


async def main():
    loop = asyncio.get_running_loop()
    var.set("main")
    print("task", await asyncio.create_task(sets("task")), "outside", var.get())
    print("await", await sets("direct"), "outside", var.get())

    var.set("at creation")
    t = asyncio.create_task(sets("x"))
    var.set("after creation")
    print("copied at creation", await t, var.get())

    log = []
    loop.call_soon(lambda: log.append(var.get()))
    var.set("after call_soon")
    await asyncio.sleep(0)
    print("call_soon copies", log, var.get())

    log.clear()
    loop.call_soon(lambda: (var.set("callback"), log.append(var.get())))
    await asyncio.sleep(0)
    print("a callback's change stays inside", log, var.get())

    f = loop.create_future()
    f.add_done_callback(lambda f: log.append(var.get()))
    var.set("before set_result")
    log.clear()
    f.set_result(None)
    await asyncio.sleep(0)
    print("done callback has the context of its adding", log)

    ctx = contextvars.copy_context()
    ctx.run(var.set, "shared")
    a = asyncio.create_task(sets("one"), context=ctx)
    b = asyncio.create_task(sets("two"), context=ctx)
    print("given context is not copied", await a, await b, ctx[var], var.get())

    var.set("base")
    rs = await asyncio.gather(sets("g1"), sets("g2"))
    print("gather", rs, var.get())
    print("wait_for", await asyncio.wait_for(sets("w"), 10), var.get())
    async with asyncio.timeout(10):
        await sets("timeout body")
    print("timeout body", var.get())

    token = var.set("temporary")
    var.reset(token)
    print("reset", var.get())
    try:
        var.reset(token)
    except RuntimeError as e:
        print("reset twice RuntimeError")
    token = var.set("mine")

    async def foreign():
        try:
            var.reset(token)
        except ValueError:
            return "ValueError"

    print("reset in another context", await asyncio.create_task(foreign()))
    empty = contextvars.ContextVar("empty")
    try:
        empty.get()
    except LookupError:
        print("no value LookupError", empty.get("fallback"))


asyncio.run(main())
