"""Writes the page of results: generated sections between markers, the rest left as people wrote it."""

from __future__ import annotations

import re
from pathlib import Path

from harness import charts, tables
from harness.results import GOOD, Comparison, Entry, MemoryCurve, Results, SiteRun
from harness.workloads import SIZES, WORKLOADS

TEMPLATE = Path(__file__).with_name("page.md")


class BrokenPage(Exception):
    """The page's markers do not pair up; the message says which."""


def replace_section(page: str, name: str, content: str) -> str:
    """`page` with what stands between the markers of `name` replaced; appended if there are none."""
    start, stop = f"<!-- generated: {name} -->", f"<!-- end of {name} -->"
    if page.count(start) != page.count(stop) or page.count(start) > 1:
        raise BrokenPage(f"the markers of the section {name!r} do not pair up")
    section = f"{start}\n{content.strip()}\n{stop}"
    if start not in page:
        return page.rstrip() + "\n\n" + section + "\n"
    return re.sub(re.escape(start) + ".*?" + re.escape(stop), lambda _: section, page, flags=re.DOTALL)


def chart(comparison: Comparison) -> str | None:
    """CPU per page of everyone who counts; None when nobody does."""
    entries: list[Entry] = [entry for entry in tables.ordered(comparison) if entry.counts]
    if not entries:
        return None
    bars = []
    for entry in entries:
        found = comparison.cpu_ratio(entry.contender, "floor")
        text = f"{tables.amount(entry.cpu().median)} µs" + (f", {tables.times(found.median)}" if found else "")
        bars.append(charts.Bar(entry.title, entry.cpu().median, text, entry.contender == "pipe"))
    return charts.bar_chart(
        f"({comparison.letter}) {comparison.title}",
        "CPU µs per page, and as a multiple of the C loop; shorter is better; logarithmic scale", bars)


def memory_chart(results: Results) -> str | None:
    return over_time("(e) Memory over a long list", [(curve, f"{curve.count:,} URLs") for curve in results.curves])


def site_chart(results: Results) -> str | None:
    return over_time("(j) Memory over the crawl of a site", [(run, f"{run.pages:,} pages") for run in results.sites])


def over_time(title: str, runs: list[tuple[MemoryCurve | SiteRun, str]]) -> str | None:
    """Memory over each run that counts, with the words for its length; None when none does."""
    lines = [
        charts.Line(
            f"{run.title}, {length}, {run.wall:.1f} s",
            [(min(1.0, seconds / run.wall), kib / 1024) for seconds, kib in run.samples])
        for run, length in runs if run.state == GOOD and run.samples
    ]
    return charts.line_chart(title, "resident MiB over the share of the run", lines) if lines else None


def write_charts(results: Results, folder: Path) -> dict[str, str]:
    """Writes the SVG files; returns the file name of each workload's chart."""
    drawn = {comparison.name: chart(comparison) for comparison in results.comparisons}
    drawn["memory"] = memory_chart(results)
    drawn["crawl"] = site_chart(results)
    names = {}
    for name, text in drawn.items():
        if text is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.svg").write_text(text, encoding="utf-8")
            names[name] = f"{folder.name}/{name}.svg"
    return names


def picture(names: dict[str, str], name: str, title: str) -> str:
    return f"![{title}]({names[name]})\n" if name in names else ""


def workload_section(results: Results, names: dict[str, str], letter: str, name: str, title: str) -> str | None:
    head = f"### ({letter}) {title}\n"
    comparison = results.comparison(name)
    if comparison:
        behind = "nginx" if comparison.server == "plain" else "a server with 50 ms of latency"
        setting = (f"{comparison.concurrency:,} in flight against {behind}, "
                   f"{comparison.rounds} round{'s' if comparison.rounds > 1 else ''}.\n")
        return "\n".join([head, setting, picture(names, name, title), tables.comparison_table(comparison), "",
                          tables.notes(comparison)])
    if name == "memory" and results.curves:
        return "\n".join([head, picture(names, name, title), tables.memory_table(results)])
    if name == "crawl" and results.sites:
        return "\n".join([head, picture(names, name, title), tables.site_table(results)])
    if name == "start" and results.starts:
        return "\n".join([head, tables.start_table(results)])
    if name == "overlap" and results.overlaps:
        return "\n".join([head, tables.overlap_line(results)])
    return None


def facts(results: Results) -> str:
    machine = tables.table(["", ""], [[name, value] for name, value in results.machine.items()], 2)
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    return f"{machine}\n\nVersions: {versions}.\n\nSize of this run: `{results.size}`."


def render(results: Results, page: str, names: dict[str, str]) -> str:
    sections = (workload_section(results, names, workload.letter, workload.name, workload.title)
                for workload in WORKLOADS)
    for name, content in (
        ("bars", tables.bars_table(results)),
        ("results", "\n\n".join(section.strip() for section in sections if section)),
        ("micro-benchmarks", tables.micro_table(results)),
        ("machine", facts(results)),
        ("commands", tables.commands(results)),
    ):
        page = replace_section(page, name, content)
    return page


def write(results: Results, path: Path) -> None:
    assert results.size in SIZES
    path.parent.mkdir(parents=True, exist_ok=True)
    page = (path if path.exists() else TEMPLATE).read_text(encoding="utf-8")
    names = write_charts(results, path.parent / path.stem)
    path.write_text(render(results, page, names), encoding="utf-8")
