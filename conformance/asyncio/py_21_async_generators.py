# rows: py-21
# asend, athrow, aclose and what the body sees.
import asyncio

log = []


async def echo():
    try:
        got = yield "first"
        while True:
            log.append(f"got {got}")
            await asyncio.sleep(0)
            try:
                got = yield f"echo {got}"
            except ValueError as e:
                log.append(f"ValueError {e}")
                got = "after error"
    except GeneratorExit:
        log.append("GeneratorExit")
        raise
    finally:
        await asyncio.sleep(0)
        log.append("finally")


async def attempt(what, aw):
    try:
        print(what, "->", await aw)
    except BaseException as e:
        print(what, "!", type(e).__name__, e)


async def main():
    g = echo()
    await attempt("asend before the start", g.asend("early"))
    await attempt("anext", anext(g))
    await attempt("asend", g.asend("a"))
    await attempt("anext sends None", anext(g))
    await attempt("athrow caught", g.athrow(ValueError("v")))
    await attempt("athrow uncaught", g.athrow(KeyError("k")))
    await attempt("finished", anext(g))
    await attempt("aclose of a finished one", g.aclose())
    print(log)

    log.clear()
    g = echo()
    await g.aclose()
    print("aclose before the start", log)
    await attempt("then", anext(g))

    g = echo()
    await anext(g)
    await attempt("aclose", g.aclose())
    await attempt("aclose again", g.aclose())
    print(log)

    async def refuses():
        try:
            yield 1
        except GeneratorExit:
            yield 2

    g = refuses()
    await anext(g)
    await attempt("ignores the exit", g.aclose())

    async def numbers():
        for i in range(3):
            yield i

    print([x async for x in numbers()], [x * x async for x in numbers() if x])
    await attempt("default", anext(numbers().__aiter__(), "d"))
    log.clear()
    async for x in (g := echo()):
        break
    print("break alone does not close", log)
    await g.aclose()
    print("aclose", log)

    # Two steps at once are refused.
    g = echo()
    await anext(g)
    a = asyncio.create_task(g.asend("x"))
    await asyncio.sleep(0)
    await attempt("second step", g.asend("y"))
    print(await a)
    await g.aclose()


asyncio.run(main())
