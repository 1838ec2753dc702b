"""Whether what a process holds stays as it is over a long run."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from harness.processes import children


@dataclass(frozen=True)
class Held:
    """What the process held at one moment."""

    rss_kib: int
    descriptors: int
    threads: int


def look(launcher: int, kib: int) -> Held | None:
    """What the one child of `launcher` holds; None once it is gone."""
    for process in children(launcher):
        try:
            descriptors = sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())
            threads = sum(1 for _ in Path(f"/proc/{process}/task").iterdir())
        except OSError:
            return None
        return Held(kib, descriptors, threads)
    return None


@dataclass(frozen=True)
class Flatness:
    """The second fifth of a run beside its last: the first is the warm-up, and the end itself is left out."""

    name: str
    unit: str
    early: float  # medians
    late: float
    most: float  # of all samples
    allowed_late: float
    allowed_most: float

    @property
    def reasons(self) -> list[str]:
        found = []
        if self.late > self.allowed_late:
            found.append(f"{self.name} grows: {self.early:.1f} {self.unit} after the warm-up, {self.late:.1f} at the "
                         f"end, {self.allowed_late:.1f} at most")
        if self.most > self.allowed_most:
            found.append(f"{self.name}: {self.most:.1f} {self.unit} at the peak, {self.allowed_most:.1f} at most")
        return found


def flatness(
    name: str, unit: str, samples: list[tuple[float, float]], wall: float, factor: float, slack: float, most: float,
) -> Flatness:
    """`late` may be `early` × `factor` + `slack`; samples are (seconds since the start, value)."""

    def median(start: float, stop: float) -> float:
        part = [value for moment, value in samples if start * wall <= moment < stop * wall]
        if not part:
            raise ValueError(f"no samples of {name} between {start:.0%} and {stop:.0%} of the run")
        return statistics.median(part)

    # What runs last is what waits: a run ebbs away in its last moments.
    early, late = median(0.2, 0.4), median(0.75, 0.95)
    return Flatness(name, unit, early, late, max(value for _, value in samples), early * factor + slack, most)
