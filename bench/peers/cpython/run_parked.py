"""Tasks that wait on one shared event, for ever."""

import asyncio
import os

from measure import Stopwatch, job

parked = 0


async def one(gate):
    global parked
    parked += 1
    await gate.wait()


async def main():
    operations, batch = job()
    gate = asyncio.Event()
    # The loop knows its tasks only weakly. The waiters in the event hold them: no list is needed.
    watch = Stopwatch()
    for number in range(1, operations // batch + 1):
        for _ in range(batch):
            asyncio.create_task(one(gate))
        while parked < number * batch:
            await asyncio.sleep(0)
    watch.stop("parked", parked)
    # Cancelling them all one by one, as `asyncio.run` would, is not part of this.
    os._exit(0)


asyncio.run(main())
