# rows: py-06
# call_soon_threadsafe ends the loop's sleep in its poll, whoever calls it.
import asyncio, threading, time


async def main():
    loop = asyncio.get_running_loop()

    done = loop.create_future()
    asleep = threading.Event()
    guard = loop.call_later(30, done.set_result, "the timer")

    def waker():
        asleep.wait()
        loop.call_soon_threadsafe(done.set_result, "the thread")

    t = threading.Thread(target=waker)
    t.start()
    loop.call_soon(asleep.set)
    print("woken by", await done)
    guard.cancel()
    t.join()

    # Many threads at once: nothing is lost, each thread's own order is kept.
    got = []
    done = loop.create_future()

    def arrive(who, i):
        got.append((who, i))
        if len(got) == 8 * 50:
            done.set_result(None)

    def sender(who):
        for i in range(50):
            loop.call_soon_threadsafe(arrive, who, i)

    threads = [threading.Thread(target=sender, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    await done
    for t in threads:
        t.join()
    print("arrived", len(got))
    print("in order", all([i for w, i in got if w == n] == list(range(50)) for n in range(8)))

    # From the loop's own thread it is call_soon.
    log = []
    loop.call_soon(log.append, 1)
    loop.call_soon_threadsafe(log.append, 2)
    loop.call_soon(log.append, 3)
    await asyncio.sleep(0)
    print(log)

    h = loop.call_soon_threadsafe(log.append, 4)
    h.cancel()
    await asyncio.sleep(0)
    print("cancelled", log)
    return loop


loop = asyncio.run(main())
try:
    loop.call_soon_threadsafe(print, "never")
except RuntimeError as e:
    print("RuntimeError", e)
