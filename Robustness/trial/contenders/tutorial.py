"""The tutorial script that pipe replaces: aiohttp and BeautifulSoup."""

from harness import paths
from harness.contender import Finished
from trial.contender import Contender, Findings, Job, Row, number, read_csv
from trial.fault import TIMEOUT


def command(job: Job) -> list[str]:
    return [str(paths.PYTHON), str(paths.PROGRAMS / "tutorial.py"), str(job.urls), str(job.folder / "out.csv"),
            str(job.fault.concurrency), "title", "html.parser", str(TIMEOUT)]


def read(job: Job, _: Finished) -> Findings:
    rows = read_csv(job.folder / "out.csv")
    # It writes str(error), which is empty for some: such a row has neither status nor error.
    return Findings([
        Row(row["url"], number(row["status"]), row["title"] or None, number(row["length"]),
            None if row["status"] else row["error"]) for row in rows])


CONTENDER = Contender(
    "tutorial", "tutorial script", command, read, waits=False,
    note="aiohttp and BeautifulSoup as tutorials write it; its length counts characters")
