# rows: py-24
# Limits of a StreamReader fed by hand: LimitOverrunError, readline past the limit, exceptions.
import asyncio


async def attempt(what, aw):
    try:
        print(what, "->", await aw)
    except asyncio.LimitOverrunError as e:
        print(what, "! LimitOverrunError consumed", e.consumed, e.args[0])
    except asyncio.IncompleteReadError as e:
        print(what, "! IncompleteReadError", e.partial, e.expected)
    except Exception as e:
        print(what, "!", type(e).__name__, e)


def reader(*chunks, eof=False, limit=8):
    r = asyncio.StreamReader(limit=limit)
    for c in chunks:
        r.feed_data(c)
    if eof:
        r.feed_eof()
    return r


async def main():
    r = reader(b"0123456789abcdef")
    await attempt("no separator in the limit", r.readuntil(b"\n"))
    await attempt("nothing was taken", r.read(100))
    r = reader(b"0123456789\nrest")
    await attempt("separator beyond the limit", r.readuntil(b"\n"))
    await attempt("nothing was taken", r.read(100))

    r = reader(b"0123456789\nrest\n")
    await attempt("readline drops the long line", r.readline())
    await attempt("readline goes on", r.readline())
    r = reader(b"0123456789abcdef")
    await attempt("readline without an end drops all", r.readline())
    r.feed_data(b"ok\n")
    await attempt("readline goes on", r.readline())

    r = reader(b"01234567\n")
    await attempt("exactly the limit", r.readline())
    r = reader(b"0123456789", eof=True)
    await attempt("readexactly is not limited", r.readexactly(10))
    r = reader(b"0123456789", eof=True)
    await attempt("readuntil at eof, too long", r.readuntil(b"\n"))

    r = reader(b"a\r", limit=100)
    t = asyncio.create_task(r.readuntil(b"\r\n"))
    await asyncio.sleep(0)
    r.feed_data(b"\nb")
    print("separator in two parts ->", await t)
    r = reader(b"x,y;z", limit=100)
    await attempt("several separators", r.readuntil((b";", b",")))
    await attempt("several separators", r.readuntil((b";", b",")))

    r = reader(b"kept")
    r.set_exception(ConnectionResetError("lost"))
    await attempt("exception first", r.read(10))
    await attempt("and again", r.readexactly(2))
    print("at_eof", r.at_eof(), "exception", repr(r.exception()))
    r = reader()
    t = asyncio.create_task(attempt("waiting when it comes", r.read(1)))
    await asyncio.sleep(0)
    r.set_exception(ValueError("now"))
    await t

    r = reader()
    t = asyncio.create_task(r.read(10))
    await asyncio.sleep(0)
    t.cancel()
    await asyncio.wait([t])
    r.feed_data(b"safe")
    await attempt("after a cancelled read", r.read(10))
    r = reader(b"last", eof=True)
    print("at_eof with data", r.at_eof(), await r.read(), "without", r.at_eof())
    try:
        r.feed_data(b"late")
    except AssertionError as e:
        print("AssertionError", e)
    try:
        asyncio.StreamReader(limit=0)
    except ValueError as e:
        print("ValueError", e)


asyncio.run(main())
