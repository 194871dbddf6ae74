# rows: py-04
# Readiness found by the poll is queued before due timers, and both behind what was ready.
import asyncio, socket, time


def turn(loop):
    loop.call_soon(loop.stop)
    loop.run_forever()


loop = asyncio.new_event_loop()
log = []
a, b = socket.socketpair()
for s in (a, b):
    s.setblocking(False)


def readable():
    log.append(f"io {b.recv(100).decode()}")


loop.add_reader(b, readable)
turn(loop)
a.send(b"one")
loop.call_later(0, log.append, "timer")
loop.call_soon(log.append, "soon")
time.sleep(0.002)
turn(loop)
print("all three:", ", ".join(log))
log.clear()

# Level triggered: unread bytes are reported again on the next turn.
loop.remove_reader(b)
loop.add_reader(b, lambda: log.append(f"byte {b.recv(1).decode()}"))
a.send(b"xyz")
for i in range(4):
    turn(loop)
    print("turn", i, ", ".join(log))
    log.clear()


# A reader removed by an earlier handle of the same turn is not called.
def first():
    log.append("soon removes")
    loop.remove_reader(b)


a.send(b"q")
loop.call_soon(first)
turn(loop)
turn(loop)
print("removed:", ", ".join(log))
log.clear()

# What the I/O callback queues runs one turn later than the timer beside it.
loop.add_reader(b, lambda: (log.append(f"io {b.recv(9).decode()}"), loop.call_soon(log.append, "from io")))
loop.call_later(0, log.append, "timer")
time.sleep(0.002)
turn(loop)
print("first:", ", ".join(log))
turn(loop)
print("second:", ", ".join(log))
loop.remove_reader(b)
a.close()
b.close()
loop.close()
