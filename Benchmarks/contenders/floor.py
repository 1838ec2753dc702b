"""The floor: libcurl's own loop in C, which only downloads."""

from harness import checks, paths
from harness.contender import DOWNLOAD, FETCH_ONLY, Contender, Job


def command(job: Job) -> list[str]:
    return [str(paths.BINARIES / "floor"), str(job.urls), str(job.concurrency)]


CONTENDERS = [
    Contender("floor", "C, libcurl + epoll", FETCH_ONLY, {DOWNLOAD: 35}, command, checks.check_tally),
]
