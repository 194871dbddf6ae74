# rows: py-24
# StreamReader on loopback: read, readline, readexactly, readuntil, at_eof.
import asyncio


async def main():
    replies = asyncio.Queue()

    async def serve(reader, writer):
        while (data := await replies.get()) is not None:
            writer.write(data)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()

    async def say(*parts):
        for p in parts:
            replies.put_nowait(p)

    async def connect(**kw):
        return await asyncio.open_connection(host, port, **kw)

    async def attempt(what, aw):
        try:
            print(what, "->", await aw)
        except asyncio.IncompleteReadError as e:
            print(what, "! IncompleteReadError", e.partial, e.expected)
        except Exception as e:
            print(what, "!", type(e).__name__, e)

    r, w = await connect()
    await say(b"hello\nworld", b"!\nrest")
    await attempt("readline", r.readline())
    await attempt("readline", r.readline())
    await attempt("readexactly", r.readexactly(4))
    print("at_eof", r.at_eof())
    await attempt("readexactly 0", r.readexactly(0))
    await attempt("readexactly -1", r.readexactly(-1))
    await say(b"a;b|c||d")
    await attempt("readuntil ;", r.readuntil(b";"))
    await attempt("readuntil ||", r.readuntil(b"||"))
    await attempt("readuntil empty", r.readuntil(b""))
    await attempt("read(0)", r.read(0))
    await attempt("read(100)", r.read(100))
    waiting = asyncio.create_task(r.readline())
    await asyncio.sleep(0)
    await attempt("second reader", r.readline())
    await say(b"12345", None)
    print("eof ends a line", await waiting)
    await attempt("readline at eof", r.readline())
    await attempt("readexactly at eof", r.readexactly(3))
    await attempt("readuntil at eof", r.readuntil(b"x"))
    await attempt("read at eof", r.read())
    print("at_eof", r.at_eof())
    w.close()
    await w.wait_closed()

    r, w = await connect()
    await say(b"partial", None)
    await attempt("readexactly", r.readexactly(100))
    print("at_eof", r.at_eof())
    w.close()

    r, w = await connect()
    await say(b"no end", None)
    await attempt("readuntil", r.readuntil(b"\n"))
    w.close()

    r, w = await connect()
    await say(b"one\ntwo\nthree", None)
    print("async for", [line async for line in r])
    w.close()
    r, w = await connect()
    await say(b"all ", b"of ", b"it", None)
    await attempt("read()", r.read())
    print("get_extra_info", w.get_extra_info("peername") == (host, port), w.get_extra_info("nothing", "default"))
    w.close()
    server.close()
    await server.wait_closed()
    print("serving", server.is_serving(), server.sockets)


asyncio.run(main())
