"""aiohttp with selectolax, whose parser (Lexbor) and selectors are C's."""

from harness import checks, paths
from harness.contender import FULL, ITEMS, Contender, Finished, Job, Verdict


def command(job: Job) -> list[str]:
    script = paths.PROGRAMS / "products.py"
    return [str(paths.PYTHON), str(script), str(job.urls), str(job.output), str(job.concurrency)]


def check(job: Job, finished: Finished) -> Verdict:
    return checks.check_csv(job, finished, checks.COLUMNS[job.work])


CONTENDERS = [Contender("selectolax", "aiohttp with selectolax", FULL, {ITEMS: 3000}, command, check)]
