# rows: py-26
# Subprocesses with pipes.
import asyncio
from asyncio.subprocess import DEVNULL, PIPE, STDOUT


async def main():
    p = await asyncio.create_subprocess_exec("sh", "-c", "echo out; echo err >&2; exit 3", stdout=PIPE, stderr=PIPE)
    print("running", p.returncode is None or p.returncode == 3, p.pid > 0)
    print(await p.communicate(), p.returncode)

    p = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    print(await p.communicate(b"through the pipe"), p.returncode)

    p = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    for line in (b"one\n", b"two\n"):
        p.stdin.write(line)
        await p.stdin.drain()
        print("line", await p.stdout.readline())
    p.stdin.close()
    print("eof", await p.stdout.read(), "code", await p.wait())

    p = await asyncio.create_subprocess_shell("echo $((6*7)); echo e >&2", stdout=PIPE, stderr=STDOUT)
    print(await p.communicate())

    p = await asyncio.create_subprocess_exec("sleep", "30", stdout=DEVNULL)
    try:
        await asyncio.wait_for(p.wait(), 0.005)
    except TimeoutError:
        print("TimeoutError, still running", p.returncode)
    p.terminate()
    print("terminated", await p.wait())
    try:
        p.kill()
    except ProcessLookupError:
        print("kill afterwards ProcessLookupError")
    p = await asyncio.create_subprocess_exec("sleep", "30")
    p.kill()
    print("killed", await asyncio.gather(p.wait(), p.wait()), p.returncode)

    try:
        await asyncio.create_subprocess_exec("/no/such/program")
    except FileNotFoundError as e:
        print("FileNotFoundError", e.errno)

    size = 1 << 20
    p = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    out, err = await p.communicate(b"x" * size)
    print("large both ways", len(out), err)

    p = await asyncio.create_subprocess_exec("true", stdin=PIPE)
    await p.wait()
    print("write to who is gone", await p.communicate(b"y" * size), p.returncode)

    ps = [await asyncio.create_subprocess_exec("sh", "-c", f"exit {i}") for i in range(4)]
    print("codes", await asyncio.gather(*(p.wait() for p in ps)))
    p = await asyncio.create_subprocess_exec("sh", "-c", "echo $V; pwd", stdout=PIPE, env={"V": "given"}, cwd="/")
    print(await p.communicate())


asyncio.run(main())
