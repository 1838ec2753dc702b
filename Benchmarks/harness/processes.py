"""Runs one command under `measure` and, where asked, samples its memory over time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, TypeVar

from harness import paths
from harness.contender import Finished
from harness.servers import with_system_folders

PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """What one run cost: seconds, and KiB of the largest process."""

    wall: float
    cpu: float
    rss_kib: int


@dataclass(frozen=True)
class Measured:
    cost: Cost
    finished: Finished
    samples: list[tuple[float, int]]  # seconds since the start, KiB


# How a command came to its end: by itself, or ended by us.
EXITED, TIMED_OUT, TOO_LARGE = "exited", "timed out", "too large"


@dataclass(frozen=True)
class Observed:
    """What was seen of a command that need not have come to its own end.

    Where it was ended, what it cost is what was seen until then, and its exit code says nothing.
    """

    end: str
    cost: Cost
    finished: Finished
    samples: list


class Timeout(Exception):
    """The command ran longer than it may."""


def children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def resident_kib(process: int) -> int:
    """Resident memory of a process and its descendants; 0 once they are gone."""
    try:
        own = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_SIZE // 1024
    except (OSError, IndexError):
        return 0
    return own + sum(resident_kib(child) for child in children(process))


def end_group(leader: int) -> None:
    """Ends a command that leads a group of its own, and whatever it left running."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Sampler(threading.Thread):
    """Looks at what `measure` runs, again and again, and ends it where it is too large."""

    def __init__(self, launcher: int, interval: float, most_kib: int | None, look: Callable[[int], T]) -> None:
        super().__init__(daemon=True)
        self.launcher, self.interval, self.most_kib, self.look = launcher, interval, most_kib, look
        self.samples: list[tuple[float, T]] = []
        self.largest_kib, self.is_too_large = 0, False
        self.stop = threading.Event()
        self.start()

    def run(self) -> None:
        start = time.monotonic()
        while not self.stop.wait(self.interval):
            size = sum(resident_kib(child) for child in children(self.launcher))
            if not size:
                continue
            self.largest_kib = max(self.largest_kib, size)
            if self.most_kib is not None and size > self.most_kib:
                self.is_too_large = True
                end_group(self.launcher)
                return
            found = self.look(size)
            if found is not None:
                self.samples.append((time.monotonic() - start, found))


def observe(
    command: list[str], folder: Path, limit: float, sample_every: float | None = None, most_kib: int | None = None,
    look: Callable[[int, int], T] = lambda launcher, kib: kib,
) -> Observed:
    """Runs `command` in `folder`, for `limit` seconds and with `most_kib` of resident memory at most.

    `look` is what a sample is made of: it is given the id of `measure`, whose child the command is, and the KiB.
    """
    result = folder / "cost.json"
    result.unlink(missing_ok=True)
    with (folder / "stdout").open("wb") as output, (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            [str(paths.BINARIES / "measure"), str(result), *command],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
            start_new_session=True, env=with_system_folders(),
        )
    start = time.monotonic()
    sampler = None
    if sample_every is not None:
        sampler = Sampler(process.pid, sample_every, most_kib, lambda kib: look(process.pid, kib))
    end = EXITED
    try:
        process.wait(timeout=limit)
    except subprocess.TimeoutExpired:
        end = TIMED_OUT
    finally:
        end_group(process.pid)
        process.wait()
        if sampler is not None:
            sampler.stop.set()
            sampler.join()
    wall = time.monotonic() - start
    if sampler is not None and sampler.is_too_large:
        end = TOO_LARGE
    said = [(folder / name).read_text(errors="replace") for name in ("stdout", "stderr")]
    samples = sampler.samples if sampler else []
    if end == EXITED:
        cost = json.loads(result.read_text())
        return Observed(
            end, Cost(cost["wall"], cost["user"] + cost["system"], cost["max_rss_kib"]),
            Finished(cost["exit"], cost["signal"], *said, cost["wall"]), samples)
    largest = sampler.largest_kib if sampler else 0
    return Observed(end, Cost(wall, 0, largest), Finished(-1, signal.SIGKILL, *said, wall), samples)


def run(command: list[str], folder: Path, limit: float, sample_every: float | None = None) -> Measured:
    """Runs `command` in `folder` to its end, for `limit` seconds at most."""
    observed = observe(command, folder, limit, sample_every)
    if observed.end != EXITED:
        raise Timeout(f"not done within {limit:.0f} s")
    return Measured(observed.cost, observed.finished, observed.samples)
