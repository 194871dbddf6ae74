# rows: py-25
# pause_writing and resume_writing: once each per crossing of the marks.
import asyncio, socket


class Flow(asyncio.Protocol):
    def __init__(self):
        self.log = []
        self.resumed = asyncio.Event()
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.log.append("made")

    def pause_writing(self):
        self.log.append("pause")
        self.resumed.clear()

    def resume_writing(self):
        self.log.append("resume")
        self.resumed.set()

    def connection_lost(self, exc):
        self.log.append(f"lost {type(exc).__name__}")
        self.lost.set_result(None)


async def drain(loop, sock, n):
    got = 0
    while got < n:
        got += len(await loop.sock_recv(sock, 1 << 16))
    return got


async def main():
    loop = asyncio.get_running_loop()
    a, b = socket.socketpair()
    a.setblocking(False)
    b.setblocking(False)
    tr, p = await loop.create_connection(Flow, sock=a)
    tr.set_write_buffer_limits(high=1000, low=200)
    print("limits", tr.get_write_buffer_limits())

    tr.write(b"small")
    print("small write", p.log, tr.get_write_buffer_size())
    size = 2 << 20
    tr.write(b"x" * size)
    print("large write", p.log)
    tr.write(b"y" * 1000)
    tr.write(b"")
    print("more writes pause no second time", p.log)
    got = await drain(loop, b, 5 + size + 1000)
    await p.resumed.wait()
    print("drained", got, p.log, tr.get_write_buffer_size())
    tr.write(b"z" * size)
    await drain(loop, b, size)
    await p.resumed.wait()
    print("second round", p.log)

    # close() flushes what is buffered before connection_lost.
    tr.write(b"q" * size)
    tr.close()
    print("closing", tr.is_closing(), p.lost.done())
    tr.write(b"ignored")
    print("flushed", await drain(loop, b, size))
    await p.lost
    print(p.log)
    print("then eof", await loop.sock_recv(b, 10))
    b.close()

    for kw in ({"low": 10, "high": 5}, {"low": -1, "high": 5}):
        try:
            tr.set_write_buffer_limits(**kw)
        except ValueError as e:
            print("ValueError", e)
    tr.set_write_buffer_limits(high=0)
    print("zero", tr.get_write_buffer_limits())

    # abort() throws buffered data away.
    a, b = socket.socketpair()
    a.setblocking(False)
    tr, p = await loop.create_connection(Flow, sock=a)
    tr.write(b"x" * size)
    tr.abort()
    print("abort", tr.get_write_buffer_size(), p.lost.done())
    await p.lost
    print(p.log)
    b.close()
    try:
        tr.write("text")
    except TypeError as e:
        print("TypeError")


asyncio.run(main())
