"""Echo on each connection until its end, with protocols: asyncio's fastest way."""

import asyncio
import socket

from measure import announce, job

MESSAGE_BYTES = 1024


class Echo(asyncio.Protocol):
    """One connection."""

    bytes = 0
    ended = 0
    all_ended = None
    connections = 0

    def connection_made(self, transport):
        # asyncio sets TCP_NODELAY itself.
        self.transport = transport

    def data_received(self, data):
        Echo.bytes += len(data)
        self.transport.write(data)

    def connection_lost(self, error):
        Echo.ended += 1
        if Echo.ended == Echo.connections:
            Echo.all_ended.set_result(error)


async def main():
    _, Echo.connections = job()
    loop = asyncio.get_running_loop()
    Echo.all_ended = loop.create_future()
    server = await loop.create_server(Echo, "127.0.0.1", 0, family=socket.AF_INET, backlog=1024)
    watch = announce(server.sockets[0].getsockname()[1])
    await Echo.all_ended
    watch.stop("echo", Echo.bytes // MESSAGE_BYTES)
    server.close()


asyncio.run(main())
