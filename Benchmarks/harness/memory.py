"""Workload (e): resident memory over time, for a short list and for a long one."""

from __future__ import annotations

import shutil

from harness import processes
from harness.comparison import Runner, fresh
from harness.contender import DOWNLOAD, TITLE, Contender, Job
from harness import paths
from harness.progress import say
from harness.results import DISQUALIFIED, NOT_BUILT, MemoryCurve
from harness.workloads import MemoryWorkload

MOST_SAMPLES = 200


def thinned(samples: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """At most MOST_SAMPLES of them; of each group the largest, so that no peak is lost."""
    step = -(-len(samples) // MOST_SAMPLES)
    groups = [samples[start:start + step] for start in range(0, len(samples), step or 1)]
    return [max(group, key=lambda sample: sample[1]) for group in groups]


def measure(runner: Runner, workload: MemoryWorkload, contenders: list[Contender]) -> list[MemoryCurve]:
    by_name = {contender.name: contender for contender in contenders}
    short, long = workload.short[runner.size], workload.long[runner.size]
    plan = [(name, short) for name in workload.beside] + [("pipe", short), ("pipe", long)]
    return [curve(runner, workload, by_name[name], count) for name, count in plan if name in by_name]


def curve(runner: Runner, workload: MemoryWorkload, contender: Contender, count: int) -> MemoryCurve:
    found = MemoryCurve(contender.name, contender.title, count)
    absence = contender.absence()
    if absence:
        found.state, found.reasons = NOT_BUILT, [absence]
        return found
    work = TITLE if TITLE in contender.cost else DOWNLOAD
    expected = count * contender.cost[work] / 1e6
    job = Job(work, runner.url_list("plain", count), count, 100, runner.servers.plain,
              fresh(paths.RUNS / workload.name / contender.name), runner.pages)
    try:
        measured = processes.run(
            contender.command(job), job.folder, max(60.0, expected * 8), sample_every=min(0.25, expected / 100))
    except processes.Timeout as timeout:
        found.state, found.reasons = DISQUALIFIED, [str(timeout)]
        return found
    refusal = contender.refusal(measured.finished)
    if refusal:
        found.state, found.reasons = NOT_BUILT, [refusal]
        return found
    _, reasons = contender.check(job, measured.finished)
    if reasons:
        found.state, found.reasons = DISQUALIFIED, reasons
    found.wall, found.rss_kib = measured.cost.wall, measured.cost.rss_kib
    found.samples = thinned(measured.samples)
    say(workload.name, contender.name,
        f"{count:,} URLs: {found.wall:.1f} s, at most {found.rss_kib / 1024:.0f} MiB {'; '.join(reasons)}")
    shutil.rmtree(job.folder, ignore_errors=True)
    return found
