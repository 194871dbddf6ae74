# HTTP ping, as examples/src/bin/py_http_ping.rs: counted by src/pages/sizes.rs between the marks.
#
# Usage: python3 ping.py HOST:PORT,HOST:PORT HOST:PORT …  (a lane each)
import asyncio
import sys
import time


# --- asyncio
async def ping_site(site):
    host, port = site.split(":")
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"HEAD / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
    response = await reader.read()
    writer.close()
    if not response.startswith(b"HTTP/1."):
        raise OSError(f"{site} does not answer in HTTP")


async def ping_one_after_another(lane):
    times = []
    for site in lane:
        started = time.perf_counter()
        await ping_site(site)
        times.append((site, time.perf_counter() - started))
    return times


async def ping_at_once(lanes):
    times = await asyncio.gather(*map(ping_one_after_another, lanes))
    return sum(times, [])
# --- end


def main():
    started = time.perf_counter()
    times = asyncio.run(ping_at_once([lane.split(",") for lane in sys.argv[1:]]))
    print(f"Real time: {time.perf_counter() - started:.2f} s")
    print("Time per site:", ", ".join(f"{site}: {each:.2f} s" for site, each in times))
    print(f"Total time: {sum(each for _, each in times):.2f} s")


main()
