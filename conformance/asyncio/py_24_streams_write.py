# rows: py-24
# StreamWriter: drain waits above the high water mark; write_eof; unix sockets; a server's life.
import asyncio, os, tempfile


async def main():
    release = asyncio.Event()
    received = asyncio.get_running_loop().create_future()
    errors = []

    async def slow_reader(reader, writer):
        await release.wait()
        data = await reader.read()
        writer.write(b"%d bytes" % len(data))
        writer.close()
        received.set_result(len(data))

    path = os.path.join(tempfile.mkdtemp(), "s")
    server = await asyncio.start_unix_server(slow_reader, path)
    reader, writer = await asyncio.open_unix_connection(path)
    print("limits", writer.transport.get_write_buffer_limits())
    writer.transport.set_write_buffer_limits(high=1000)
    print("limits", writer.transport.get_write_buffer_limits())
    await writer.drain()
    print("drain of nothing returns")

    size = 4 << 20
    writer.write(b"x" * size)
    print("buffered", writer.transport.get_write_buffer_size() > 1000)
    d = asyncio.create_task(writer.drain())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("drain waits", not d.done())
    release.set()
    await d
    print("drained to the low mark", writer.transport.get_write_buffer_size() <= 250)
    print("can_write_eof", writer.can_write_eof())
    writer.write_eof()
    print(await reader.read(), await received == size)
    writer.close()
    await writer.wait_closed()
    print("closing", writer.is_closing())
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    os.rmdir(os.path.dirname(path)) if not os.path.exists(path) else print("socket file left")
    try:
        await asyncio.open_unix_connection(path)
    except (FileNotFoundError, ConnectionRefusedError) as e:
        print("no server", type(e).__name__)

    # drain after the peer is gone raises.
    async def hangs_up(reader, writer):
        writer.transport.abort()

    server = await asyncio.start_server(hangs_up, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    try:
        print("read", await reader.read())
    except ConnectionResetError as e:
        print("read ConnectionResetError")
    try:
        for _ in range(3):
            writer.write(b"y")
            await writer.drain()
        print("drain is quiet")
    except ConnectionError as e:
        print("drain", type(e).__name__, e)
    writer.close()
    server.close()
    await server.wait_closed()
    try:
        await asyncio.open_connection(host, port)
    except ConnectionRefusedError as e:
        print("ConnectionRefusedError", e.errno)

    # A failing handler is reported, the server goes on.
    async def fails(reader, writer):
        raise ValueError(await reader.readline())

    asyncio.get_running_loop().set_exception_handler(lambda l, c: errors.append((c["message"], repr(c["exception"]))))
    async with await asyncio.start_server(fails, "127.0.0.1", 0) as server:
        for line in (b"1\n", b"2\n"):
            r, w = await asyncio.open_connection(*server.sockets[0].getsockname())
            w.writelines([line[:1], line[1:]])
            print("closed by the server", await r.read())
            w.close()
    print(errors)


asyncio.run(main())
