"""The script that everybody writes once: fetch a list of URLs, at most N at a time, write a CSV.

Written as tutorials write it. Usage: tutorial.py URLS OUT CONCURRENCY WORK PARSER [SECONDS]
"""

import asyncio
import csv
import sys
from urllib.parse import urljoin

import aiohttp
from bs4 import BeautifulSoup

urls_file, out_file, concurrency, work, parser, *seconds = sys.argv[1:]


def extract(url, status, html):
    soup = BeautifulSoup(html, parser)
    if work == "css":
        return {
            "url": url,
            "status": status,
            "heading": soup.select_one("h1").get_text(strip=True),
            "author": soup.select_one(".byline .author").get_text(strip=True),
            "section": soup.select_one(".byline .section").get_text(strip=True),
        }
    title = soup.title.get_text(strip=True) if soup.title else None
    row = {"url": url, "title": title, "status": status, "length": len(html)}
    if work == "links":
        row["links"] = " ".join(urljoin(url, a["href"]) for a in soup.find_all("a", href=True))
    return row


async def fetch(session, semaphore, url):
    async with semaphore:
        try:
            async with session.get(url) as response:
                html = await response.text()
                return extract(url, response.status, html)
        except Exception as error:
            return {"url": url, "error": str(error)}


async def main():
    with open(urls_file) as file:
        urls = [line.strip() for line in file if line.strip()]
    semaphore = asyncio.Semaphore(int(concurrency))
    connector = aiohttp.TCPConnector(limit=int(concurrency))
    timeout = aiohttp.ClientTimeout(total=float(seconds[0])) if seconds else aiohttp.ClientTimeout(sock_read=60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        rows = await asyncio.gather(*(fetch(session, semaphore, url) for url in urls))
    fields = {
        "title": ["url", "title", "status", "length", "error"],
        "links": ["url", "title", "status", "length", "links", "error"],
        "css": ["url", "status", "heading", "author", "section", "error"],
    }[work]
    with open(out_file, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=fields)
        writer.writeheader()
        writer.writerows(rows)


asyncio.run(main())
