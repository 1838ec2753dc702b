"""What a soak found, and its section of the page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from harness import charts
from harness.memory import thinned
from harness.tables import table
from trial.endurance import Flatness, Held
from trial.mixture import HOSTS

CONCURRENCY, PER_HOST = 256, 8
# MiB: a body at the limit of 10 MiB is there or it is not, and the allocator keeps its memory for the next one. What
# leaks 100 bytes a request is found out all the same, in 200,000 of them.
BODY_SLACK = 16


@dataclass(frozen=True)
class Size:
    requests: int
    seconds: int
    every: float  # seconds between two samples


@dataclass(frozen=True)
class Soaked:
    size: Size
    wall: float
    codes: Counter
    holds: list[Flatness]
    samples: list[tuple[float, Held]]
    reasons: list[str]


def section(found: Soaked, folder: Path) -> str:
    """The page's section, with its charts written beside the page."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {
        "memory": ("Memory over the run", "resident MiB over the share of the run",
                   [("pipe", lambda held: held.rss_kib / 1024)]),
        "descriptors": ("Descriptors and threads over the run", "open at once, over the share of the run",
                        [("descriptors", lambda held: held.descriptors), ("threads", lambda held: held.threads)]),
    }
    pictures = []
    for name, (title, note, lines) in drawn.items():
        points = [charts.Line(label, [(moment / found.wall, value) for moment, value in thinned(
            [(moment, read(held)) for moment, held in found.samples])]) for label, read in lines]
        (folder / f"soak-{name}.svg").write_text(charts.line_chart(title, note, points))
        pictures.append(f"![{title}]({folder.name}/soak-{name}.svg)")
    rows = [[one.name, f"{one.early:.1f} {one.unit}", f"{one.late:.1f} {one.unit}", f"{one.most:.1f} {one.unit}",
             f"{one.allowed_late:.1f} and {one.allowed_most:.0f}"] for one in found.holds]
    codes = ", ".join(f"{count:,} × {code if code == 'no error' else f'`{code}`'}"
                      for code, count in found.codes.most_common())
    return "\n\n".join([
        f"{found.size.requests:,} requests to {len(HOSTS)} hosts of loopback in {found.wall:.0f} s, at most "
        f"{CONCURRENCY} at once and {PER_HOST} for each host: four in ten are pages, the others every fault of this "
        f"page, but for those of kept connections. Each request has one row, and each row is what the fault's table "
        f"demands: {codes}.",
        "Flat means that the median over a late fifth of the run (75 to 95 %) is not above that over an early one (20 "
        f"to 40 %) by more than what is allowed: 5 % and {BODY_SLACK} MiB of memory (a body at the limit of 10 MiB is "
        "there or is not), 10 % and 32 descriptors, 2 threads.",
        table(["", "20 to 40 %", "75 to 95 %", "peak", "allowed late, and at the peak"], rows, 1),
        *pictures,
    ])
