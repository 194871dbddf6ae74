"""Round trips between two tasks through two queues of capacity one."""

import asyncio

from measure import Stopwatch, job


async def serve(asked, answered):
    while (item := await asked.get()) is not None:
        await answered.put(item + 1)


async def ask(asked, answered, operations):
    done = 0
    while done < operations:
        await asked.put(done)
        done = await answered.get()
    await asked.put(None)
    return done


async def main():
    operations, _ = job()
    asked, answered = asyncio.Queue(1), asyncio.Queue(1)
    watch = Stopwatch()
    server = asyncio.create_task(serve(asked, answered))
    done = await asyncio.create_task(ask(asked, answered, operations))
    await server
    watch.stop("queue", done)


asyncio.run(main())
