"""aiohttp and selectolax: a row for each product of the pages of a list. Usage: products.py URLS OUT CONCURRENCY"""

import asyncio
import csv
import sys

import aiohttp
from selectolax.lexbor import LexborHTMLParser

urls_file, out_file, concurrency = sys.argv[1:]


def rows(url, body):
    for product in LexborHTMLParser(body).css(".product"):
        link = product.css_first(".name a")
        yield [
            url, product.attributes["data-id"], link.text(), link.attributes["href"],
            float(product.css_first(".price b").text()), product.css_first(".stock").text(),
            product.css_first(".stars").attributes["data-stars"],
        ]


async def fetch(session, semaphore, url, writer):
    async with semaphore:
        async with session.get(url) as response:
            body = await response.read()
    writer.writerows(rows(url, body))


async def main():
    with open(urls_file) as file:
        urls = [line.strip() for line in file if line.strip()]
    semaphore = asyncio.Semaphore(int(concurrency))
    connector = aiohttp.TCPConnector(limit=int(concurrency))
    timeout = aiohttp.ClientTimeout(total=None, sock_read=60)
    with open(out_file, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["url", "id", "name", "href", "price", "stock", "rating"])
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            await asyncio.gather(*(fetch(session, semaphore, url, writer) for url in urls))


asyncio.run(main())
