"""What a contender is: a command for a job, and what it proves about the job it did."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from harness import paths
from harness.fixture import Page

# The kinds of work. "download" only fetches; the others write rows.
DOWNLOAD, TITLE, LINKS, CSS, ITEMS = "download", "title", "links", "css", "items"

# How much a contender does of what a workload asks.
FULL, FETCH_ONLY = "all of it", "downloads only"


@dataclass(frozen=True)
class Job:
    """One run of one contender: fetch `count` URLs, `concurrency` at a time, and do `work`."""

    work: str
    urls: Path
    count: int
    concurrency: int
    base: str
    folder: Path  # empty; the contender's working folder
    pages: list[Page]

    @property
    def output(self) -> Path:
        return self.folder / "out.csv"


@dataclass(frozen=True)
class Finished:
    """What a contender's process left behind."""

    exit_code: int
    signal: int
    output: str  # its standard output
    errors: str  # its standard error
    wall: float


# Reads the outcome; returns the pages done and the reasons for disqualification.
Verdict = tuple[int, list[str]]


@dataclass(frozen=True)
class Contender:
    """A program that is measured.

    `cost` is a rough guess of the microseconds per page for each kind of work. It
    chooses the length of the list, and a kind of work that is absent is one the
    contender does not take part in.
    """

    name: str
    title: str
    does: str
    cost: dict[str, float]
    command: Callable[[Job], list[str]]
    check: Callable[[Job, Finished], Verdict]
    most_in_flight: int = 1_000_000
    absence: Callable[[], str | None] = field(default=lambda: None)  # why it cannot run at all
    refusal: Callable[[Finished], str | None] = field(default=lambda _: None)  # "not built yet"
    note: str = ""
    is_variant: bool = False  # takes part only where a workload names it


def load() -> list[Contender]:
    """Every contender of Benchmarks/contenders, in the order of their files' names."""
    names = sorted(file.stem for file in (paths.BENCHMARKS / "contenders").glob("[a-z]*.py"))
    found: list[Contender] = []
    for name in names:
        found += importlib.import_module(f"contenders.{name}").CONTENDERS
    return sorted(found, key=lambda contender: contender.cost.get(TITLE, contender.cost.get(DOWNLOAD, 0)))
