"""Checks of what a contender claims to have done, against the fixture's known facts.

Every check returns reasons for disqualification, empty when all is right.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import Iterable

from harness import shop
from harness.contender import Finished, Job, Verdict
from harness.fixture import PAGE_COUNT, Page

csv.field_size_limit(1 << 30)

URL_PATTERN = re.compile(r"/[ps]/(\d{4})\.html\?n=(\d+)$")
MOST_REASONS = 3


def failed_process(finished: Finished) -> list[str]:
    if finished.signal:
        return [f"ended by signal {finished.signal}{last_line(finished.errors)}"]
    if finished.exit_code != 0:
        return [f"exit code {finished.exit_code}{last_line(finished.errors)}"]
    return []


def last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return f": {lines[-1][:200]}" if lines else ""


def expected_length(job: Job, unit: str = "bytes") -> int:
    """The sum of the bodies of the job's list, in bytes or in characters."""
    lengths = [page.length if unit == "bytes" else page.characters for page in job.pages]
    rounds, rest = divmod(job.count, PAGE_COUNT)
    return rounds * sum(lengths) + sum(lengths[:rest])


def collapsed(text: str) -> str:
    return " ".join(text.split())


@dataclass
class RowFaults:
    """Faults found in rows; only the first few are told in full."""

    reasons: list[str]
    count: int = 0

    def add(self, reason: str) -> None:
        self.count += 1
        if len(self.reasons) < MOST_REASONS:
            self.reasons.append(reason)

    def all(self) -> list[str]:
        more = self.count - len(self.reasons)
        return self.reasons + ([f"and {more} more faults"] if more > 0 else [])


def absolute(links: list[str], base: str) -> str:
    return " ".join(base + link if link.startswith("/") else link for link in links)


def check_rows(job: Job, rows: Iterable[dict[str, str]], unit: str = "bytes") -> Verdict:
    """Checks a table of rows: each URL once, every status 200, every field that is there right."""
    seen = bytearray(job.count)
    links = [absolute(page.links, job.base) for page in job.pages]
    faults, done, total, has_length = RowFaults([]), 0, 0, False
    for row in rows:
        match = URL_PATTERN.search(row.get("url") or "")
        if match is None or int(match[2]) >= job.count:
            faults.add(f"an unknown URL: {(row.get('url') or '')[:100]!r}")
            continue
        number, place = int(match[1]), int(match[2])
        done += 1
        if seen[place]:
            faults.add(f"URL {place} twice")
        seen[place] = 1
        check_row(row, job.pages[number], links[number], number, faults)
        if "length" in row:
            has_length = True
            total += int(row["length"] or 0)
    if seen.count(0):
        faults.add(f"{seen.count(0)} of {job.count} URLs are missing")
    if has_length and faults.count == 0 and total != expected_length(job, unit):
        faults.add(f"{total} {unit} in all, not {expected_length(job, unit)}")
    return done, faults.all()


def check_row(row: dict[str, str], page: Page, links: str, number: int, faults: RowFaults) -> None:
    if row.get("error"):
        faults.add(f"page {number}: {row['error'][:100]}")
        return
    if row.get("status") != "200":
        faults.add(f"page {number}: status {row.get('status')!r}")
    for name, expected in (
        ("title", page.title), ("heading", page.heading), ("author", page.author), ("section", page.section),
    ):
        # White space is the contender's own business: a title may keep its line breaks.
        if name in row and collapsed(row[name] or "") != expected:
            faults.add(f"page {number}: {name} {(row[name] or '')[:100]!r}, not {expected!r}")
    if "links" in row and row["links"] != links:
        found, wanted = len((row["links"] or "").split()), len(page.links)
        faults.add(f"page {number}: {found} links, {wanted} expected, or their order or form differs")


def check_csv(job: Job, finished: Finished, columns: list[str], unit: str = "bytes") -> Verdict:
    """Checks the CSV that a contender wrote to the job's output."""
    if job.work == "items":
        return check_items(job, finished)
    reasons = failed_process(finished)
    if reasons:
        return 0, reasons
    if not job.output.exists():
        return 0, ["wrote no output"]
    with job.output.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        absent = [column for column in columns if column not in (reader.fieldnames or [])]
        if absent:
            return 0, [f"column {', '.join(absent)} is missing"]
        try:
            return check_rows(job, reader, unit)
        except (csv.Error, ValueError, UnicodeDecodeError) as error:
            return 0, [f"broken CSV: {error}"]


def check_items(job: Job, finished: Finished) -> Verdict:
    """Checks a CSV with a row for each product: all of each page, each once, every field right."""
    reasons = failed_process(finished)
    if reasons:
        return 0, reasons
    if not job.output.exists():
        return 0, ["wrote no output"]
    expected: dict[int, dict[str, dict[str, str]]] = {}
    seen: set[tuple[int, str]] = set()
    faults = RowFaults([])
    with job.output.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            match = URL_PATTERN.search(row.get("url") or "")
            if match is None or int(match[2]) >= job.count:
                faults.add(f"an unknown URL: {(row.get('url') or '')[:100]!r}")
                continue
            number, place = int(match[1]), int(match[2])
            if number not in expected:
                expected[number] = {item["id"]: item for item in shop.products(number)}
            item = expected[number].get(row.get("id") or "")
            if item is None or (place, item["id"]) in seen:
                faults.add(f"page {number}: product {row.get('id')!r} twice, or not there")
                continue
            seen.add((place, item["id"]))
            for name in shop.COLUMNS:
                found = collapsed(row.get(name) or "")
                same = float(found or "nan") == float(item[name]) if name == "price" else found == item[name]
                if not same:
                    faults.add(f"page {number}: {name} {found[:100]!r}, not {item[name]!r}")
    missing = job.count * shop.ITEMS_ON_PAGE - len(seen)
    if missing:
        faults.add(f"{missing} products are missing")
    return len(seen) // shop.ITEMS_ON_PAGE, faults.all()


def last_json(text: str) -> dict:
    for line in reversed(text.strip().splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    return {}


def check_tally(job: Job, finished: Finished) -> Verdict:
    """Checks `{"good": …, "bad": …, "broken": …, "bytes": …}` on standard output."""
    reasons = failed_process(finished)
    if reasons:
        return 0, reasons
    tally = last_json(finished.output)
    good, failed = tally.get("good", 0), tally.get("bad", 0) + tally.get("broken", 0)
    if good != job.count or failed:
        reasons.append(f"{good} of {job.count} pages with status 200, {failed} failed")
    elif tally.get("bytes") != expected_length(job):
        reasons.append(f"{tally.get('bytes')} bytes in all, not {expected_length(job)}")
    return good, reasons


COLUMNS = {
    "download": ["url", "status", "length"],
    "title": ["url", "title", "status", "length"],
    "links": ["url", "title", "status", "length", "links"],
    "css": ["url", "status", "heading", "author", "section"],
    "items": ["url", *shop.COLUMNS],
}


