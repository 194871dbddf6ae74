# rows: py-22
# The first SIGINT cancels the main task, a second one interrupts at once.
import asyncio, os, signal

log = []


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


async def once():
    asyncio.get_running_loop().call_soon(interrupt)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as e:
        log.append(f"cancelled {e.args}")
        await asyncio.sleep(0.001)
        log.append("cleaned")
        raise


async def refuses():
    asyncio.get_running_loop().call_soon(interrupt)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        log.append("refused")
    return "result"


async def uncancels():
    asyncio.get_running_loop().call_soon(interrupt)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        asyncio.current_task().uncancel()
        raise


async def twice():
    loop = asyncio.get_running_loop()
    loop.call_soon(interrupt)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        log.append("first")
        loop.call_soon(interrupt)
        try:
            await asyncio.sleep(10)
        finally:
            log.append("second hits the clean-up")


for body in (once, refuses, uncancels, twice):
    log.clear()
    try:
        print(body.__name__, "->", asyncio.run(body()), log)
    except BaseException as e:
        print(body.__name__, "!", type(e).__name__, log)
print("handler restored", signal.getsignal(signal.SIGINT) is signal.default_int_handler)
