"""Two tasks on the one thread, each yielding half of the operations."""

import asyncio

from measure import Stopwatch, job


async def one(count):
    done = 0
    for _ in range(count):
        await asyncio.sleep(0)
        done += 1
    return done


async def main():
    operations, _ = job()
    watch = Stopwatch()
    first = asyncio.create_task(one(operations // 2))
    second = asyncio.create_task(one(operations // 2))
    done = await first + await second
    watch.stop("yield", done)


asyncio.run(main())
