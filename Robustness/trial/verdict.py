"""What became of a fault at a contender: judged by what was seen, never by what it is known to do."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field

from harness.processes import EXITED, TIMED_OUT, TOO_LARGE, Observed
from trial.contender import Contender, Findings, Row
from trial.fault import TIMEOUT, Case, Fault, Page

# What became of one URL, from best to worst.
RIGHT = "right row"
FLAGGED = "row marked truncated"
ERROR_ROW = "error row"
TOLD = "error told, no row"
UNSEEN = "not noticed"  # by one that reads no bodies
NEEDLESS = "needless error"
WORDLESS = "row without a word"
LOST = "nothing"
WRONG = "wrong row"
ORDER = (RIGHT, FLAGGED, ERROR_ROW, TOLD, UNSEEN, NEEDLESS, WORDLESS, LOST, WRONG)

# How the process ended.
ORDERLY, HANG, MEMORY, CRASH = "orderly", "hang", "memory", "crash"

# Over what is waited for, on a busy machine.
GRACE = 5.0


@dataclass
class Result:
    """A contender's dealings with a fault."""

    fault: Fault
    contender: Contender
    end: str
    detail: str  # of an end that was not orderly
    wall: float
    rss_kib: int
    verdicts: list[str] = field(default_factory=list)  # one for each case
    rows: list[Row | None] = field(default_factory=list)
    strays: int = 0  # rows of no case, or a second one of the same
    balance: str = ""

    @property
    def counts(self) -> Counter:
        return Counter(self.verdicts)

    @property
    def worst(self) -> str:
        return max(self.verdicts, key=ORDER.index)


def fits(row: Row, page: Page) -> bool:
    """Whether what the row says agrees; what it does not say is not held against it."""
    return all(
        wanted is None or said is None or said == wanted
        for said, wanted in ((row.status, page.status), (row.title, page.title), (row.length, page.length)))


def judge(row: Row | None, told: str | None, case: Case, contender: Contender) -> str:
    if row is None and told is None:
        return LOST
    if row is None or row.error is not None:
        error = told if row is None else row.error
        if not (error or "").strip():
            return WORDLESS
        return NEEDLESS if not case.may_fail else TOLD if row is None else ERROR_ROW
    if any(fits(row, page) for page in case.right):
        return RIGHT
    if row.truncated:
        return FLAGGED
    return WRONG if contender.reads_bodies else UNSEEN


def ending(observed: Observed, contender: Contender) -> tuple[str, str]:
    finished = observed.finished
    if observed.end == TIMED_OUT:
        return HANG, f"ended after {observed.cost.wall:.0f} s"
    if observed.end == TOO_LARGE:
        return MEMORY, f"ended at {observed.cost.rss_kib / 1024:,.0f} MiB"
    assert observed.end == EXITED
    # Where a sanitizer watches, it says here what it found.
    summary = next((f", {line}" for line in finished.errors.splitlines() if line.startswith("SUMMARY: ")), "")
    if finished.signal:
        return CRASH, f"signal {finished.signal}{summary}"
    if finished.exit_code not in contender.exits:
        return CRASH, f"exit {finished.exit_code}{summary}"
    return ORDERLY, ""


def result(fault: Fault, contender: Contender, observed: Observed, found: Findings, urls: list[str]) -> Result:
    """`urls` are those of the fault's cases, in their order."""
    end, detail = ending(observed, contender)
    rows: dict[str, Row] = {}
    strays = 0
    for row in found.rows:
        # After a redirect some write where they came to: with one case, every row is of it.
        url = urls[0] if len(urls) == 1 else row.url
        if url in rows or url not in urls:
            strays += 1
        else:
            rows[url] = row
    told = dict(found.told)
    if len(urls) == 1 and told:
        told.setdefault(urls[0], next(iter(told.values())))
    matched = [rows.get(url) for url in urls]
    verdicts = [judge(row, told.get(url), case, contender) for row, url, case in zip(matched, urls, fault.cases)]
    return Result(fault, contender, end, detail, observed.cost.wall, observed.cost.rss_kib, verdicts, matched, strays,
                  found.balance)


# What pipe has to do.

# A build with a sanitizer needs room for that besides: Scripts/sanitize says how much.
MOST_PIPE_KIB = (128 + int(os.environ.get("PIPE_SANITIZER_MIB", "0"))) * 1024


def mismatch(row: Row | None, case: Case) -> str | None:
    """Where pipe's row is not what it has to be; None where all is as it should be."""
    expected = case.pipe
    if row is None:
        return "no row"
    code, _, message = (row.error or "").partition(": ")
    if expected.flushes and code == "connection" and row.status is None:
        return None
    if not re.fullmatch(expected.code or "", code):
        return f"error {row.error!r}, not {expected.code}"
    if expected.message is not None and not re.fullmatch(expected.message, message):
        return f"message {message!r}, not {expected.message!r}"
    for name in ("status", "title", "length", "truncated"):
        wanted, said = getattr(expected, name), getattr(row, name)
        # Of a page, what is not foretold is not looked at; a failure has none of it.
        if wanted is None and name in ("title", "length") and expected.status is not None:
            continue
        if said != wanted:
            return f"{name} {said!r}, not {wanted!r}"
    if expected.waits and not TIMEOUT * 0.99 <= (row.elapsed or 0) <= TIMEOUT + GRACE:
        return f"elapsed {row.elapsed}, though it waited for {TIMEOUT:g} s"
    return None


def gaps(found: Result) -> dict[str, str]:
    """By target, where pipe's rows are not what they have to be."""
    return {case.target: what for row, case in zip(found.rows, found.fault.cases) if (what := mismatch(row, case))}


def failures(found: Result) -> list[str]:
    """Why pipe does not do what it has to; or that it does, where that is listed as not done yet."""
    reasons = faults(found)
    if not found.fault.known:
        return reasons
    return [] if reasons else [f"{found.fault.name}: mended, and still listed as known: {found.fault.known}"]


def faults(found: Result) -> list[str]:
    """Everything that pipe does otherwise than it has to."""
    name = found.fault.name
    reasons = []
    if found.end != ORDERLY:
        return [f"{name}: pipe {found.end}: {found.detail}"]
    count = len(found.fault.cases)
    if found.balance != f"{count:,} read, {count:,} recorded, none lost":
        reasons.append(f"{name}: pipe says {found.balance!r} of {count:,} requests")
    if found.strays:
        reasons.append(f"{name}: {found.strays} rows too many")
    if found.rss_kib > MOST_PIPE_KIB:
        reasons.append(f"{name}: {found.rss_kib / 1024:.0f} MiB at the peak")
    waits = any(case.pipe.waits for case in found.fault.cases)
    least = TIMEOUT * 0.99 if waits else 0
    most = (TIMEOUT * -(-count // found.fault.concurrency) if waits else 0) + found.fault.gap * count
    most += found.fault.takes + GRACE
    if not least <= found.wall <= most:
        reasons.append(f"{name}: it took {found.wall:.1f} s, not {least:.1f} to {most:.1f} s")
    return reasons + [f"{name}: {target}: {what}" for target, what in gaps(found).items()]
