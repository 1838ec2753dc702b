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

from harness import paths
from harness.contender import Finished
from harness.servers import with_system_folders

PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


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


def sample(launcher: int, interval: float, stop: threading.Event, into: list[tuple[float, int]]) -> None:
    start = time.monotonic()
    while not stop.wait(interval):
        size = sum(resident_kib(child) for child in children(launcher))
        if size:
            into.append((time.monotonic() - start, size))


def run(command: list[str], folder: Path, limit: float, sample_every: float | None = None) -> Measured:
    """Runs `command` in `folder`, for `limit` seconds at most."""
    result = folder / "cost.json"
    with (folder / "stdout").open("wb") as output, (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            [str(paths.BINARIES / "measure"), str(result), *command],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
            start_new_session=True, env=with_system_folders(),
        )
    samples: list[tuple[float, int]] = []
    stop = threading.Event()
    sampler = None
    if sample_every is not None:
        sampler = threading.Thread(target=sample, args=(process.pid, sample_every, stop, samples), daemon=True)
        sampler.start()
    try:
        process.wait(timeout=limit)
    except subprocess.TimeoutExpired:
        raise Timeout(f"not done within {limit:.0f} s") from None
    finally:
        # The command leads a group of its own: whatever it left running ends here.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        stop.set()
        if sampler is not None:
            sampler.join()
    cost = json.loads(result.read_text())
    finished = Finished(
        cost["exit"], cost["signal"], (folder / "stdout").read_text(errors="replace"),
        (folder / "stderr").read_text(errors="replace"), cost["wall"],
    )
    return Measured(Cost(cost["wall"], cost["user"] + cost["system"], cost["max_rss_kib"]), finished, samples)
