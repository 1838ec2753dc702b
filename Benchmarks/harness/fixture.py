"""The reference fixture: 1,000 HTML pages, the same bytes on every machine.

Sizes are the quantiles of a log-normal distribution (1.5 to 200 kB, mean near
14 kB), dealt out along a golden-ratio sequence, so that any prefix of the pages
is a fair sample and a short list costs per page what a long one costs.
"""

from __future__ import annotations

import hashlib
import html
import json
import math
import random
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import NormalDist

PAGE_COUNT = 1000
SMALLEST, LARGEST = 1_500, 200_000
MEDIAN, SIGMA = 8_400, 1.0
GOLDEN = (math.sqrt(5) - 1) / 2

WORDS = (
    "harbour lantern gravel orchard thimble saffron meridian cobalt willow ferry quarry pebble "
    "timber canvas kettle beacon hollow marble ripple sparrow thistle velvet walnut amber bramble "
    "cedar dapple ember flint granite heather indigo juniper kestrel linen maple nettle ochre pollen "
    "quartz russet slate tundra umber violet wicker yarrow zephyr"
).split()
LETTERED = (
    "Straße", "façade", "Übermut", "crème", "jalapeño", "Ångström",
    "naïve", "Škoda", "żółw", "東京", "Привет", "mañana",
)
AUTHORS = ("Ana Souza", "Bjørn Ødegård", "Chloé Lefèvre", "Dmitri Orlov", "Eri Nakamura", "Faisal Haddad")
SECTIONS = ("Reports", "Guides", "Field notes", "Prices & tariffs", "Archive")


@dataclass(frozen=True)
class Page:
    """What a contender must find on one page."""

    length: int  # bytes
    characters: int
    title: str  # white space collapsed
    links: list[str]  # absolute; those on the same host begin with "/"
    heading: str
    author: str
    section: str


class Prose:
    """Repeatable words. Only random() is used: its sequence is fixed by Python's documentation."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)

    def below(self, bound: int) -> int:
        return int(self.source.random() * bound)

    def choice(self, values: tuple[str, ...] | list[str]) -> str:
        return values[self.below(len(values))]

    def words(self, count: int) -> str:
        return " ".join(self.choice(WORDS) for _ in range(count))


def target_size(number: int) -> int:
    quantile = ((number + 0.5) * GOLDEN) % 1.0
    size = MEDIAN * math.exp(SIGMA * NormalDist().inv_cdf(quantile))
    return int(min(max(size, SMALLEST), LARGEST))


def link(prose: Prose, number: int, row: int, seen: set[int]) -> tuple[str, str]:
    """One href as written, and the URL it means. No page links twice to the same place."""
    other = prose.below(PAGE_COUNT)
    while other in seen:
        other = (other + 1) % PAGE_COUNT
    seen.add(other)
    kind = row % 5
    if kind == 0:
        return f"/p/{other:04d}.html", f"/p/{other:04d}.html"
    if kind == 1:
        return f"{other:04d}.html", f"/p/{other:04d}.html"
    if kind == 2:
        return f"../p/{other:04d}.html?from={number}", f"/p/{other:04d}.html?from={number}"
    if kind == 3:
        url = f"https://www.example.org/{prose.choice(WORDS)}/{row}"
        return url, url
    word = prose.choice(WORDS)
    return f"https://example.com/search?q={word}&amp;page={row}", f"https://example.com/search?q={word}&page={row}"


def write_page(number: int) -> tuple[str, Page]:
    """The HTML of page `number` and the facts about it."""
    prose = Prose(number)
    first, second, lettered = prose.words(2), prose.words(1), prose.choice(LETTERED)
    heading = f"{prose.words(3).capitalize()} {prose.choice(LETTERED)} & {number}"
    author, section = prose.choice(AUTHORS), prose.choice(SECTIONS)
    accented = "".join(f"&#{ord(letter)};" if ord(letter) > 127 else letter for letter in lettered)
    title = f"{first} & {second} {lettered} – page <{number}>"
    head = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ font: 16px/1.5 serif }} .byline > .author {{ color: #345 }} td a:hover {{ color: teal }}</style>
<script>var page = {number}; if (page < 10 && "<title>not this</title>") {{ page += 1; }}</script>
<title>
  {first} &amp; {second}
  {accented} &ndash; page &lt;{number}&gt;
</title>
</head>
<body>
<!-- <a href="/commented-out">not a link</a> -->
<h1>{html.escape(heading)}</h1>
<p class="byline">By <span class="author">{author}</span> in <span class="section">{html.escape(section)}</span></p>
<table class="rows">
"""
    foot = '</table>\n<script>document.title += "";</script>\n</body>\n</html>\n'
    size, goal = len(head.encode()) + len(foot.encode()), target_size(number)
    rows: list[str] = []
    links: list[str] = []
    seen: set[int] = set()
    while size < goal:
        row = len(rows)
        written, meant = link(prose, number, row, seen)
        text = prose.words(8 + prose.below(16)) + (" " + prose.choice(LETTERED) if row % 4 == 0 else "")
        rows.append(
            f'<tr class="row"><td>{row}</td><td><a href="{written}">{prose.words(3)}</a></td><td>{text}</td></tr>\n'
        )
        links.append(meant)
        size += len(rows[-1].encode())
    document = head + "".join(rows) + foot
    facts = Page(len(document.encode()), len(document), title, links, heading, author, section)
    return document, facts


def edition() -> str:
    """Changes whenever this generator does, so that an old fixture is never used."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def prepare(folder: Path) -> list[Page]:
    """The fixture's pages in `folder`/p, written unless they are there already."""
    facts_file = folder / "pages.json"
    if facts_file.exists():
        stored = json.loads(facts_file.read_text(encoding="utf-8"))
        if stored["edition"] == edition():
            return [Page(**page) for page in stored["pages"]]
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "p").mkdir(parents=True)
    pages = []
    for number in range(PAGE_COUNT):
        document, facts = write_page(number)
        (folder / "p" / f"{number:04d}.html").write_text(document, encoding="utf-8", newline="\n")
        pages.append(facts)
    stored = {"edition": edition(), "pages": [asdict(page) for page in pages]}
    facts_file.write_text(json.dumps(stored), encoding="utf-8")
    return pages


def write_urls(path: Path, base: str, count: int, folder: str = "p") -> None:
    """`count` distinct URLs, cycling through the pages: a query tells repeats apart."""
    with path.open("w", encoding="ascii") as file:
        for number in range(count):
            file.write(f"{base}/{folder}/{number % PAGE_COUNT:04d}.html?n={number}\n")
