"""The command line of the benchmarks."""

from __future__ import annotations

import argparse
import dataclasses
import fcntl
import json
import resource
import signal
import sys
from pathlib import Path

from harness import comparison, contender, crawl, fixture, installation, machine, memory, micro, paths, report, servers, shop, start
from harness.progress import say
from harness.results import Results
from harness.workloads import (
    SIZES, WORKLOADS, CrawlWorkload, MemoryWorkload, OverlapWorkload, StartWorkload, Workload,
)

OPEN_FILES = 8192  # 2,000 connections, on either side of the loopback


def arguments(contenders: list[str]) -> argparse.ArgumentParser:
    names = [workload.name for workload in WORKLOADS]
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run", description="Measures pipe beside what a user would pick instead.",
        epilog="Exit status: 0 when all that should work works, 1 when a contender or pipe is disqualified, "
        "2 when the benchmarks themselves fail, 130 when interrupted.")
    parser.add_argument("--size", choices=SIZES, default="full",
                        help="full takes under 40 minutes on two cores, small about 4, tiny under 90 seconds")
    parser.add_argument("--only", nargs="+", choices=names, metavar="WORKLOAD", help=f"of {', '.join(names)}")
    parser.add_argument("--contender", nargs="+", choices=contenders, metavar="NAME",
                        help=f"of {', '.join(contenders)}; the C loop, floor, is always measured")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each comparison")
    parser.add_argument("--require", nargs="+", choices=names, default=[], metavar="WORKLOAD",
                        help="fail when pipe is not able to run these")
    parser.add_argument("--micro", action="store_true",
                        help="the micro-benchmarks as well where only a part is measured")
    parser.add_argument("--out", type=Path, metavar="FILE",
                        help="the page to write: docs/benchmarks.md for a whole run of size small or full, "
                        "else .build-bench/benchmarks.md")
    return parser


def page(options: argparse.Namespace) -> Path:
    """Only a whole run replaces the published page, unless the user says so."""
    if options.out:
        return options.out.resolve()
    partial = options.only or options.contender or options.size == "tiny"
    return (paths.BUILD if partial else paths.DOCUMENTATION) / "benchmarks.md"


def wants_micro(options: argparse.Namespace) -> bool:
    """A run of a part leaves the micro-benchmarks out, unless the user asks for them."""
    return options.micro or not (options.only or options.contender)


def measure(options: argparse.Namespace, contenders: list[contender.Contender], pages: list[fixture.Page]) -> Results:
    results = Results(options.size, machine=machine.machine(), versions=machine.versions())
    chosen = [workload for workload in WORKLOADS if not options.only or workload.name in options.only]
    with servers.serving(paths.FIXTURE, paths.RUNS / "servers") as serving:
        runner = comparison.Runner(serving, pages, options.size)
        for workload in chosen:
            if isinstance(workload, Workload):
                rounds = options.rounds or workload.rounds[options.size]
                results.comparisons.append(runner.compare(workload, contenders, rounds))
            elif isinstance(workload, MemoryWorkload):
                results.curves = memory.measure(runner, workload, contenders)
            elif isinstance(workload, StartWorkload):
                results.starts = start.measure_start(workload, options.size, only_pipe=bool(options.contender))
            elif isinstance(workload, OverlapWorkload):
                results.overlaps = [start.measure_overlap(runner, workload)]
    names = {one.name for one in contenders}
    for workload in chosen:
        if isinstance(workload, CrawlWorkload):
            results.sites = crawl.measure(workload, options.size, names)
    # Last, when the servers are gone: they measure single microseconds.
    if wants_micro(options):
        results.micro = micro.measure(options.size)
    return results


def run(options: argparse.Namespace, contenders: list[contender.Contender]) -> int:
    if options.contender:
        kept = {"floor", *options.contender}
        contenders = [one for one in contenders if one.name in kept]
    installation.install()
    pages = fixture.prepare(paths.FIXTURE)
    shop.prepare(paths.FIXTURE)
    comparison.fresh(paths.RUNS)
    results = measure(options, contenders, pages)
    out = page(options)
    (paths.BUILD / "results.json").write_text(json.dumps(dataclasses.asdict(results), indent=1))
    report.write(results, out)
    say("done", "", f"wrote {paths.shown(str(out))}")
    failures = results.failures()
    failures += [f"{name}: pipe is required to run this and does not"
                 for name in sorted(results.unbuilt() & set(options.require))]
    for failure in failures:
        print(f"failed: {failure}", file=sys.stderr)
    return 1 if failures else 0


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    contenders = contender.load()
    options = arguments(sorted(one.name for one in contenders)).parse_args()
    if options.rounds is not None and options.rounds < 1:
        print("Benchmarks/run: --rounds needs at least 1", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, interrupt)  # so that servers end in every case
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    paths.BUILD.mkdir(exist_ok=True)
    with (paths.BUILD / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("Benchmarks/run: another run is under way", file=sys.stderr)
            return 2
        try:
            return run(options, contenders)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            return 130
        except (installation.InstallationFailure, servers.ServerFailure, report.BrokenPage) as error:
            print(f"Benchmarks/run: {error}", file=sys.stderr)
            return 2
