"""A site to be crawled: pages with 50 links each, the same bytes for the same number of pages.

Half of a page's links lead to the next pages of a tree, so that every page is reached; the others lead anywhere.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

LINKS = 50
FOLDERS = 1000
START = "/p0/0.html"
# Written last: a site without it was not finished.
MARK = "complete"

PAGE = (
    "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Page {number}</title></head><body>"
    "<h1>Page {number}</h1><ul>{items}</ul></body></html>"
)


def path(number: int) -> str:
    return f"/p{number % FOLDERS}/{number}.html"


def links(number: int, count: int, chance: random.Random) -> list[int]:
    """The pages that a page leads to."""
    half = LINKS // 2
    near = [(number * half + step) % count for step in range(1, half + 1)]
    return near + [int(chance.random() * count) for _ in range(LINKS - half)]


def prepare(root: Path, count: int) -> Path:
    """The folder of a site of `count` pages, written if it is not there."""
    folder = root / str(count)
    if (folder / MARK).exists():
        warm(folder, count)
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    for number in range(min(FOLDERS, count)):
        (folder / f"p{number}").mkdir(parents=True)
    chance = random.Random(count)
    for number in range(count):
        items = "".join(f'<li><a href="{path(to)}">page {to}</a></li>' for to in links(number, count, chance))
        with open(f"{folder}{path(number)}", "w", encoding="ascii") as file:
            file.write(PAGE.format(number=number, items=items))
    (folder / MARK).touch()
    return folder


def warm(folder: Path, count: int) -> None:
    """Reads every page once: who comes first is not to wait for the disk on behalf of those behind it."""
    for number in range(count):
        with open(f"{folder}{path(number)}", "rb") as file:
            while file.read(1 << 20):
                pass


def write_urls(out: Path, base: str, count: int) -> None:
    with out.open("w", encoding="ascii") as file:
        file.writelines(f"{base}{path(number)}\n" for number in range(count))
