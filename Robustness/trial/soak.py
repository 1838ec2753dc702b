"""A long run of pipe over all faults at once: it must neither grow, nor hang, nor lose or mistake a request."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections import Counter
from pathlib import Path

from harness import installation, paths, processes
from harness.comparison import fresh
from harness.main import interrupt
from harness.progress import say
from harness.servers import ServerFailure
from trial import page, verdict
from trial.contender import Row
from trial.contenders import pipe
from trial.endurance import Flatness, Held, flatness, look
from trial.main import BUILD, install_for_pipe
from trial.mixture import HOSTS, Mixture, Planned
from trial.site import Site, practice_site
from trial.soaked import BODY_SLACK, CONCURRENCY, PER_HOST, Size, Soaked, section

MOST_KIB = 160 * 1024

SPEC = """version: 1
name: soak
sources: [{{file: {urls}}}]
fetch:
  concurrency: {concurrency}
  per_host: {{concurrency: {per_host}, rate: {rate}/m}}
  timeout: 2s
  http: 1.1
  allow_private: [127.0.0.1, 127.1.0.0/16]
  retry: {{attempts: 1}}
extract: [{fields}]
sinks: [{{jsonl: {output}}}]
"""


SIZES = {"full": Size(200_000, 600, 0.5), "short": Size(10_000, 30, 0.1)}


def check_rows(planned: list[Planned], output: Path) -> tuple[Counter, list[str]]:
    """Each request has one row, and it is what it has to be. The rows are not all held at once."""
    awaited = {one.url: one for one in planned}
    codes: Counter = Counter()
    wrong: Counter = Counter()
    reasons: list[str] = []
    with output.open() as lines:
        for line in lines:
            row = pipe.row(line)
            one = awaited.pop(row.url, None)
            codes[row.error.split(":")[0] if row.error else "no error"] += 1
            if one is None:
                reasons.append(f"a row too many, or of a URL that is not in the list: {row.url}")
            elif one.expected and (what := verdict.mismatch(row, one.expected)) and not is_excused(row, one):
                wrong[one.fault] += 1
                if wrong[one.fault] <= 2:
                    reasons.append(f"{one.fault}: {row.url}: {what}")
    reasons += [f"{name}: {count} rows are wrong" for name, count in wrong.items() if count > 2]
    if awaited:
        reasons.append(f"{len(awaited)} requests have no row, such as {next(iter(awaited))}")
    return codes, reasons


def is_excused(row: Row, one: Planned) -> bool:
    """Whether a request fared otherwise than it does alone, and rightly so: a reset may come before what was sent ahead
    of it on a connection that is in use, and a port without connections is given up for a while."""
    if row.status is not None or row.error is None:
        return False
    if one.is_port:
        return row.error.endswith("(its host was given up for now)")
    return "reset" in one.url and row.error.startswith("connect")


def check_site(site: Site) -> list[str]:
    """What the site saw of the limits per host. A request that was given up can still be on its way to its end there
    while the next one begins."""
    hosts = site.stats()["hosts"]
    return [f"{host} had {count['peak']} requests in flight, not {PER_HOST}" for host, count in hosts.items()
            if host in HOSTS and count["peak"] > PER_HOST + 2]


def check_holds(samples: list[tuple[float, Held]], wall: float) -> list[Flatness]:
    def values(read) -> list[tuple[float, float]]:
        return [(moment, read(held)) for moment, held in samples]

    # Idle connections are kept up to the concurrency, or 16.
    descriptors = 2 * CONCURRENCY + 64
    return [
        flatness("resident memory", "MiB", values(lambda held: held.rss_kib / 1024), wall, 1.05, BODY_SLACK,
                 MOST_KIB / 1024),
        flatness("open descriptors", "", values(lambda held: held.descriptors), wall, 1.10, 32, descriptors),
        flatness("threads", "", values(lambda held: held.threads), wall, 1.0, 2, 32),
    ]


def soak(size: Size, site: Site, folder: Path) -> Soaked:
    planned = Mixture(site).plan(size.requests)
    urls, output, spec = folder / "urls.txt", folder / "out.jsonl", folder / "spec.yaml"
    urls.write_text("".join(one.url + "\n" for one in planned))
    rate = round(size.requests / len(HOSTS) / size.seconds * 60)
    spec.write_text(SPEC.format(
        urls=urls, concurrency=CONCURRENCY, per_host=PER_HOST, rate=rate, fields=pipe.FIELDS, output=output))
    say("soak", "pipe", f"{size.requests:,} requests to {len(HOSTS)} hosts, {rate} a minute each")
    command = [str(paths.pipe_binary()), "run", str(spec), "--progress", "plain"]
    limit = size.seconds * 1.25 + 60
    observed = processes.observe(command, folder, limit, size.every, MOST_KIB * 4, look)
    if observed.end != processes.EXITED:
        return Soaked(size, observed.cost.wall, Counter(), [], observed.samples,
                      [f"{observed.end} after {observed.cost.wall:.0f} s and {observed.cost.rss_kib / 1024:.0f} MiB"])
    reasons = []
    finished = observed.finished
    if finished.exit_code or finished.signal:
        said = finished.errors[-500:]
        return Soaked(size, observed.cost.wall, Counter(), [], observed.samples,
                      [f"exit {finished.exit_code}, signal {finished.signal}: {said}"])
    count = size.requests
    if f"{count:,} read, {count:,} recorded, none lost" not in finished.errors:
        reasons.append(f"it says of itself: {finished.errors.strip().splitlines()[-1:]}")
    codes, wrong = check_rows(planned, output)
    holds = check_holds(observed.samples, observed.cost.wall)
    reasons += wrong + check_site(site) + [reason for one in holds for reason in one.reasons]
    return Soaked(size, observed.cost.wall, codes, holds, observed.samples, reasons)


def main() -> int:
    parser = argparse.ArgumentParser(prog="Robustness/soak", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full", help="full takes 10 minutes, short one")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the page: docs/robustness.md for a full run")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    size = SIZES[options.size]
    out = options.out or (paths.DOCUMENTATION / "robustness.md" if options.size == "full" else None)
    folder = fresh(BUILD / "soak")
    try:
        install_for_pipe()
        with practice_site(folder, ["127.0.0.1", *HOSTS]) as site:
            found = soak(size, site, folder)
    except KeyboardInterrupt:
        return 130
    except (installation.InstallationFailure, ServerFailure) as error:
        print(f"Robustness/soak: {error}", file=sys.stderr)
        return 2
    for one in found.holds:
        say("soak", one.name, f"{one.early:.1f} {one.unit} early, {one.late:.1f} late, {one.most:.1f} at the peak")
    say("soak", "rows", json.dumps(found.codes))
    for reason in found.reasons:
        print(f"failed: {reason}", file=sys.stderr)
    say("soak", "done", f"{found.wall:.1f} s, {len(found.reasons)} not as it has to be")
    if out and not found.reasons:
        page.update(out.resolve(), {"soak": section(found, out.resolve().parent / out.stem)})
    return 1 if found.reasons else 0
