"""Workloads (g) and (h): the start of a whole process, and answers that take their time."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

from harness import paths, processes
from harness.comparison import Runner, fresh, shown_command
from harness.progress import say
from harness.results import DISQUALIFIED, NOT_BUILT, Overlap, Start
from harness.servers import with_system_folders
from harness.workloads import OverlapWorkload, StartWorkload

SPEC = paths.SPECS / "hundred-lines.yaml"


def commands() -> list[tuple[str, list[str]]]:
    """What is started: pipe, and the least that the others can do."""
    tools = paths.ENVIRONMENT / "bin"
    return [
        ("pipe", [str(paths.pipe_binary()), "validate", str(SPEC)]),
        ("curl", ["curl", "--version"]),
        ("lychee", [str(tools / "lychee"), "--version"]),
        ("the tutorial script's imports", [str(paths.PYTHON), "-c", "import asyncio,csv,aiohttp,bs4"]),
        ("scrapy", [str(tools / "scrapy"), "version"]),
    ]


def measure_start(workload: StartWorkload, size: str, only_pipe: bool) -> list[Start]:
    folder = fresh(paths.RUNS / workload.name)
    found = []
    for title, command in commands():
        if only_pipe and title != "pipe":
            continue
        start = Start(title, shown_command(command))
        found.append(start)
        if title == "pipe" and not paths.pipe_binary().exists():
            start.state, start.reasons = NOT_BUILT, ["there is no release build of pipe"]
            continue
        measure_command(start, command, folder / "times.json", workload.runs[size])
        say(workload.name, title, f"{start.median:.1f} ms {'; '.join(start.reasons)}")
    return found


def measure_command(start: Start, command: list[str], export: Path, runs: int) -> None:
    trial = subprocess.run(command, capture_output=True, text=True, env=with_system_folders(), timeout=60)
    if trial.returncode != 0:
        said = (trial.stderr.strip() or trial.stdout.strip() or f"exit code {trial.returncode}").splitlines()[0]
        invalid = start.title == "pipe" and trial.returncode == 2
        start.state = NOT_BUILT if invalid else DISQUALIFIED
        start.reasons = [f"pipe says {paths.shown(said)[:200]!r}" if invalid else said[:200]]
        return
    # --shell=none: the shell's own start would be most of what is measured.
    subprocess.run(
        ["hyperfine", "--shell=none", "--warmup", "3", "--runs", str(runs), "--export-json", str(export),
         shlex.join(command)],
        check=True, capture_output=True, env=with_system_folders(), timeout=300)
    times = json.loads(export.read_text())["results"][0]
    start.median, start.least, start.greatest = (times[name] * 1e3 for name in ("median", "min", "max"))


OVERLAP_SPEC = """version: 1
name: bench-overlap
sources: [{{urls: [{urls}]}}]
fetch: {{allow_private: [127.0.0.1]}}
extract: {{url: url, status: status, title: title}}
sinks: [{{csv: {output}}}]
"""


def measure_overlap(runner: Runner, workload: OverlapWorkload) -> Overlap:
    milliseconds = workload.milliseconds[runner.size]
    found = Overlap("pipe", "pipe", milliseconds)
    if not paths.pipe_binary().exists():
        found.state, found.reasons = NOT_BUILT, ["there is no release build of pipe"]
        return found
    folder = fresh(paths.RUNS / workload.name)
    urls = ", ".join(f'"{runner.servers.latency}/delay/{wait}"' for wait in milliseconds)
    spec, output = folder / "spec.yaml", folder / "out.csv"
    spec.write_text(OVERLAP_SPEC.format(urls=urls, output=output))
    try:
        measured = processes.run([str(paths.pipe_binary()), "run", str(spec), "--progress", "none"], folder, 30)
    except processes.Timeout as timeout:
        found.state, found.reasons = DISQUALIFIED, [str(timeout)]
        return found
    found.wall = measured.cost.wall
    rows = output.read_text().splitlines()[1:] if output.exists() else []
    if measured.finished.exit_code == 2:
        found.state, found.reasons = NOT_BUILT, [measured.finished.errors.strip().splitlines()[0][-200:]]
    elif measured.finished.exit_code != 0 or sum(",200,later" in row for row in rows) != len(milliseconds):
        found.state = DISQUALIFIED
        found.reasons = [f"exit code {measured.finished.exit_code}, {len(rows)} rows"]
    say(workload.name, "pipe", f"{found.wall:.2f} s {'; '.join(found.reasons)}")
    return found
