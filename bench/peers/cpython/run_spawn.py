"""Spawns a batch of tasks that return 1, then joins all handles; again until done."""

import asyncio

from measure import Stopwatch, job


async def one():
    return 1


async def main():
    operations, batch = job()
    done = 0
    watch = Stopwatch()
    for _ in range(operations // batch):
        tasks = [asyncio.create_task(one()) for _ in range(batch)]
        for task in tasks:
            done += await task
    watch.stop("spawn", done)


asyncio.run(main())
