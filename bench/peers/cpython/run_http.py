"""HTTP/1.1 by two processes that listen on one port: asyncio, or uvloop with httptools.

The first process only counts what the others tell it, one line for each connection that ended.
"""

import asyncio
import os
import signal
import socket
import sys
import time

from measure import announce, job, status_bytes

PROCESSES = 2
FAST = sys.argv[4:5] == ["cpython_uvloop"]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!"

if FAST:
    import httptools
    import uvloop


class Hello(asyncio.Protocol):
    """One connection, its heads taken apart by hand."""

    answered = 0
    tell = None

    def connection_made(self, transport):
        self.transport = transport
        self.head = b""

    def data_received(self, data):
        self.head += data
        while (end := self.head.find(b"\r\n\r\n")) >= 0:
            head, self.head = self.head[:end], self.head[end + 4:]
            line, *fields = head.split(b"\r\n")
            method, path, _ = line.split(b" ")
            headers = {name.lower(): value.strip() for name, _, value in (f.partition(b":") for f in fields)}
            if method == b"GET" and path == b"/" and b"host" in headers:
                self.answer()
            else:
                self.transport.close()

    def answer(self):
        Hello.answered += 1
        self.transport.write(ANSWER)

    def connection_lost(self, error):
        Hello.tell()


class FastHello(Hello):
    """The same by httptools' parser, which calls what is named `on_…`."""

    def connection_made(self, transport):
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data):
        self.parser.feed_data(data)

    def on_url(self, url):
        self.path = url

    def on_message_complete(self):
        if self.parser.get_method() == b"GET" and self.path == b"/":
            self.answer()
        else:
            self.transport.close()


def listener(port):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    server.bind(("127.0.0.1", port))
    return server


async def serve(port, pipe):
    loop = asyncio.get_running_loop()
    await loop.create_server(FastHello if FAST else Hello, sock=listener(port), backlog=1024)
    cpu = time.process_time_ns()

    def tell():
        line = f"{os.getpid()} {Hello.answered} {time.process_time_ns() - cpu} {status_bytes('VmHWM:')}\n"
        os.write(pipe, line.encode())

    Hello.tell = tell
    os.write(pipe, b"ready\n")
    await loop.create_future()


def work(port, pipe):
    if FAST:
        uvloop.run(serve(port, pipe))
    else:
        asyncio.run(serve(port, pipe))


def main():
    _, connections = job()
    # Bound and never listening: it only keeps the port.
    kept = listener(0)
    port = kept.getsockname()[1]
    reading, writing = os.pipe()
    children = []
    for _ in range(PROCESSES):
        child = os.fork()
        if child == 0:
            # The first process ends this one.
            work(port, writing)
        children.append(child)
    lines = os.fdopen(reading)
    for _ in children:
        assert lines.readline() == "ready\n"
    watch = announce(port)
    last = {}
    for _ in range(connections):
        child, *counts = map(int, lines.readline().split())
        last[child] = counts
    answered, cpu_ns, peak = map(sum, zip(*last.values()))
    kind = f", uvloop {uvloop.__version__}, httptools {httptools.__version__}" if FAST else ""
    watch.stop("claim_http", answered, cpu_ns, peak, f"{kind}, {PROCESSES} processes")
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


main()
