# rows: py-07
# A future is settled once; callbacks are queued, never run inline.
import asyncio


def attempt(what, f, *args):
    try:
        print(what, "->", f(*args))
    except BaseException as e:
        print(what, "!", type(e).__name__, e)


async def main():
    loop = asyncio.get_running_loop()
    f = loop.create_future()
    print("pending", f.done(), f.cancelled())
    attempt("result", f.result)
    attempt("exception", f.exception)
    f.set_result(1)
    print("finished", f.done(), f.cancelled())
    attempt("result", f.result)
    attempt("exception", f.exception)
    attempt("set_result", f.set_result, 2)
    attempt("set_exception", f.set_exception, ValueError("x"))
    attempt("cancel", f.cancel)

    f = loop.create_future()
    f.set_exception(ValueError("boom"))
    attempt("result", f.result)
    attempt("exception", f.exception)
    attempt("set_result", f.set_result, 2)
    attempt("cancel", f.cancel)
    f = loop.create_future()
    f.set_exception(KeyError)
    attempt("a class is made an instance", f.exception)
    f = loop.create_future()
    attempt("StopIteration", f.set_exception, StopIteration("s"))
    f.cancel()

    f = loop.create_future()
    attempt("cancel", f.cancel, "why")
    attempt("cancel again", f.cancel, "other")
    print("cancelled", f.done(), f.cancelled())
    attempt("result", f.result)
    attempt("exception", f.exception)
    attempt("set_result", f.set_result, 2)

    log = []
    f = loop.create_future()
    for name in "abc":
        f.add_done_callback(lambda f, name=name: log.append(name))
    again = lambda f: log.append("twice")
    f.add_done_callback(again)
    f.add_done_callback(again)
    loop.call_soon(log.append, "before")
    f.set_result(None)
    loop.call_soon(log.append, "behind")
    f.add_done_callback(lambda f: log.append("late"))
    print("inline", log)
    await asyncio.sleep(0)
    print("queued", log)

    f = loop.create_future()
    f.add_done_callback(again)
    f.add_done_callback(again)
    print("removed", f.remove_done_callback(again), f.remove_done_callback(again))
    log.clear()
    f.set_result(None)
    await asyncio.sleep(0)
    print("left", log)

    log.clear()
    f = loop.create_future()
    f.add_done_callback(lambda f: f.add_done_callback(lambda f: log.append("inner")))
    f.set_result(None)
    await asyncio.sleep(0)
    print("added by a callback, same turn", log)
    await asyncio.sleep(0)
    print("added by a callback, next turn", log)


asyncio.run(main())
