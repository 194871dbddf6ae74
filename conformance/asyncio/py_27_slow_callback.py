# rows: py-27
# Debug mode reports handles that run too long and misuse from another thread.
import asyncio, logging, re, threading, time

records = []


class Keep(logging.Handler):
    def emit(self, record):
        records.append(record)


logger = logging.getLogger("asyncio")
logger.addHandler(Keep())
logger.propagate = False
logger.setLevel(logging.WARNING)


def slow():
    time.sleep(0.05)


def quick():
    pass


async def slow_step():
    time.sleep(0.05)


def show(what):
    print(what, len(records))
    for r in records:
        text = r.getMessage()
        kind = text.split(" ")[0].strip("<")
        took = re.search(r"took (\d+\.\d+) seconds", text)
        print(" ", r.levelname, kind, "created at this file", "py_27_slow_callback.py:" in text,
              "took enough", bool(took) and float(took[1]) >= 0.04)
    records.clear()


async def main(debug):
    loop = asyncio.get_running_loop()
    print("debug", loop.get_debug(), "threshold", loop.slow_callback_duration)
    loop.slow_callback_duration = 0.04
    loop.call_soon(slow)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    show("slow callback")
    await asyncio.create_task(slow_step())
    show("slow task step")
    loop.slow_callback_duration = 10
    loop.call_soon(slow)
    loop.call_soon(quick)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    show("below the threshold")

    errors = []

    def from_thread():
        try:
            loop.call_soon(quick)
            errors.append("accepted")
        except RuntimeError as e:
            errors.append(f"RuntimeError {e}")

    t = threading.Thread(target=from_thread)
    t.start()
    t.join()
    print("call_soon from another thread:", errors)


asyncio.run(main(True), debug=True)
asyncio.run(main(False), debug=False)
