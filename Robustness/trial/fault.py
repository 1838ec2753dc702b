"""What a fault is: the URLs that show it, what an honest client may make of them, and what pipe has to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

# Every wait is cut short for every contender: seconds until a request has to be done.
TIMEOUT = 2.0
# pipe's default for max_body.
MAX_BODY = 10 * 1024 * 1024


@dataclass(frozen=True)
class Page:
    """What a right row says: what is None is not looked at."""

    status: int
    title: str | None = None
    length: int | None = None


@dataclass(frozen=True)
class Expected:
    """What pipe's row has to say. The code and the message are regular expressions; no code means no error."""

    code: str | None = None
    message: str | None = None
    status: int | None = None
    title: str | None = None
    length: int | None = None
    truncated: bool | None = None
    waits: bool = False  # whether it takes the timeout to find out
    flushes: bool = False  # whether a reset may take with it what came before (RFC 9293, 3.10.7.4)

    @staticmethod
    def page(page: Page) -> Expected:
        return Expected(None, None, page.status, page.title, page.length, False)


@dataclass(frozen=True)
class Case:
    """A URL of a fault.

    `right` are the rows without an error that are true; where there is none, a client has to tell that something is
    wrong. Where `may_fail` does not hold, nothing is wrong, and an error is needless.
    """

    target: str  # "/path" on the practice site, or "{silent}/path" on one of its ports
    pipe: Expected
    right: tuple[Page, ...] = ()
    may_fail: bool = True


@dataclass(frozen=True)
class Fault:
    name: str
    title: str
    cases: tuple[Case, ...]
    concurrency: int = 16
    gap: float = 0  # seconds between two requests; who cannot wait takes no part
    unlike: str = "wrong row"  # what a row is called that is not right and tells no error
    attempts: int = 1  # how often a request may be tried
    takes: float = 0  # seconds that it may take pipe beyond what it waits for
    known: str = ""  # why pipe does not do yet what it has to


@dataclass(frozen=True)
class Group:
    title: str
    note: str
    faults: list[Fault] = field(default_factory=list)


# Groups that need the running site: where a head ends is asked, not assumed.
Faults = Callable[["object"], Group]


def fails(
    target: str, code: str, message: str | None = None, *, kept: Page | None = None, waits: bool = False,
    right: tuple[Page, ...] = (), flushes: bool = False, truncated: bool = True,
) -> Case:
    """A URL of which pipe tells an error; `kept` is what a row keeps of a faulty body, which broke off or stalled if
    `truncated`."""
    if kept:
        expected = Expected(code, message, kept.status, kept.title, kept.length, truncated, waits=waits, flushes=flushes)
    else:
        expected = Expected(code, message, waits=waits)
    return Case(target, expected, right)


def passes(target: str, *right: Page, may_fail: bool = True) -> Case:
    """A URL of which pipe writes a right row, the first; others may do otherwise."""
    return Case(target, Expected.page(right[0]), right, may_fail)


def cut(target: str, status: int = 200) -> Case:
    """A URL whose body is larger than max_body: pipe keeps what fits and says so."""
    return Case(target, Expected(None, None, status, None, MAX_BODY, True))


def fault(name: str, title: str, *cases: Case, **options) -> Fault:
    return Fault(name, title, cases, **options)
