"""Workload (j): a whole site by its links, beside a list of the same pages with their links, and beside Scrapy."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from harness import paths, processes, servers, site
from harness.comparison import fresh
from harness.memory import thinned
from harness.progress import say
from harness.results import DISQUALIFIED, NOT_BUILT, SiteRun
from harness.workloads import CrawlWorkload

CRAWL, LIST, SCRAPY = "crawl", "list", "scrapy"

SPEC = """version: 1
name: bench-{kind}
sources: [{source}]
fetch:
  concurrency: 100
  per_host: {{concurrency: 100}}
  timeout: 60s
  allow_private: [127.0.0.1]
{crawl}extract: [{fields}]
sinks: [{{csv: {output}}}]
"""


def measure(workload: CrawlWorkload, size: str, contenders: set[str]) -> list[SiteRun]:
    """The crawl of a tenth of the pages tells what a URL takes; then all of them, as a list too."""
    count = workload.pages[size]
    runs = []
    for pages in (count // 10, count):
        root = site.prepare(paths.BUILD / "site", pages)
        with servers.nginx(root, paths.RUNS / "servers", probe=site.START) as base:
            if "pipe" in contenders:
                runs.append(by_pipe(workload, CRAWL, base, pages))
                if pages == count:
                    runs.append(by_pipe(workload, LIST, base, pages))
            if "scrapy" in contenders and pages == count:
                runs.append(by_scrapy(workload, base, pages, workload.scrapy_seconds[size]))
    return runs


def by_pipe(workload: CrawlWorkload, kind: str, base: str, pages: int) -> SiteRun:
    title = "pipe, following links" if kind == CRAWL else "pipe, a list of the pages, with all links"
    found = SiteRun(kind, title, pages)
    if not paths.pipe_binary().exists():
        found.state, found.reasons = NOT_BUILT, ["there is no release build of pipe"]
        return found
    folder = fresh(paths.RUNS / workload.name / kind)
    spec, output = folder / "spec.yaml", folder / "out.csv"
    if kind == CRAWL:
        source, crawl, fields = f'urls: ["{base}{site.START}"]', "crawl: {depth: 100}\n", "url, title, status"
    else:
        urls = folder / "urls.txt"
        site.write_urls(urls, base, pages)
        source, crawl, fields = f"file: {urls}", "", "url, title, status, links"
    spec.write_text(
        SPEC.format(kind=kind, source=f"{{{source}}}", crawl=crawl, fields=fields, output=output))
    command = [str(paths.pipe_binary()), "run", str(spec), "--progress", "none"]
    run(found, command, folder, max(60.0, pages * 2e-3))
    if found.state != DISQUALIFIED:
        check(found, output, pages)
    return report(workload, found, folder)


def by_scrapy(workload: CrawlWorkload, base: str, pages: int, seconds: int) -> SiteRun:
    """Scrapy gets as far as it does in the time."""
    found = SiteRun(SCRAPY, f"Scrapy, {seconds} s of its CrawlSpider", pages)
    folder = fresh(paths.RUNS / workload.name / SCRAPY)
    output = folder / "out.csv"
    settings = {
        "CONCURRENT_REQUESTS": 100, "CONCURRENT_REQUESTS_PER_DOMAIN": 100, "LOG_LEVEL": "ERROR",
        "ROBOTSTXT_OBEY": "False", "TELNETCONSOLE_ENABLED": "False", "CLOSESPIDER_TIMEOUT": seconds,
    }
    options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    command = [
        str(paths.ENVIRONMENT / "bin" / "scrapy"), "runspider", str(paths.PROGRAMS / "crawler.py"),
        "-a", f"start={base}{site.START}", "-O", f"{output}:csv", *options,
    ]
    run(found, command, folder, seconds * 4 + 60)
    if found.state != DISQUALIFIED:
        found.pages = len(rows(output))
        if not found.pages:
            found.state, found.reasons = DISQUALIFIED, ["no rows"]
    return report(workload, found, folder)


def run(found: SiteRun, command: list[str], folder: Path, limit: float) -> None:
    try:
        measured = processes.run(command, folder, limit, sample_every=0.1)
    except processes.Timeout as timeout:
        found.state, found.reasons = DISQUALIFIED, [str(timeout)]
        return
    cost = measured.cost
    found.wall, found.cpu, found.rss_kib, found.samples = cost.wall, cost.cpu, cost.rss_kib, thinned(measured.samples)
    if measured.finished.exit_code:
        found.state = DISQUALIFIED
        found.reasons = [f"exit code {measured.finished.exit_code}: {measured.finished.errors.strip()[-200:]}"]


def rows(output: Path) -> list[list[str]]:
    if not output.exists():
        return []
    csv.field_size_limit(1 << 20)
    with output.open(newline="") as file:
        return [row[:3] for row in csv.reader(file)][1:]


def check(found: SiteRun, output: Path, pages: int) -> None:
    """Each page once, with its own title."""
    got = rows(output)
    numbers = {title.removeprefix("Page ") for _, title, status in got if status == "200"}
    if len(got) != pages or numbers != {str(number) for number in range(pages)}:
        found.state = DISQUALIFIED
        found.reasons = [f"{len(got):,} rows and {len(numbers):,} pages of {pages:,}"]


def report(workload: CrawlWorkload, found: SiteRun, folder: Path) -> SiteRun:
    say(workload.name, found.kind,
        f"{found.pages:,} pages: {found.wall:.1f} s, {found.cpu / max(1, found.pages) * 1e6:,.0f} µs CPU a page, "
        f"{found.rss_kib / 1024:.0f} MiB {'; '.join(found.reasons)}")
    shutil.rmtree(folder, ignore_errors=True)
    return found
