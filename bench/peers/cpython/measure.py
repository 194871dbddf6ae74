"""What a worker measures of itself, and the line it prints: the twin of src/measure.rs."""

import json
import platform
import sys
import sysconfig
import time


def job():
    """Operations in all, and in one batch."""
    return int(sys.argv[1]), int(sys.argv[2])


def _name(index, usual):
    """Of the workload and of the runtime, where the driver tells."""
    return sys.argv[index] if len(sys.argv) > index else usual


def _version():
    """With how it was built: an interpreter without profile-guided optimisation is slower."""
    options = sysconfig.get_config_var("CONFIG_ARGS") or ""
    build = "" if "--enable-optimizations" in options else "no "
    return f"CPython {platform.python_version()} ({build}--enable-optimizations recorded)"


def status_bytes(field):
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(field):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"no {field} in /proc/self/status")


class Stopwatch:
    """Starts when the loop runs and is about to do its first operation."""

    def __init__(self):
        self._resident = status_bytes("VmRSS:")
        self._cpu = time.process_time_ns()
        self._wall = time.perf_counter_ns()

    def stop(self, workload, operations, cpu_ns=None, peak=None, version=""):
        """The last three are those of the processes that worked, if this one did not."""
        wall_ns = time.perf_counter_ns() - self._wall
        if cpu_ns is None:
            cpu_ns = time.process_time_ns() - self._cpu
        print(json.dumps({
            "runtime": _name(4, "cpython"),
            "version": _version() + version,
            "workload": _name(3, workload),
            "operations": operations,
            "wall_ns": wall_ns,
            "cpu_seconds": cpu_ns / 1e9,
            "peak_rss_bytes": peak or status_bytes("VmHWM:"),
            "grown_bytes": max(0, status_bytes("VmRSS:") - self._resident),
        }), flush=True)


def announce(port):
    """Tells the driver where the echo server listens."""
    print(json.dumps({"listening": port}), flush=True)
    return Stopwatch()
