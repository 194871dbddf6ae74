"""Threads that wait on one shared event, for ever. The kernel's part of a thread is in no resident set."""

import os
import threading

from measure import Stopwatch, job

parked = 0
lock = threading.Lock()


def one(gate, started):
    global parked
    with lock:
        parked += 1
    started.release()
    gate.wait()


def main():
    operations, batch = job()
    gate = threading.Event()
    started = threading.Semaphore(0)
    watch = Stopwatch()
    for _ in range(operations // batch):
        for _ in range(batch):
            threading.Thread(target=one, args=(gate, started), daemon=True).start()
        for _ in range(batch):
            started.acquire()
    watch.stop("claim_parked", parked)
    os._exit(0)


main()
