"""The micro-benchmarks: builds the program that measures pipe's parts, runs it, reads its lines."""

from __future__ import annotations

import json
import shutil
import subprocess

from harness import paths
from harness.progress import say
from harness.results import DISQUALIFIED, GOOD, NOT_BUILT, MicroBenchmark, MicroBenchmarks
from harness.start import SPEC
from harness.summary import Spread

PROGRAM = "PipeMicrobenchmarks"
BUILD = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", PROGRAM]
# A build from nothing compiles the product as well; a run takes about 10 seconds.
BUILD_LIMIT, RUN_LIMIT = 900, 120


def measure(size: str) -> MicroBenchmarks:
    found = MicroBenchmarks()
    command = [str(paths.REPOSITORY / ".build" / "release" / PROGRAM), "--pages", str(paths.FIXTURE / "p"),
               "--spec", str(SPEC)]
    if size == "tiny":
        command.append("--quick")
    if shutil.which("swift") is None:
        found.state, found.reasons = NOT_BUILT, ["there is no swift to build it with"]
        return found
    say("micro", PROGRAM, "building")
    if execute(found, BUILD, BUILD_LIMIT) is None:
        return found
    output = execute(found, command, RUN_LIMIT)
    if output is not None:
        try:
            found.entries = [read(line) for line in output.splitlines()]
        except (ValueError, KeyError, TypeError) as error:
            found.state, found.reasons = DISQUALIFIED, [f"its output cannot be read: {error!r}"]
    if found.state == GOOD and not found.entries:
        found.state, found.reasons = DISQUALIFIED, ["it measured nothing"]
    say("micro", PROGRAM, f"{len(found.entries)} measured {'; '.join(found.reasons)}")
    return found


def execute(found: MicroBenchmarks, command: list[str], limit: float) -> str | None:
    """What the command prints; None, and the reason in `found`, where it fails."""
    try:
        result = subprocess.run(command, cwd=paths.REPOSITORY, capture_output=True, text=True, timeout=limit)
    except (OSError, subprocess.TimeoutExpired) as error:
        found.state, found.reasons = DISQUALIFIED, [paths.shown(str(error))[:200]]
        return None
    if result.returncode == 0:
        return result.stdout
    said = result.stdout.splitlines() + result.stderr.splitlines()
    # Of a failed build the first error says more than the last line.
    reason = next((line for line in said if "error:" in line), said[-1] if said else f"exit code {result.returncode}")
    found.state, found.reasons = DISQUALIFIED, [paths.shown(reason)[:200]]
    return None


def read(line: str) -> MicroBenchmark:
    """One line of the program's output. Raises ValueError, KeyError or TypeError where it is none."""
    values = json.loads(line)
    return MicroBenchmark(
        values["name"], values["title"], values["unit"], Spread(*values["cpu_ns"]), Spread(*values["wall_ns"]),
        values["bytes"], values["rounds"], values["note"])
