# rows: py-26
# Signal handlers of the loop.
import asyncio, os, signal


async def main():
    loop = asyncio.get_running_loop()
    log = []
    done = loop.create_future()

    def on_usr1(*args):
        log.append(f"usr1 {args}")
        if not done.done():
            done.set_result(None)

    loop.add_signal_handler(signal.SIGUSR1, on_usr1, "a", 1)
    os.kill(os.getpid(), signal.SIGUSR1)
    print("not run inline", log)
    await done
    print(log)

    # It wakes a loop that sleeps in its poll.
    done = loop.create_future()
    guard = loop.call_later(30, log.append, "the timer")
    child = await asyncio.create_subprocess_exec("sh", "-c", f"kill -USR1 {os.getpid()}")
    await done
    await child.wait()
    guard.cancel()
    print("woken", log)

    # The second handler replaces the first.
    done = loop.create_future()
    loop.add_signal_handler(signal.SIGUSR1, lambda: (log.append("other"), done.set_result(None)))
    os.kill(os.getpid(), signal.SIGUSR1)
    await done
    print("replaced", log[2:])

    # A handler may use the loop: here it cancels a task.
    async def works():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            log.append("task cancelled by the signal")
            raise

    t = asyncio.create_task(works())
    await asyncio.sleep(0)
    loop.add_signal_handler(signal.SIGTERM, t.cancel)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait([t])
    print(log[-1])

    print("remove", loop.remove_signal_handler(signal.SIGUSR1), loop.remove_signal_handler(signal.SIGUSR1))
    print("remove", loop.remove_signal_handler(signal.SIGTERM))
    print("default again", signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL)
    for sig in (signal.SIGKILL, 1000):
        try:
            loop.add_signal_handler(sig, print)
        except (RuntimeError, ValueError) as e:
            print(type(e).__name__)
    return loop


loop = asyncio.run(main())
