# rows: py-22
# What run and Runner do with what main leaves behind.
import asyncio

log = []


async def leftover(name, how="reraise"):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        await asyncio.sleep(0)
        log.append(f"{name} cancelled")
        if how == "fail":
            raise ValueError(name)
        if how == "reraise":
            raise


async def gen():
    try:
        yield 1
    finally:
        log.append("generator closed")


async def main():
    global keep
    asyncio.get_running_loop().set_exception_handler(
        lambda l, c: log.append(f"report {c['message']} {c['exception']!r}"))
    keep = [asyncio.create_task(leftover("a")), asyncio.create_task(leftover("b", "swallow")),
            asyncio.create_task(leftover("c", "fail")), gen()]
    await anext(keep[3])
    await asyncio.sleep(0)
    log.append("main ends")
    return "result"


print(asyncio.run(main()))
# Leftovers are cancelled in no promised order.
for line in log[:1] + sorted(log[1:4]) + log[4:]:
    print(line)
print([t.cancelled() for t in keep[:3]])


async def fails():
    asyncio.create_task(leftover("d"))
    await asyncio.sleep(0)
    raise KeyError("main")


log.clear()
try:
    asyncio.run(fails())
except KeyError as e:
    print("re-raised", repr(e), log)


async def cancels_itself():
    asyncio.current_task().cancel("me")
    await asyncio.sleep(0)


try:
    asyncio.run(cancels_itself())
except asyncio.CancelledError as e:
    print("CancelledError", e.args)


async def nested():
    c = asyncio.sleep(0)
    try:
        asyncio.run(c)
    except RuntimeError as e:
        c.close()
        print("RuntimeError", e)


asyncio.run(nested())
with asyncio.Runner() as r:
    first = r.get_loop()
    print(r.run(asyncio.sleep(0, "one")), r.run(asyncio.sleep(0, "two")), r.get_loop() is first)
print("closed", first.is_closed())
try:
    r.run(c := asyncio.sleep(0))
except RuntimeError as e:
    c.close()
    print("RuntimeError", e)
