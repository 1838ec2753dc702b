"""Results as Markdown tables."""

from __future__ import annotations

import math

from harness import bars
from harness.results import GOOD, OUTSIDE, Comparison, Entry, MicroBenchmark, Results
from harness.summary import Spread


def table(head: list[str], rows: list[list[str]], right: int) -> str:
    """A Markdown table; the columns from index `right` on are numbers."""
    marks = ["---" if index < right else "---:" for index in range(len(head))]
    lines = [head, marks, *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def times(value: float) -> str:
    """A ratio with three significant digits."""
    if value >= 100:
        return f"{value:,.0f} ×"
    return f"{value:.1f} ×" if value >= 10 else f"{value:.2f} ×"


def amount(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def ratio(found: Spread | None) -> str:
    return times(found.median) if found else "–"


def with_spread(found: Spread, rounds: int) -> str:
    """The median and, where there are several rounds, half their range."""
    return amount(found.median) + (f" ± {found.relative * 100:.0f} %" if rounds > 1 else "")


def bars_table(results: Results) -> str:
    rows = [[verdict.bar, verdict.measured, f"**{verdict.state}**" if verdict.state == bars.MISSES else verdict.state,
             verdict.margin] for verdict in bars.judge(results)]
    return table(["bar", "measured", "", "how far"], rows, 4)


def ordered(comparison: Comparison) -> list[Entry]:
    """Those that count by their CPU per page, then the others."""
    good = sorted((entry for entry in comparison.entries if entry.counts), key=lambda entry: entry.cpu().median)
    return good + [entry for entry in comparison.entries if not entry.counts]


def comparison_table(comparison: Comparison) -> str:
    rows = []
    for entry in ordered(comparison):
        name = f"**{entry.title}**" if entry.contender == "pipe" else entry.title
        if not entry.counts:
            reason = "; ".join(entry.reasons)
            rows.append([name, reason if entry.state == OUTSIDE else f"{entry.state}: {reason}", *["–"] * 6])
            continue
        rounds = len(entry.runs)
        rows.append([
            name, entry.does,
            ratio(comparison.cpu_ratio(entry.contender, "floor")),
            ratio(comparison.rate_ratio(entry.contender, "tutorial")),
            with_spread(entry.cpu(), rounds), with_spread(entry.rate(), rounds),
            f"{entry.rss_kib() / 1024:.0f}", f"{entry.runs[0].pages:,}",
        ])
    head = ["contender", "does", "CPU, × the C loop", "pages/s, × tutorial", "CPU µs/page", "pages/s",
            "peak MiB", "pages"]
    return table(head, rows, 2)


def notes(comparison: Comparison) -> str:
    found = [f"{entry.title}: {entry.note}" for entry in comparison.entries if entry.note and entry.counts]
    return "Notes. " + "; ".join(found) + "." if found else ""


def memory_table(results: Results) -> str:
    rows = []
    for curve in results.curves:
        name = f"**{curve.title}**" if curve.contender == "pipe" else curve.title
        if curve.state == GOOD:
            rows.append([name, f"{curve.count:,}", f"{curve.rss_kib / 1024:.0f}", f"{curve.wall:.1f}", ""])
        else:
            rows.append([name, f"{curve.count:,}", "–", "–", f"{curve.state}: {'; '.join(curve.reasons)}"])
    return table(["contender", "URLs", "peak MiB", "seconds", ""], rows, 1)


def site_table(results: Results) -> str:
    listed = results.site("list")
    rows = []
    for run in results.sites:
        name = f"**{run.title}**" if run.kind == "crawl" else run.title
        if run.state != GOOD:
            rows.append([name, f"{run.state}: {'; '.join(run.reasons)}", *["–"] * 5])
            continue
        rate = run.pages / run.wall
        # A short run's start weighs more.
        share = times(rate / (listed.pages / listed.wall)) if listed and run.pages == listed.pages else "–"
        rows.append([
            name, share, f"{run.pages:,}", f"{rate:,.0f}", amount(run.cpu / run.pages * 1e6),
            f"{run.rss_kib / 1024:.0f}", f"{run.wall:.1f}"])
    return table(["", "pages/s, × the list", "pages", "pages/s", "CPU µs/page", "peak MiB", "seconds"], rows, 1)


def start_table(results: Results) -> str:
    rows = []
    for start in results.starts:
        name = f"**{start.title}**" if start.title == "pipe" else start.title
        if start.state == GOOD:
            figures = [f"{start.median:.1f}", f"{start.least:.1f} – {start.greatest:.1f}"]
        else:
            figures = [f"{start.state}: {'; '.join(start.reasons)}", "–"]
        rows.append([name, f"`{start.command}`", *figures])
    return table(["", "command", "median ms", "range ms"], rows, 2)


def overlap_line(results: Results) -> str:
    lines = []
    for overlap in results.overlaps:
        waits = ", ".join(f"{wait / 1e3:g} s" for wait in overlap.milliseconds)
        if overlap.state == GOOD:
            lines.append(f"{overlap.title}: answers after {waits} took {overlap.wall:.2f} s together, "
                         f"not {sum(overlap.milliseconds) / 1e3:g} s.")
        else:
            lines.append(f"{overlap.title}: {overlap.state}: {'; '.join(overlap.reasons)}.")
    return "\n".join(lines)


def duration(nanoseconds: float) -> str:
    """A time in the unit that keeps it short, with three significant digits at the most."""
    value, unit = nanoseconds, "ns"
    for larger in ("µs", "ms", "s"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def processor_time(micro: MicroBenchmark) -> str:
    """What a difference of two measurements leaves may be nothing, or less."""
    if micro.cpu.median <= 0:
        return "too little to tell"
    return f"{duration(micro.cpu.median)} ± {micro.cpu.relative * 100:.0f} %"


def throughput(micro: MicroBenchmark) -> tuple[str, str]:
    """Units and bytes per second of CPU."""
    if micro.cpu.median <= 0:
        return "–", "–"
    rate = 1e9 / micro.cpu.median
    # Three digits are what the measurement bears.
    rounded = round(rate, 2 - math.floor(math.log10(rate)))
    return f"{rounded:,.0f}", f"{micro.bytes / micro.cpu.median * 1e3:,.0f}" if micro.bytes else "–"


def micro_table(results: Results) -> str:
    found = results.micro
    if found is None:
        return "Not measured in this run."
    if found.state != GOOD:
        return f"{found.state.capitalize()}: {'; '.join(found.reasons)}."
    rows = [[f"{one.title} ({one.note})" if one.note else one.title, one.unit,
             processor_time(one), duration(one.wall.median), *throughput(one)] for one in found.entries]
    return table(["what", "per", "CPU", "elapsed", "a second of CPU", "MB a second of CPU"], rows, 2)


def commands(results: Results) -> str:
    """The command of every contender, once."""
    found: dict[str, str] = {}
    for comparison in results.comparisons:
        for entry in comparison.entries:
            if entry.command:
                found.setdefault(entry.title, entry.command)
    return "\n".join(["```sh", *(f"# {title}\n{command}" for title, command in found.items()), "```"])
