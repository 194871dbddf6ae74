"""One task for each delay, all spawned, then all joined."""

import asyncio

from measure import Stopwatch, job

SEED = 0x4F0A_2F01_D000_0001
MASK = (1 << 64) - 1


def delays(count):
    """The same sequence as src/deadlines.rs: SplitMix64 over `count` microseconds."""
    span_ns = count * 1000
    state = SEED
    for _ in range(count):
        state = (state + 0x9E37_79B9_7F4A_7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & MASK
        yield ((z ^ (z >> 31)) % span_ns) / 1e9


async def one(delay):
    await asyncio.sleep(delay)
    return 1


async def main():
    operations, _ = job()
    prepared = list(delays(operations))
    done = 0
    watch = Stopwatch()
    tasks = [asyncio.create_task(one(delay)) for delay in prepared]
    for task in tasks:
        done += await task
    watch.stop("timers", done)


asyncio.run(main())
