"""The command line: faults, one process for each contender and fault, and what pipe has to do."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from pathlib import Path

from harness import installation, paths
from harness.main import interrupt
from harness.servers import ServerFailure
from trial import contender, faults, page, verdict
from trial.contender import Contender
from trial.runner import Runner
from trial.site import practice_site

BUILD = paths.REPOSITORY / ".build-robustness"


def arguments(names: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="Robustness/run", description="Shows every fault of the practice site to pipe and to others.",
        epilog="Exit status: 0 when pipe does what it has to, 1 when it does not, 2 when the harness itself fails, "
        "130 when interrupted.")
    parser.add_argument("--contender", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--only", nargs="+", metavar="FAULT", help="faults whose names begin so")
    parser.add_argument("--side-by-side", type=int, default=1, metavar="N", help="so many processes at once")
    parser.add_argument("--out", type=Path, metavar="FILE",
                        help="the page to write: docs/robustness.md for a whole run, else none")
    return parser


def install_for_pipe() -> None:
    """What runs pipe alone: nothing of the other contenders."""
    if shutil.which("gcc") is None:
        installation.install_packages()
    installation.compile_programs(["measure"])


def run(options: argparse.Namespace, contenders: list[Contender]) -> int:
    is_whole = not (options.contender or options.only)
    chosen = [one for one in contenders if not options.contender or one.name in options.contender]
    if [one.name for one in chosen] == ["pipe"]:
        install_for_pipe()
    else:
        installation.install()
    with practice_site(BUILD) as site:
        runner = Runner(site, BUILD / "runs")
        groups = faults.load(site)
        wanted = [fault for group in groups for fault in group.faults
                  if not options.only or fault.name.startswith(tuple(options.only))]
        pairs = [(one, fault) for fault in wanted for one in chosen if runner.takes_part(one, fault)]
        results = runner.run_all(pairs, options.side_by_side)
    out = options.out or (paths.DOCUMENTATION / "robustness.md" if is_whole else None)
    if out:
        page.write(groups, results, out)
    reasons = [reason for found in results if found.contender.name == "pipe" for reason in verdict.failures(found)]
    for reason in reasons:
        print(f"failed: {reason}", file=sys.stderr)
    cases = sum(len(fault.cases) for fault in wanted)
    print(f"{len(wanted)} faults, {cases:,} URLs: {len(reasons)} not as they have to be", file=sys.stderr)
    return 1 if reasons else 0


def main() -> int:
    contenders = contender.load()
    options = arguments([one.name for one in contenders]).parse_args()
    signal.signal(signal.SIGTERM, interrupt)  # so that the site ends in every case
    BUILD.mkdir(exist_ok=True)
    try:
        return run(options, contenders)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except (installation.InstallationFailure, ServerFailure) as error:
        print(f"Robustness/run: {error}", file=sys.stderr)
        return 2
