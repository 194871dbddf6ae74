# rows: py-29
# A loop driven by hand: run, stop, close.
import asyncio

log = []
loop = asyncio.new_event_loop()
print("new", loop.is_running(), loop.is_closed())
print(loop.run_until_complete(asyncio.sleep(0, "value")))

# stop() lets the current turn finish; what that turn queued waits for the next run.
loop.call_soon(log.append, 1)
loop.call_soon(loop.stop)
loop.call_soon(log.append, 2)
loop.call_soon(lambda: loop.call_soon(log.append, "next run"))
loop.run_forever()
print("stopped", log)
loop.stop()
loop.run_forever()
print("stop before run: one turn", log)


async def fails():
    raise ValueError("failed")


def attempt(what, f):
    c = None
    try:
        c = f()
        print(what, "->", c)
    except (RuntimeError, ValueError, TypeError, asyncio.CancelledError) as e:
        print(what, "!", type(e).__name__, str(e).split(" <")[0])


attempt("failure", lambda: loop.run_until_complete(fails()))
f = loop.create_future()
loop.call_soon(loop.stop)
attempt("stopped before completion", lambda: loop.run_until_complete(f))
f.set_result("later")
attempt("run again", lambda: loop.run_until_complete(f))
f = loop.create_future()
loop.call_soon(f.cancel)
attempt("cancelled", lambda: loop.run_until_complete(f))
attempt("not awaitable", lambda: loop.run_until_complete(42))


async def inside():
    print("running", loop.is_running(), asyncio.get_running_loop() is loop)
    attempt("run inside", lambda: loop.run_until_complete(loop.create_future()))
    attempt("close inside", lambda: loop.close())
    other = asyncio.new_event_loop()
    attempt("another loop inside", lambda: other.run_until_complete(other.create_future()))
    other.close()


loop.run_until_complete(inside())
attempt("no running loop", asyncio.get_running_loop)


# A task survives between runs.
async def long():
    for i in range(3):
        log.append(i)
        await asyncio.sleep(0)
    return "end"


log.clear()
t = loop.create_task(long())
loop.call_soon(loop.stop)
loop.run_forever()
print("first run", log)
print("second run", loop.run_until_complete(t), log)

loop.call_soon(log.append, "never")
loop.close()
loop.close()
print("closed", loop.is_closed(), loop.is_running())
attempt("call_soon", lambda: loop.call_soon(print))
attempt("call_later", lambda: loop.call_later(1, print))
attempt("run_forever", loop.run_forever)
c = asyncio.sleep(0)
attempt("run_until_complete", lambda: loop.run_until_complete(c))
c.close()
attempt("stop on a closed loop", loop.stop)
print("pending handle dropped", log)
