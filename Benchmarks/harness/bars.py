"""The bars that pipe is held to, and whether the results hold them."""

from __future__ import annotations

from dataclasses import dataclass

from harness.results import GOOD, Results

HOLDS, MISSES, UNKNOWN = "holds", "misses", "not measured"

# pipe is to be ahead of everyone but these, which do no more than download.
AHEAD = {"wrk", "curl", "floor", "pipe"}


@dataclass(frozen=True)
class Verdict:
    """One bar: what is asked, what was measured, and whether it holds."""

    bar: str
    measured: str
    state: str
    margin: str = ""


def at_most(bar: str, value: float | None, limit: float, unit: str) -> Verdict:
    if value is None:
        return Verdict(bar, "–", UNKNOWN)
    state = HOLDS if value <= limit else MISSES
    return Verdict(bar, f"{value:,.3g}{unit}", state, f"{value / limit:.2f} of what is allowed")


def at_least(bar: str, value: float | None, limit: float, unit: str) -> Verdict:
    if value is None:
        return Verdict(bar, "–", UNKNOWN)
    state = HOLDS if value >= limit else MISSES
    return Verdict(bar, f"{value:,.3g}{unit}", state, f"{value / limit:.2f} of what is asked")


def cpu_ratio(results: Results, workload: str, reference: str) -> float | None:
    comparison = results.comparison(workload)
    found = comparison.cpu_ratio("pipe", reference) if comparison else None
    return found.median if found else None


def rate_ratio(results: Results, workload: str, reference: str) -> float | None:
    comparison = results.comparison(workload)
    found = comparison.rate_ratio("pipe", reference) if comparison else None
    return found.median if found else None


def store_ratio(results: Results, name: str, reference: str) -> float | None:
    comparison = results.comparison("store")
    found = comparison.rate_ratio(name, reference) if comparison else None
    return found.median if found else None


def ahead(results: Results) -> Verdict:
    bar = "(a) pages per second: ahead of everyone but wrk, curl and the C loop"
    comparison = results.comparison("title")
    mine = comparison.entry("pipe") if comparison else None
    if comparison is None or mine is None:
        return Verdict(bar, "–", UNKNOWN)
    others = [entry for entry in comparison.entries if entry.counts and entry.contender not in AHEAD]
    faster = [entry.title for entry in others if entry.rate().median >= mine.rate().median]
    if faster:
        return Verdict(bar, f"behind {', '.join(faster)}", MISSES)
    return Verdict(bar, f"ahead of {len(others)}", HOLDS if others else UNKNOWN)


def memory(results: Results) -> list[Verdict]:
    short, long = results.curve("pipe", longest=False), results.curve("pipe", longest=True)
    counted = f"list of {long.count:,} URLs" if long else "list of 1,000,000 URLs"
    peak = at_most(f"(e) peak RSS, {counted}: ≤ 64 MiB", long.rss_kib / 1024 if long else None, 64, " MiB")
    growth = long.rss_kib / short.rss_kib if short and long and short.count < long.count else None
    # Ten per cent for the allocator: a list kept in memory would show as a multiple.
    return [peak, at_most("(e) the same for a tenth of the list: ≤ 1.1 ×", growth, 1.1, " ×")]


def crawl(results: Results) -> list[Verdict]:
    followed, listed = results.site("crawl"), results.site("list")
    ratio = (followed.pages / followed.wall) / (listed.pages / listed.wall) if followed and listed and followed.pages == listed.pages else None
    return [
        at_least("(j) pages per second by links: ≥ 0.5 × a list with all links", ratio, 0.5, " ×"),
        at_most("(j) RSS for each URL seen: ≤ 24 bytes", results.bytes_a_url(), 24, " bytes"),
    ]


def judge(results: Results) -> list[Verdict]:
    """Every bar, in the order of the workloads."""
    start = next((start for start in results.starts if start.title == "pipe" and start.state == GOOD), None)
    overlap = next((overlap for overlap in results.overlaps if overlap.state == GOOD), None)
    longest = max(overlap.milliseconds) / 1e3 if overlap else 3.0
    return [
        at_most("(a) CPU per page: ≤ 1.35 × the C loop", cpu_ratio(results, "title", "floor"), 1.35, " ×"),
        at_least("(a) pages per second: ≥ 150 × the tutorial script",
                 rate_ratio(results, "title", "tutorial"), 150, " ×"),
        ahead(results),
        at_most("(b) CPU per page with all links: ≤ 2.5 × the C loop",
                cpu_ratio(results, "links", "floor"), 2.5, " ×"),
        at_least("(c) pages per second with three CSS fields: ≥ 10 × Scrapy",
                 rate_ratio(results, "css", "scrapy"), 10, " ×"),
        *memory(results),
        at_most("(g) `pipe validate` of 100 lines: ≤ 15 ms", start.median if start else None, 15, " ms"),
        # Together as long as the longest; a tenth of a second for the process around it.
        at_most(f"(h) three answers together: {longest:.1f} s", overlap.wall if overlap else None, longest + 0.1, " s"),
        at_most("(i) CPU with a journal: ≤ 1.05 × without", cpu_ratio(results, "journal", "pipe-off"), 1.05, " ×"),
        *crawl(results),
        at_least("(k) pages of 50 products a second: ≥ 10 × Scrapy", rate_ratio(results, "items", "scrapy"), 10, " ×"),
        at_least("(k) the same: ≥ 2 × aiohttp with selectolax", rate_ratio(results, "items", "selectolax"), 2, " ×"),
        at_least("(l) rows into SQLite, by pages per second: ≥ 0.5 × a CSV file and .import",
                 store_ratio(results, "pipe-sqlite", "pipe-import"), 0.5, " ×"),
    ]
