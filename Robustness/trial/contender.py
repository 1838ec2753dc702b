"""What a contender is here: a command for a list of URLs, and how to read what it found at each."""

from __future__ import annotations

import csv
import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterable

from harness.contender import Finished
from trial.fault import Fault

csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class Job:
    """One run: a fault's URLs in a folder of its own."""

    fault: Fault
    urls: Path
    folder: Path


@dataclass(frozen=True)
class Row:
    """A row as it was written; what a contender does not write is None."""

    url: str
    status: int | None
    title: str | None
    length: int | None
    error: str | None  # None: no error; empty: an error without words
    truncated: bool | None = None
    elapsed: float | None = None


@dataclass
class Findings:
    rows: list[Row] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)  # errors of URLs that have no row
    balance: str = ""  # what it says of its own bookkeeping


@dataclass(frozen=True)
class Contender:
    name: str
    title: str
    command: Callable[[Job], list[str]]
    read: Callable[[Job, Finished], Findings]
    exits: tuple[int, ...] = (0,)  # the codes of an orderly end
    reads_bodies: bool = True
    waits: bool = True  # whether it can leave a gap between requests
    note: str = ""


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV; those that were written where it breaks off."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        return list(whole_rows(csv.DictReader(line.replace("\0", "\ufffd") for line in file)))


def whole_rows(reader: Iterable[dict]) -> Iterable[dict[str, str]]:
    for row in reader:
        if None not in row.values():
            yield row


def number(text: str | None) -> int | None:
    return int(text) if text and text.lstrip("-").isdigit() else None


def load() -> list[Contender]:
    """Every contender, pipe first."""
    return [importlib.import_module(f"trial.contenders.{name}").CONTENDER
            for name in ("pipe", "tutorial", "scrapy", "lychee")]
