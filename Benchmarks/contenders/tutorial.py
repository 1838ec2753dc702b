"""The tutorial script that pipe replaces, with both parsers that people use."""

from functools import partial

from harness import checks, paths
from harness.contender import CSS, FULL, LINKS, TITLE, Contender, Finished, Job, Verdict


def command(parser: str, job: Job) -> list[str]:
    script = paths.PROGRAMS / "tutorial.py"
    return [
        str(paths.PYTHON), str(script), str(job.urls), str(job.output), str(job.concurrency), job.work, parser,
    ]


def check(job: Job, finished: Finished) -> Verdict:
    # len(html) counts characters: that is what such scripts write.
    return checks.check_csv(job, finished, checks.COLUMNS[job.work], unit="characters")


CONTENDERS = [
    Contender("tutorial", "tutorial script (html.parser)", FULL, {TITLE: 8500, LINKS: 9000, CSS: 10000},
              partial(command, "html.parser"), check, note="its length counts characters"),
    Contender("tutorial-lxml", "tutorial script (lxml)", FULL, {TITLE: 5000, LINKS: 5500, CSS: 6000},
              partial(command, "lxml"), check, note="its length counts characters"),
]
