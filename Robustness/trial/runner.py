"""Runs contenders over faults, each run a process with bounds of its own."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable

from harness import processes
from harness.comparison import fresh
from harness.progress import say
from trial import verdict
from trial.contender import Contender, Job
from trial.fault import Fault
from trial.site import Site
from trial.verdict import Result

SECONDS = 20.0
MOST_KIB = 1024 * 1024
SAMPLE_EVERY = 0.02


@dataclass(frozen=True)
class Runner:
    site: Site
    folder: Path

    def takes_part(self, contender: Contender, fault: Fault) -> bool:
        return contender.waits or not fault.gap

    def run(self, contender: Contender, fault: Fault) -> Result:
        folder = fresh(self.folder / fault.name / contender.name)
        # What remembers a key is shown to each contender anew.
        urls = [self.site.url(case.target.replace("{who}", contender.name)) for case in fault.cases]
        job = Job(fault, folder / "urls.txt", folder)
        job.urls.write_text("".join(url + "\n" for url in urls))
        observed = processes.observe(contender.command(job), folder, SECONDS, SAMPLE_EVERY, MOST_KIB)
        found = verdict.result(fault, contender, observed, contender.read(job, observed.finished), urls)
        self.report(found)
        if found.end == verdict.ORDERLY:
            shutil.rmtree(folder, ignore_errors=True)
        return found

    def report(self, found: Result) -> None:
        words = ", ".join(f"{count} × {what}" for what, count in found.counts.items())
        end = "" if found.end == verdict.ORDERLY else f"{found.end}: {found.detail}; "
        say(found.fault.name, found.contender.name,
            f"{end}{words}; {found.wall:.1f} s, {found.rss_kib / 1024:.0f} MiB")

    def run_all(self, pairs: Iterable[tuple[Contender, Fault]], side_by_side: int) -> list[Result]:
        """Side by side where only right and wrong count; one after the other where time does."""
        with ThreadPoolExecutor(side_by_side) as pool:
            return list(pool.map(lambda pair: self.run(*pair), pairs))
