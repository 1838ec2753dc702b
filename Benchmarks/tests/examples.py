"""Small jobs and results that the tests share."""

from __future__ import annotations

import csv
from pathlib import Path

from harness import checks
from harness.contender import TITLE, Finished, Job
from harness.fixture import Page, write_page
from harness.results import Comparison, Entry, Run

PAGES: list[Page] = [write_page(number)[1] for number in range(20)]
BASE = "http://127.0.0.1:1"
GOOD_EXIT = Finished(exit_code=0, signal=0, output="", errors="", wall=1.0)


def job(folder: Path, count: int = 5, work: str = TITLE) -> Job:
    return Job(work, folder / "urls.txt", count, 10, BASE, folder, PAGES)


def rows(count: int = 5) -> list[dict[str, str]]:
    """What a faultless contender writes."""
    return [
        {
            "url": f"{BASE}/p/{number:04d}.html?n={number}", "title": PAGES[number].title, "status": "200",
            "length": str(PAGES[number].length), "links": checks.absolute(PAGES[number].links, BASE), "error": "",
        }
        for number in range(count)
    ]


def write_rows(path: Path, found: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


def entry(name: str, cpu: list[float], rate: float = 1000) -> Entry:
    """An entry with these CPU microseconds per page, one for each round."""
    runs = [Run(number, 1000, 1000 / rate, value * 1000 / 1e6, 10_240) for number, value in enumerate(cpu)]
    return Entry(name, name, "all of it", 1000, f"run {name}", runs=runs)


def comparison(name: str, entries: list[Entry]) -> Comparison:
    return Comparison("a", name, name, 100, "plain", 2, entries)
