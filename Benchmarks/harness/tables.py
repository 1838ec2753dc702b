"""Results as Markdown tables."""

from __future__ import annotations

from harness import bars
from harness.results import GOOD, OUTSIDE, Comparison, Entry, Results
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


def commands(results: Results) -> str:
    """The command of every contender, once."""
    found: dict[str, str] = {}
    for comparison in results.comparisons:
        for entry in comparison.entries:
            if entry.command:
                found.setdefault(entry.title, entry.command)
    return "\n".join(["```sh", *(f"# {title}\n{command}" for title, command in found.items()), "```"])
