"""What a benchmark found, in a form that is stored as JSON and rendered later."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.summary import Spread, paired_ratio, spread

# States of a contender in a workload.
GOOD, DISQUALIFIED, NOT_BUILT, OUTSIDE = "good", "disqualified", "not built yet", "outside"


@dataclass
class Run:
    """One run: the round it belongs to, pages done, seconds, KiB."""

    round: int
    pages: int
    wall: float
    cpu: float
    rss_kib: int


@dataclass
class Entry:
    """A contender in a workload. Only a good one has figures that count."""

    contender: str
    title: str
    does: str
    pages: int
    command: str
    state: str = GOOD
    reasons: list[str] = field(default_factory=list)
    note: str = ""
    runs: list[Run] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        return self.state == GOOD and bool(self.runs)

    def cpu_by_round(self) -> dict[int, float]:
        """Microseconds of CPU per page."""
        return {run.round: run.cpu / run.pages * 1e6 for run in self.runs}

    def rate_by_round(self) -> dict[int, float]:
        """Pages per second of wall time."""
        return {run.round: run.pages / run.wall for run in self.runs}

    def cpu(self) -> Spread:
        return spread(self.cpu_by_round().values())

    def rate(self) -> Spread:
        return spread(self.rate_by_round().values())

    def wall(self) -> Spread:
        return spread(run.wall for run in self.runs)

    def rss_kib(self) -> int:
        return max(run.rss_kib for run in self.runs)

    def disqualify(self, reasons: list[str]) -> None:
        self.state, self.reasons = DISQUALIFIED, reasons


@dataclass
class Comparison:
    """A workload's entries."""

    letter: str
    name: str
    title: str
    concurrency: int
    server: str
    rounds: int
    entries: list[Entry]

    def entry(self, name: str) -> Entry | None:
        """The contender's entry, where its figures count."""
        return next((entry for entry in self.entries if entry.contender == name and entry.counts), None)

    def cpu_ratio(self, name: str, reference: str) -> Spread | None:
        return self.ratio(name, reference, Entry.cpu_by_round)

    def rate_ratio(self, name: str, reference: str) -> Spread | None:
        return self.ratio(name, reference, Entry.rate_by_round)

    def ratio(self, name: str, reference: str, figures) -> Spread | None:
        mine, other = self.entry(name), self.entry(reference)
        return paired_ratio(figures(mine), figures(other)) if mine and other else None


@dataclass
class MemoryCurve:
    """Memory over one run: samples of (seconds, KiB)."""

    contender: str
    title: str
    count: int
    state: str = GOOD
    reasons: list[str] = field(default_factory=list)
    wall: float = 0
    rss_kib: int = 0
    samples: list[tuple[float, int]] = field(default_factory=list)


@dataclass
class SiteRun:
    """A site, crawled or fetched as a list: samples of memory as of a curve."""

    kind: str
    title: str
    pages: int
    state: str = GOOD
    reasons: list[str] = field(default_factory=list)
    wall: float = 0
    cpu: float = 0
    rss_kib: int = 0
    samples: list[tuple[float, int]] = field(default_factory=list)


@dataclass
class Start:
    """A command's whole process, in milliseconds."""

    title: str
    command: str
    state: str = GOOD
    reasons: list[str] = field(default_factory=list)
    median: float = 0
    least: float = 0
    greatest: float = 0


@dataclass
class Overlap:
    title: str
    contender: str
    milliseconds: tuple[int, ...]
    state: str = GOOD
    reasons: list[str] = field(default_factory=list)
    wall: float = 0


@dataclass
class MicroBenchmark:
    """A part of pipe: nanoseconds per `unit`, and the bytes that one goes through (0: nobody asks)."""

    name: str
    title: str
    unit: str
    cpu: Spread
    wall: Spread
    bytes: float
    rounds: int
    note: str = ""


@dataclass
class MicroBenchmarks:
    """All of them; without entries where the program could not be built or run."""

    state: str = GOOD
    reasons: list[str] = field(default_factory=list)
    entries: list[MicroBenchmark] = field(default_factory=list)


@dataclass
class Results:
    size: str
    comparisons: list[Comparison] = field(default_factory=list)
    curves: list[MemoryCurve] = field(default_factory=list)
    sites: list[SiteRun] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    micro: MicroBenchmarks | None = None  # None: left out of this run
    machine: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def comparison(self, name: str) -> Comparison | None:
        return next((comparison for comparison in self.comparisons if comparison.name == name), None)

    def curve(self, contender: str, longest: bool) -> MemoryCurve | None:
        mine = [curve for curve in self.curves if curve.contender == contender and curve.state == GOOD]
        if not mine:
            return None
        return (max if longest else min)(mine, key=lambda curve: curve.count)

    def site(self, kind: str, longest: bool = True) -> SiteRun | None:
        """The run of a kind, where its figures count."""
        runs = [run for run in self.sites if run.kind == kind and run.state == GOOD]
        return (max if longest else min)(runs, key=lambda run: run.pages, default=None)

    def bytes_a_url(self) -> float | None:
        """What a crawl's memory grows by for each URL that it has seen.

        Fewer URLs than some hundred thousand do not show beside what changes from run to run.
        """
        short, long = self.site("crawl", longest=False), self.site("crawl")
        if short is None or long is None or long.pages - short.pages < 500_000:
            return None
        return (long.rss_kib - short.rss_kib) * 1024 / (long.pages - short.pages)

    def failures(self) -> list[str]:
        """Everyone who should have worked and did not."""
        found = [
            f"{comparison.name}: {entry.contender}: {'; '.join(entry.reasons)}"
            for comparison in self.comparisons for entry in comparison.entries if entry.state == DISQUALIFIED
        ]
        for name, kind in (
            ("memory", self.curves), ("start", self.starts), ("overlap", self.overlaps), ("crawl", self.sites)
        ):
            found += [f"{name}: {item.title}: {'; '.join(item.reasons)}" for item in kind if item.state == DISQUALIFIED]
        if self.micro and self.micro.state == DISQUALIFIED:
            found.append(f"micro: {'; '.join(self.micro.reasons)}")
        return found

    def unbuilt(self) -> set[str]:
        """Names of the workloads in which pipe did not run."""
        found = {
            comparison.name for comparison in self.comparisons for entry in comparison.entries
            if entry.contender == "pipe" and entry.state == NOT_BUILT
        }
        if any(curve.state == NOT_BUILT for curve in self.curves):
            found.add("memory")
        if any(run.state == NOT_BUILT for run in self.sites):
            found.add("crawl")
        if any(start.state == NOT_BUILT for start in self.starts):
            found.add("start")
        if any(overlap.state == NOT_BUILT for overlap in self.overlaps):
            found.add("overlap")
        return found
