"""Scrapy with a spider of its own, limits per host off."""

from harness import checks, paths
from harness.contender import CSS, FULL, ITEMS, LINKS, TITLE, Contender, Finished, Job, Verdict


def command(job: Job) -> list[str]:
    settings = {
        "CONCURRENT_REQUESTS": job.concurrency, "CONCURRENT_REQUESTS_PER_DOMAIN": job.concurrency,
        "LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": "False", "TELNETCONSOLE_ENABLED": "False",
    }
    options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    return [
        str(paths.ENVIRONMENT / "bin" / "scrapy"), "runspider", str(paths.PROGRAMS / "spider.py"),
        "-a", f"urls={job.urls}", "-a", f"work={job.work}", "-O", f"{job.output}:csv", *options,
    ]


def check(job: Job, finished: Finished) -> Verdict:
    return checks.check_csv(job, finished, checks.COLUMNS[job.work])


CONTENDERS = [
    Contender("scrapy", "Scrapy", FULL, {TITLE: 3900, LINKS: 5000, CSS: 4500, ITEMS: 30_000}, command, check),
]
