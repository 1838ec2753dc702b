"""curl --parallel over a config file of URLs."""

from harness import checks
from harness.contender import DOWNLOAD, FETCH_ONLY, Contender, Finished, Job, Verdict


def command(job: Job) -> list[str]:
    config = job.folder / "urls.config"
    with job.urls.open() as urls, config.open("w") as file:
        for line in urls:
            file.write(f'url = "{line.strip()}"\noutput = "/dev/null"\n')
    return [
        "curl", "--disable", "--silent", "--show-error", "--parallel", "--parallel-immediate",
        "--parallel-max", str(job.concurrency), "--write-out", "%{http_code} %{size_download}\\n",
        "--config", str(config),
    ]


def check(job: Job, finished: Finished) -> Verdict:
    reasons = checks.failed_process(finished)
    lines = [line.split() for line in finished.output.splitlines()]
    good, total = sum(line[0] == "200" for line in lines), sum(int(line[1]) for line in lines)
    if not reasons and (good != job.count or total != checks.expected_length(job)):
        reasons.append(f"{good} of {job.count} pages with status 200, {total} bytes of {checks.expected_length(job)}")
    return good, reasons


CONTENDERS = [
    # 300 is the most that curl allows for --parallel-max.
    Contender("curl", "curl --parallel", FETCH_ONLY, {DOWNLOAD: 150}, command, check, most_in_flight=300),
]
