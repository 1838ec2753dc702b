"""Runs a workload: every contender over the same list, round after round, interleaved."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from harness import fixture, paths, processes
from harness.contender import Contender, Job
from harness.progress import say
from harness.results import DISQUALIFIED, NOT_BUILT, OUTSIDE, Comparison, Entry, Run
from harness.servers import Servers
from harness.workloads import Workload

# A run may take this much longer than planned before it is ended: machines differ.
PATIENCE, LEAST_LIMIT = 12, 60.0

# What a shell takes as it stands; "$" is there for $RUNS alone.
PLAIN_PART = re.compile(r"[$\w./:=,@+-]+$")


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def shown_command(command: list[str]) -> str:
    """The command as documentation shows it: no folders or ports of this run."""
    parts = [paths.shown(part) for part in command]
    text = " ".join(part if PLAIN_PART.match(part) else f"'{part}'" for part in parts)
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)


class Runner:
    """Runs contenders one at a time against the servers."""

    def __init__(self, servers: Servers, pages: list[fixture.Page], size: str) -> None:
        self.servers, self.pages, self.size = servers, pages, size

    def url_list(self, server: str, count: int, folder: str = "p") -> Path:
        path = paths.RUNS / "lists" / f"{server}-{folder}-{count}.txt"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fixture.write_urls(path, self.servers.base(server), count, folder)
        return path

    def job(self, workload: Workload, contender: Contender) -> Job:
        count = workload.pages_of(contender, self.size)
        return Job(
            workload.work_of(contender), self.url_list(workload.server, count, workload.folder), count, workload.concurrency,
            self.servers.base(workload.server), fresh(paths.RUNS / workload.name / contender.name), self.pages,
        )

    def compare(self, workload: Workload, contenders: list[Contender], rounds: int) -> Comparison:
        entries, taking_part = [], []
        for contender in contenders:
            outside = workload.admits(contender)
            if outside and not outside.startswith("at most"):
                continue
            entry = Entry(contender.name, contender.title, contender.does, 0, "", note=contender.note)
            entries.append(entry)
            absence = contender.absence()
            if outside or absence:
                entry.state = OUTSIDE if outside else NOT_BUILT
                entry.reasons = [outside or absence or ""]
            else:
                entry.pages = workload.pages_of(contender, self.size)
                taking_part.append((contender, entry))
        for number in range(rounds):
            # The order turns, so that nobody always runs after the same neighbour.
            turn = number % max(1, len(taking_part))
            for contender, entry in taking_part[turn:] + taking_part[:turn]:
                if entry.state not in (DISQUALIFIED, NOT_BUILT):
                    self.measure(workload, contender, entry, number)
        return Comparison(
            workload.letter, workload.name, workload.title, workload.concurrency, workload.server, rounds, entries)

    def measure(self, workload: Workload, contender: Contender, entry: Entry, number: int) -> None:
        job = self.job(workload, contender)
        command = contender.command(job)
        entry.command = shown_command(command)
        limit = max(LEAST_LIMIT, workload.seconds[self.size] * PATIENCE)
        try:
            measured = processes.run(command, job.folder, limit)
        except processes.Timeout as timeout:
            entry.disqualify([str(timeout)])
            say(workload.name, contender.name, str(timeout))
            return
        refusal = contender.refusal(measured.finished)
        if refusal:
            entry.state, entry.reasons = NOT_BUILT, [refusal]
            say(workload.name, contender.name, refusal)
            return
        done, reasons = contender.check(job, measured.finished)
        cost = measured.cost
        if reasons:
            entry.disqualify(reasons)
            say(workload.name, contender.name, "disqualified: " + "; ".join(reasons))
            return
        entry.runs.append(Run(number, done, cost.wall, cost.cpu, cost.rss_kib))
        say(
            workload.name, contender.name,
            f"round {number + 1}: {done:,} pages, {cost.wall:.2f} s, {cost.cpu / done * 1e6:,.0f} µs CPU a page, "
            f"{cost.rss_kib / 1024:.0f} MiB",
        )
        shutil.rmtree(job.folder, ignore_errors=True)
