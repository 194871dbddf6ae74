# rows: py-03
# create_task queues the first step; it never runs the body inline.
import asyncio


async def main():
    log = []

    async def body(name):
        log.append(f"{name} start")
        await asyncio.sleep(0)
        log.append(f"{name} end")
        return name

    t = asyncio.create_task(body("a"), name="first")
    log.append("created")
    print(t.get_name(), t.done())
    log.append(await t)
    print(", ".join(log))

    log.clear()
    loop = asyncio.get_running_loop()
    loop.call_soon(log.append, "soon1")
    a = asyncio.create_task(body("a"))
    loop.call_soon(log.append, "soon2")
    b = asyncio.create_task(body("b"))
    loop.call_soon(log.append, "soon3")
    await a
    log.append("a awaited")
    await b
    log.append("b awaited")
    print(", ".join(log))

    log.clear()

    async def parent():
        log.append("parent")
        child = asyncio.create_task(body("child"))
        log.append("parent goes on")
        await child
        log.append("parent end")

    await parent()
    print(", ".join(log))

    me = asyncio.current_task()
    t = asyncio.create_task(body("x"))
    print("all tasks", len(asyncio.all_tasks()), me in asyncio.all_tasks(), t in asyncio.all_tasks())
    await t
    print("all tasks", len(asyncio.all_tasks()))
    try:
        asyncio.create_task(42)
    except TypeError as e:
        print("TypeError", e)


asyncio.run(main())
try:
    c = asyncio.sleep(0)
    asyncio.create_task(c)
except RuntimeError as e:
    print("RuntimeError", e)
    c.close()
