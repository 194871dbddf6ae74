# rows: py-25
# Order of a protocol's calls over a whole connection.
import asyncio


class Recorder(asyncio.Protocol):
    def __init__(self, name, log, keep_open=False):
        self.name, self.log, self.keep_open = name, log, keep_open
        self.lost = asyncio.get_running_loop().create_future()
        self.data = b""

    def connection_made(self, transport):
        self.transport = transport
        self.log.append(f"{self.name} made")

    def data_received(self, data):
        self.data += data
        self.log.append(f"{self.name} data {data.decode()}")

    def eof_received(self):
        self.log.append(f"{self.name} eof")
        return self.keep_open

    def connection_lost(self, exc):
        self.log.append(f"{self.name} lost {exc}")
        self.lost.set_result(exc)


async def pair(loop, keep_open=False):
    log, made = [], loop.create_future()

    class Server(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            made.set_result(self)

    server = await loop.create_server(lambda: Server("s", log, keep_open), "127.0.0.1", 0)
    _, c = await loop.create_connection(lambda: Recorder("c", log), *server.sockets[0].getsockname())
    return server, await made, c, log


def show(what, log):
    for who in "sc":
        print(what, ", ".join(x for x in log if x[0] == who))


async def main():
    loop = asyncio.get_running_loop()

    server, s, c, log = await pair(loop)
    c.transport.write(b"hello")
    c.transport.close()
    print("closing at once", c.transport.is_closing(), log[-1] == "c lost None")
    c.transport.close()
    await asyncio.gather(s.lost, c.lost)
    show("close:", log)
    c.transport.close()
    c.transport.abort()
    await asyncio.sleep(0)
    print("lost exactly once", log.count("c lost None"), log.count("s lost None"))
    server.close()

    # Half closed: the side that keeps open can still answer.
    server, s, c, log = await pair(loop, keep_open=True)
    c.transport.write(b"ask")
    c.transport.write_eof()
    while "s eof" not in log:
        await asyncio.sleep(0.001)
    print("server open", not s.transport.is_closing())
    s.transport.write(b"answer")
    s.transport.close()
    await asyncio.gather(s.lost, c.lost)
    show("half close:", log)
    server.close()

    server, s, c, log = await pair(loop)
    c.transport.abort()
    await c.lost
    print("abort:", "c lost None" in log, "own side hears no eof", "c eof" not in log)
    await s.lost
    server.close()

    # Paused reading: nothing arrives until it is resumed.
    server, s, c, log = await pair(loop)
    s.transport.pause_reading()
    print("reading", s.transport.is_reading())
    c.transport.write(b"held")
    for _ in range(10):
        await asyncio.sleep(0.001)
    print("paused", s.data)
    s.transport.resume_reading()
    while not s.data:
        await asyncio.sleep(0.001)
    print("resumed", s.data)
    c.transport.close()
    await asyncio.gather(s.lost, c.lost)
    server.close()


asyncio.run(main())
