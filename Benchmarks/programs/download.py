"""aiohttp without parsing: fetch, read the body, write url, status and length.

Usage: download.py URLS OUT CONCURRENCY asyncio|uvloop
"""

import asyncio
import csv
import sys

import aiohttp

urls_file, out_file, concurrency, loop = sys.argv[1:]


async def fetch(session, semaphore, url):
    async with semaphore:
        async with session.get(url) as response:
            body = await response.read()
            return url, response.status, len(body)


async def main():
    with open(urls_file) as file:
        urls = [line.strip() for line in file if line.strip()]
    semaphore = asyncio.Semaphore(int(concurrency))
    connector = aiohttp.TCPConnector(limit=int(concurrency))
    timeout = aiohttp.ClientTimeout(total=None, sock_read=60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        rows = await asyncio.gather(*(fetch(session, semaphore, url) for url in urls))
    with open(out_file, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["url", "status", "length"])
        writer.writerows(rows)


if loop == "uvloop":
    import uvloop

    uvloop.run(main())
else:
    asyncio.run(main())
