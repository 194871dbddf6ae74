# rows: py-04
# One turn runs exactly the handles that were queued when it began.
import asyncio, time


def turn(loop):
    loop.call_soon(loop.stop)
    loop.run_forever()


loop = asyncio.new_event_loop()
log = []


def chain(n):
    log.append(f"chain{n}")
    if n < 3:
        loop.call_soon(chain, n + 1)


loop.call_soon(chain, 1)
loop.call_soon(log.append, "x")
for i in range(4):
    turn(loop)
    print("turn", i, ", ".join(log))
    log.clear()

# A due timer is queued behind what is ready already, and ahead of what this turn adds.
loop.call_later(0, log.append, "timer")
loop.call_soon(log.append, "ready")
loop.call_soon(lambda: loop.call_soon(log.append, "added"))
time.sleep(0.002)
turn(loop)
print("timers after ready:", ", ".join(log))
turn(loop)
print("added next turn:", ", ".join(log))
log.clear()

# A timer made due by a handle of this turn waits for the next one.
loop.call_soon(lambda: (loop.call_later(-1, log.append, "past"), log.append("made")))
turn(loop)
print("past timer, same turn:", ", ".join(log))
turn(loop)
print("past timer, next turn:", ", ".join(log))
log.clear()

# Timers that are due together leave by their time, not by the order of their making.
now = loop.time() - 1
loop.call_at(now + 0.003, log.append, "third")
loop.call_at(now + 0.001, log.append, "first")
loop.call_at(now + 0.002, log.append, "second")
turn(loop)
print("by time:", ", ".join(log))
log.clear()

# A handle that cancels a later one of the same turn still takes it out.
late = None
loop.call_soon(lambda: (log.append("canceller"), late.cancel()))
late = loop.call_soon(log.append, "victim")
loop.call_soon(log.append, "bystander")
turn(loop)
print("cancel in turn:", ", ".join(log))
loop.close()
