"""pipe itself."""

from __future__ import annotations

import json

from harness import paths
from harness.contender import Finished
from trial.contender import Contender, Findings, Job, Row
from trial.fault import TIMEOUT

FIELDS = "url, status, title, length, truncated, elapsed, error"

# The rows of a run that does not end well are looked at, too: publish: live.
SPEC = """version: 1
name: {name}
sources: [{{file: {urls}}}]
fetch:
  concurrency: {concurrency}
  per_host: {{concurrency: {concurrency}{delay}}}
  timeout: {timeout}
  http: 1.1
  allow_private: [127.0.0.1]
  retry: {{attempts: {attempts}}}
extract: [{fields}]
sinks: [{{jsonl: {{path: {output}, publish: live}}}}]
"""


def seconds(value: float) -> str:
    return f"{value * 1000:.0f}ms"


def write_spec(job: Job) -> str:
    fault = job.fault
    return SPEC.format(
        name=fault.name, urls=job.urls, concurrency=fault.concurrency, timeout=seconds(TIMEOUT), fields=FIELDS,
        delay=f", delay: {seconds(fault.gap)}" if fault.gap else "", attempts=fault.attempts,
        output=job.folder / "out.jsonl")


def command(job: Job) -> list[str]:
    spec = job.folder / "spec.yaml"
    spec.write_text(write_spec(job))
    return [str(paths.pipe_binary()), "run", str(spec), "--progress", "plain"]


def row(line: str) -> Row:
    found = json.loads(line)
    return Row(found["url"], found["status"], found["title"], found["length"], found["error"], found["truncated"],
               found["elapsed"])


def read(job: Job, finished: Finished) -> Findings:
    output = job.folder / "out.jsonl"
    lines = output.read_text().splitlines() if output.exists() else []
    balance = next((line.split("accounted")[1].strip() for line in finished.errors.splitlines()
                    if line.startswith("  accounted")), "")
    return Findings([row(line) for line in lines], balance=balance)


CONTENDER = Contender("pipe", "pipe", command, read)
