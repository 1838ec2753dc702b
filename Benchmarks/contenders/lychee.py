"""lychee, a link checker in Rust: its limits per host off, one list of links as its input."""

from harness import checks, paths
from harness.contender import DOWNLOAD, FETCH_ONLY, Contender, Finished, Job, Verdict


def command(job: Job) -> list[str]:
    return [
        str(paths.ENVIRONMENT / "bin" / "lychee"), "--no-progress", "--format", "json",
        "--max-concurrency", str(job.concurrency), "--host-concurrency", str(job.concurrency),
        "--host-request-interval", "0ms", "--timeout", "60", str(job.urls),
    ]


def check(job: Job, finished: Finished) -> Verdict:
    reasons = checks.failed_process(finished)
    if reasons:
        return 0, reasons
    start = finished.output.find("{")
    report = checks.json.loads(finished.output[start:]) if start >= 0 else {}
    good = report.get("successful", 0)
    if good != job.count or report.get("total") != job.count:
        reasons.append(f"{good} of {job.count} pages are good")
    return good, reasons


CONTENDERS = [
    Contender("lychee", "lychee", FETCH_ONLY, {DOWNLOAD: 110}, command, check,
              note="looks at the status; it need not read the body"),
]
