# rows: py-26
# add_reader/add_writer and the sock_* coroutines.
import asyncio, socket


async def main():
    loop = asyncio.get_running_loop()
    a, b = socket.socketpair()
    a.setblocking(False)
    b.setblocking(False)
    log = []

    done = loop.create_future()

    def on_read():
        log.append(b.recv(100).decode())
        done.set_result(None)

    loop.add_reader(b, on_read)
    a.send(b"ping")
    await done
    print("reader", log, "removed", loop.remove_reader(b), loop.remove_reader(b))

    done = loop.create_future()

    def on_write(n):
        log.append(f"writable {n}")
        loop.remove_writer(a)
        done.set_result(None)

    loop.add_writer(a, on_write, 1)
    loop.add_writer(a, on_write, 2)
    await done
    print("the second add_writer replaces the first", log[1:], loop.remove_writer(a))

    t = asyncio.create_task(loop.sock_recv(b, 100))
    await asyncio.sleep(0)
    await loop.sock_sendall(a, b"hello")
    print("sock_recv", await t)
    t = asyncio.create_task(loop.sock_recv(b, 100))
    await asyncio.sleep(0)
    t.cancel()
    await asyncio.wait([t])
    print("cancelled recv leaves no reader", loop.remove_reader(b))
    await loop.sock_sendall(a, b"later")
    print("nothing lost", await loop.sock_recv(b, 100))
    buf = bytearray(3)
    await loop.sock_sendall(a, b"abcdef")
    print("recv_into", await loop.sock_recv_into(b, buf), bytes(buf), await loop.sock_recv(b, 10))

    size = 1 << 20
    send = asyncio.create_task(loop.sock_sendall(a, b"x" * size))
    got = 0
    while got < size:
        got += len(await loop.sock_recv(b, 1 << 16))
    await send
    print("sendall larger than the buffers", got)
    a.close()
    print("eof", await loop.sock_recv(b, 1))
    b.close()

    srv = socket.socket()
    srv.bind(("127.0.0.1", 0))
    srv.listen()
    srv.setblocking(False)
    acc = asyncio.create_task(loop.sock_accept(srv))
    c = socket.socket()
    c.setblocking(False)
    await loop.sock_connect(c, srv.getsockname())
    conn, addr = await acc
    print("accepted", addr == c.getsockname(), conn.gettimeout())
    await loop.sock_sendall(c, b"over tcp")
    print(await loop.sock_recv(conn, 100))
    address = srv.getsockname()
    for s in (conn, c, srv):
        s.close()
    c = socket.socket()
    c.setblocking(False)
    try:
        await loop.sock_connect(c, address)
    except ConnectionRefusedError as e:
        print("ConnectionRefusedError", e.errno)
    c.close()
    s = socket.socket()
    loop.set_debug(True)
    try:
        await loop.sock_recv(s, 1)
    except ValueError as e:
        print("ValueError", e)
    s.close()


asyncio.run(main())
