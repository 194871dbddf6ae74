"""Gathers a batch of tasks that return 1; again until done."""

import asyncio

from measure import Stopwatch, job


async def one():
    return 1


async def main():
    operations, batch = job()
    done = 0
    watch = Stopwatch()
    for _ in range(operations // batch):
        done += sum(await asyncio.gather(*[asyncio.create_task(one()) for _ in range(batch)]))
    watch.stop("gather", done)


asyncio.run(main())
