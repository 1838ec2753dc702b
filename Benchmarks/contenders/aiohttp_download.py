"""aiohttp without parsing, on asyncio's own loop and on uvloop."""

from functools import partial

from harness import checks, paths
from harness.contender import DOWNLOAD, FETCH_ONLY, Contender, Finished, Job, Verdict


def command(loop: str, job: Job) -> list[str]:
    script = paths.PROGRAMS / "download.py"
    return [str(paths.PYTHON), str(script), str(job.urls), str(job.output), str(job.concurrency), loop]


def check(job: Job, finished: Finished) -> Verdict:
    return checks.check_csv(job, finished, checks.COLUMNS[DOWNLOAD])


CONTENDERS = [
    Contender("aiohttp", "aiohttp, no parsing", FETCH_ONLY, {DOWNLOAD: 220}, partial(command, "asyncio"), check),
    Contender("uvloop", "aiohttp on uvloop, no parsing", FETCH_ONLY, {DOWNLOAD: 180},
              partial(command, "uvloop"), check),
]
