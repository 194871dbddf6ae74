"""Queues a batch of callbacks that count, lets them run; again until done."""

import asyncio

from measure import Stopwatch, job

done = 0


def one():
    global done
    done += 1


async def main():
    operations, batch = job()
    loop = asyncio.get_running_loop()
    watch = Stopwatch()
    for _ in range(operations // batch):
        for _ in range(batch):
            loop.call_soon(one)
        await asyncio.sleep(0)
    watch.stop("call_soon", done)


asyncio.run(main())
