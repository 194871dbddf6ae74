# rows: py-28
# requires: 3.14
# Who awaits whom, for a running task: names only, the addresses and line numbers are left out.
import asyncio, re, sys

if sys.version_info < (3, 14):
    print("print_call_graph needs 3.14")
    sys.exit()


def tidy(text):
    text = re.sub(r"id=0x[0-9a-f]+", "id=ID", text)
    return re.sub(r"File '[^']*', line \d+, in (async )?", r"\1", text)


async def leaf(event):
    await event.wait()


async def middle(event):
    await leaf(event)


async def waits_for(task):
    await task


async def main():
    event = asyncio.Event()
    t = asyncio.create_task(middle(event), name="inner")
    w = asyncio.create_task(waits_for(t), name="outer")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for line in tidy(asyncio.format_call_graph(t)).splitlines():
        if "Event.wait" not in line:
            print(line)
    g = asyncio.capture_call_graph(t)
    print("future is the task", g.future is t)
    print("functions", [e.frame.f_code.co_name for e in g.call_stack if e.frame.f_code.co_name != "wait"])
    print("awaited by", [a.future.get_name() for a in g.awaited_by])
    print("their functions", [[e.frame.f_code.co_name for e in a.call_stack] for a in g.awaited_by])
    event.set()
    await w
    print("done", asyncio.capture_call_graph(t).awaited_by == ())


asyncio.run(main())
