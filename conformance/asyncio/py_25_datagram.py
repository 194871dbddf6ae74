# rows: py-25
# Datagram endpoints.
import asyncio


class Peer(asyncio.DatagramProtocol):
    def __init__(self, name, echo=False):
        self.name, self.echo, self.log = name, echo, []
        self.got = asyncio.Queue()
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.log.append("made")

    def datagram_received(self, data, addr):
        self.log.append(f"datagram {data.decode()}")
        self.got.put_nowait((data, addr))
        if self.echo:
            self.transport.sendto(data.upper(), addr)

    def error_received(self, exc):
        self.log.append(f"error {type(exc).__name__}")
        self.got.put_nowait((None, None))

    def connection_lost(self, exc):
        self.log.append(f"lost {exc}")
        self.lost.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    st, s = await loop.create_datagram_endpoint(lambda: Peer("s", echo=True), local_addr=("127.0.0.1", 0))
    addr = st.get_extra_info("sockname")
    ct, c = await loop.create_datagram_endpoint(lambda: Peer("c"), remote_addr=addr)
    for m in (b"one", b"two", b"", b"three"):
        ct.sendto(m)
    for _ in range(4):
        data, frm = await c.got.get()
        print(data, frm == addr)
    try:
        ct.sendto(b"x", ("127.0.0.1", 1))
    except ValueError as e:
        print("ValueError connected elsewhere")
    ct.sendto(b"same address", addr)
    print((await c.got.get())[0])
    ct.close()
    ct.close()
    print("closing", ct.is_closing(), c.lost.done())
    await c.lost
    print(s.log)
    print(c.log)

    # Nobody listens there any more: the error is reported, the endpoint lives on.
    ct, c = await loop.create_datagram_endpoint(lambda: Peer("c"), remote_addr=addr)
    st.close()
    await s.lost
    ct.sendto(b"lost")
    await c.got.get()
    print(c.log, ct.is_closing())
    ct.abort()
    await c.lost
    print(c.log)


asyncio.run(main())
