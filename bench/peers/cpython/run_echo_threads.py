"""Echo with a thread for each connection, which blocks."""

import socket
import threading

from measure import announce, job

MESSAGE_BYTES = 1024
counts = []


def echo(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    count = 0
    with connection:
        while data := connection.recv(4 * MESSAGE_BYTES):
            connection.sendall(data)
            count += len(data)
    counts.append(count)


def main():
    _, connections = job()
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as server:
        watch = announce(server.getsockname()[1])
        threads = []
        for _ in range(connections):
            connection, _ = server.accept()
            threads.append(threading.Thread(target=echo, args=(connection,)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        watch.stop("claim_echo", sum(counts) // MESSAGE_BYTES)


main()
