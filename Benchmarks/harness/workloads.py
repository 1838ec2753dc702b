"""The workloads: what is asked of the contenders, and how large it is at each size."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from harness import shop
from harness.contender import CSS, DOWNLOAD, ITEMS, LINKS, TITLE, Contender

SIZES = ("tiny", "small", "full")


@dataclass(frozen=True)
class Workload:
    """A comparison over one URL list.

    `seconds` is how long one run of one contender should take, `most_pages` the
    longest list. Contenders that are too slow for it get a shorter list: what is
    compared is the cost per page.
    """

    letter: str
    name: str
    title: str
    work: str
    server: str = "plain"
    concurrency: int = 100
    pages_a_second: float = math.inf  # where the server's latency is the limit
    contenders: tuple[str, ...] = ()  # empty: everyone who can
    most_pages: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)

    def admits(self, contender: Contender) -> str | None:
        """None, or why this contender does not take part."""
        if (self.contenders or contender.is_variant) and contender.name not in self.contenders:
            return "not in this workload"
        if self.work not in contender.cost and DOWNLOAD not in contender.cost:
            return "does not do this work"
        if self.concurrency > contender.most_in_flight:
            return f"at most {contender.most_in_flight} in flight"
        return None

    @property
    def folder(self) -> str:
        """Where the pages of its list are."""
        return shop.FOLDER if self.work == ITEMS else "p"

    def work_of(self, contender: Contender) -> str:
        """The work that this contender does here: those that cannot extract only download."""
        return self.work if self.work in contender.cost else DOWNLOAD

    def pages_of(self, contender: Contender, size: str) -> int:
        """The length of its list. Whole turns through the fixture, save at the size tiny."""
        cost = max(contender.cost[self.work_of(contender)], 1e6 / self.pages_a_second)
        step = 100 if size == "tiny" else 1000
        affordable = max(1, round(self.seconds[size] * 1e6 / cost / step)) * step
        return min(affordable, self.most_pages[size])


@dataclass(frozen=True)
class MemoryWorkload:
    """The resident set over time, of a short and of a long list."""

    letter: str
    name: str
    title: str
    short: dict[str, int]
    long: dict[str, int]
    # What is drawn beside pipe; its list stays short, since it grows with it.
    beside: tuple[str, ...] = ("aiohttp", "floor")


@dataclass(frozen=True)
class StartWorkload:
    """Whole processes, measured by hyperfine."""

    letter: str
    name: str
    title: str
    runs: dict[str, int]


@dataclass(frozen=True)
class OverlapWorkload:
    """Three answers that take their time: together they take as long as the longest."""

    letter: str
    name: str
    title: str
    milliseconds: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class CrawlWorkload:
    """A whole site, by its links."""

    letter: str
    name: str
    title: str
    pages: dict[str, int]
    # Scrapy gets as far as it does in so many seconds.
    scrapy_seconds: dict[str, int]


EXTRACTING = ("floor", "pipe", "tutorial", "tutorial-lxml", "scrapy")

WORKLOADS = (
    Workload(
        "a", "title", "Title, status and length to CSV", TITLE,
        most_pages={"tiny": 2000, "small": 50_000, "full": 100_000},
        seconds={"tiny": 0.4, "small": 3, "full": 6}, rounds={"tiny": 1, "small": 3, "full": 5},
    ),
    Workload(
        "b", "links", "The same with all links", LINKS, contenders=EXTRACTING,
        most_pages={"tiny": 1000, "small": 20_000, "full": 50_000},
        seconds={"tiny": 0.3, "small": 2, "full": 6}, rounds={"tiny": 1, "small": 1, "full": 3},
    ),
    Workload(
        "c", "css", "Three CSS fields", CSS, contenders=EXTRACTING,
        most_pages={"tiny": 1000, "small": 20_000, "full": 50_000},
        seconds={"tiny": 0.3, "small": 2, "full": 6}, rounds={"tiny": 1, "small": 1, "full": 3},
    ),
    Workload(
        "d", "crowd", "2,000 in flight", TITLE, concurrency=2000,
        contenders=("floor", "pipe", "wrk", "curl", "aiohttp", "uvloop", "lychee"),
        most_pages={"tiny": 4000, "small": 20_000, "full": 50_000},
        seconds={"tiny": 0.4, "small": 2, "full": 5}, rounds={"tiny": 1, "small": 1, "full": 3},
    ),
    MemoryWorkload(
        "e", "memory", "Memory over a long list",
        short={"tiny": 2000, "small": 20_000, "full": 100_000},
        long={"tiny": 10_000, "small": 100_000, "full": 1_000_000},
    ),
    Workload(
        "f", "latency", "Pages behind 50 ms of latency", TITLE, server="latency", pages_a_second=2000,
        contenders=("floor", "pipe", "curl", "aiohttp", "uvloop", "lychee", "scrapy", "tutorial"),
        most_pages={"tiny": 500, "small": 4000, "full": 10_000},
        seconds={"tiny": 0.3, "small": 2, "full": 5}, rounds={"tiny": 1, "small": 1, "full": 3},
    ),
    StartWorkload("g", "start", "Start-up", runs={"tiny": 3, "small": 20, "full": 50}),
    OverlapWorkload(
        "h", "overlap", "Three answers after 2 s, 1 s and 3 s",
        milliseconds={"tiny": (200, 100, 300), "small": (2000, 1000, 3000), "full": (2000, 1000, 3000)},
    ),
    Workload(
        "i", "journal", "Journal on against journal off", TITLE, contenders=("floor", "pipe", "pipe-off"),
        most_pages={"tiny": 2000, "small": 50_000, "full": 100_000},
        seconds={"tiny": 0.4, "small": 3, "full": 6}, rounds={"tiny": 1, "small": 3, "full": 5},
    ),
    CrawlWorkload(
        "j", "crawl", "A whole site, 50 links a page",
        pages={"tiny": 1000, "small": 50_000, "full": 1_000_000}, scrapy_seconds={"tiny": 2, "small": 20, "full": 90},
    ),
    Workload(
        "k", "items", "50 products of each page, six fields", ITEMS, contenders=("pipe", "scrapy", "selectolax"),
        most_pages={"tiny": 200, "small": 20_000, "full": 50_000},
        seconds={"tiny": 0.5, "small": 4, "full": 8}, rounds={"tiny": 1, "small": 3, "full": 5},
    ),
    Workload(
        "l", "store", "Title, status and length into a table", TITLE,
        contenders=("floor", "pipe", "pipe-sqlite", "pipe-import"),
        most_pages={"tiny": 2000, "small": 50_000, "full": 100_000},
        seconds={"tiny": 0.4, "small": 3, "full": 6}, rounds={"tiny": 1, "small": 3, "full": 5},
    ),
)

AnyWorkload = Workload | MemoryWorkload | StartWorkload | OverlapWorkload | CrawlWorkload
