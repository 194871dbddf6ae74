# rows: py-08
# A failure nobody looked at is reported when its future is dropped, once.
import asyncio, gc


async def fails(text):
    raise ValueError(text)


async def main():
    loop = asyncio.get_running_loop()
    reports = []
    loop.set_exception_handler(lambda loop, c: reports.append((c["message"], str(c.get("exception")))))

    def show(what):
        gc.collect()
        print(what, reports)
        reports.clear()

    f = loop.create_future()
    f.set_exception(ValueError("unseen"))
    show("still held")
    del f
    show("future dropped")

    f = loop.create_future()
    f.set_exception(ValueError("seen"))
    f.exception()
    del f
    show("exception() looked")

    f = loop.create_future()
    f.set_exception(ValueError("awaited"))
    try:
        await f
    except ValueError:
        pass
    del f
    show("awaited")

    t = asyncio.create_task(fails("task"))
    await asyncio.sleep(0)
    show("task held")
    del t
    show("task dropped")

    f = loop.create_future()
    f.cancel()
    del f
    show("cancelled is no failure")

    f = loop.create_future()
    del f
    show("pending future")

    t = asyncio.create_task(fails("waited"))
    done, _ = await asyncio.wait([t])
    del t, done
    show("wait does not look")

    rs = await asyncio.gather(fails("gathered"), return_exceptions=True)
    print(rs)
    del rs
    show("gather looks")


asyncio.run(main())
