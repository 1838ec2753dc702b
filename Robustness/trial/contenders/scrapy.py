"""Scrapy, with the spider of the benchmarks. What fails stands in its log and nowhere else."""

import re

from harness import paths
from harness.contender import Finished
from trial.contender import Contender, Findings, Job, Row, number, read_csv
from trial.fault import TIMEOUT

# "Error downloading <GET http://…>", "Spider error processing <GET http://…>", and what is only said on the level of
# DEBUG, which is the default: "Discarding <GET …>: max redirections reached", "Filtered duplicate request: <GET …>".
FAILURE = re.compile(
    r"\[scrapy[^\]]*\] (?:ERROR: [^<\n]*|DEBUG: (?:Discarding|Filtered duplicate request:|Ignoring response) )"
    r"<(?:GET|\d+) ([^>\n]+)>")
STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[", re.MULTILINE)


def command(job: Job) -> list[str]:
    fault = job.fault
    settings = {
        "CONCURRENT_REQUESTS": fault.concurrency, "CONCURRENT_REQUESTS_PER_DOMAIN": fault.concurrency,
        "DOWNLOAD_TIMEOUT": TIMEOUT, "DOWNLOAD_DELAY": fault.gap, "RANDOMIZE_DOWNLOAD_DELAY": "False",
        "RETRY_ENABLED": fault.attempts > 1, "RETRY_TIMES": fault.attempts - 1, "HTTPERROR_ALLOW_ALL": "True",
        "ROBOTSTXT_OBEY": "False", "TELNETCONSOLE_ENABLED": "False",
    }
    options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    return [
        str(paths.ENVIRONMENT / "bin" / "scrapy"), "runspider", str(paths.PROGRAMS / "spider.py"),
        "-a", f"urls={job.urls}", "-a", "work=title", "-O", f"{job.folder / 'out.csv'}:csv", *options,
    ]


def last_words(entry: str) -> str:
    lines = [line for line in entry.strip().splitlines() if line and not line.startswith((" ", "Traceback"))]
    return lines[-1][:200] if lines else ""


def read(job: Job, finished: Finished) -> Findings:
    rows = read_csv(job.folder / "out.csv")
    told = {}
    starts = [match.start() for match in STAMP.finditer(finished.errors)] + [len(finished.errors)]
    for start, stop in zip(starts, starts[1:]):
        entry = finished.errors[start:stop]
        match = FAILURE.search(entry)
        if match:
            told[match[1]] = last_words(entry)
    return Findings([Row(row["url"], number(row["status"]), row["title"] or None, number(row["length"]), None)
                     for row in rows], told)


CONTENDER = Contender("scrapy", "Scrapy", command, read, note="an error stands in its log; there is no row of it")
