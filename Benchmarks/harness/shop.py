"""Pages with many items: 1,000 list pages of a shop, 50 products each, the same bytes on every machine.

A page has some 20 kB, as the lists of shops have without their scripts.
"""

from __future__ import annotations

import hashlib
import html
import shutil
from pathlib import Path

from harness.fixture import LETTERED, PAGE_COUNT, Prose

ITEMS_ON_PAGE = 50
FOLDER = "s"
COLUMNS = ("id", "name", "href", "price", "stock", "rating")
STOCK = ("in stock", "sold out", "3 days")


def products(number: int) -> list[dict[str, str]]:
    """The products of page `number`, as a contender must write them; a price is a number."""
    prose = Prose(1_000_000 + number)
    found = []
    for place in range(ITEMS_ON_PAGE):
        identity = number * ITEMS_ON_PAGE + place
        cents = prose.below(100_000)
        found.append({
            "id": str(identity), "name": f"{prose.words(3).capitalize()} {prose.choice(LETTERED)} & {identity}",
            "href": f"/product/{identity}?from={number}", "price": f"{cents // 100}.{cents % 100:02d}",
            "stock": prose.choice(STOCK), "rating": str(1 + prose.below(5)),
        })
    return found


def write_page(number: int) -> str:
    prose = Prose(2_000_000 + number)
    items = "".join(
        f"""<li class="product" data-id="{item['id']}">
<h2 class="name"><a href="{html.escape(item['href'])}">{html.escape(item['name'])}</a></h2>
<p class="text">{prose.words(6 + prose.below(10))}</p>
<span class="price"><b>{item['price']}</b> EUR</span> <span class="stock">{item['stock']}</span>
<span class="stars" data-stars="{item['rating']}">{'*' * int(item['rating'])}</span>
</li>
""" for item in products(number))
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Shop, page {number}</title></head>
<body>
<nav><a href="/">Home</a> <a href="/{FOLDER}/0000.html">Shop</a></nav>
<ul class="products">
{items}</ul>
<p><a class="next" href="{(number + 1) % PAGE_COUNT:04d}.html">more</a></p>
</body>
</html>
"""


def edition() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def prepare(folder: Path) -> None:
    """The pages in `folder`/s, written unless they are there already."""
    stamp = folder / f"{FOLDER}.edition"
    if stamp.exists() and stamp.read_text() == edition():
        return
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    (folder / FOLDER).mkdir(parents=True)
    for number in range(PAGE_COUNT):
        (folder / FOLDER / f"{number:04d}.html").write_text(write_page(number), encoding="utf-8", newline="\n")
    stamp.write_text(edition())
