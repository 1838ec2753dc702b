"""lychee, a link checker: it looks at the status, and need not read a body."""

import json

from harness import paths
from harness.contender import Finished
from trial.contender import Contender, Findings, Job, Row
from trial.fault import TIMEOUT


def command(job: Job) -> list[str]:
    fault = job.fault
    return [
        str(paths.ENVIRONMENT / "bin" / "lychee"), "--no-progress", "--format", "json", "--verbose",
        "--max-concurrency", str(fault.concurrency), "--host-concurrency", str(fault.concurrency),
        "--host-request-interval", f"{fault.gap * 1000:.0f}ms", "--timeout", f"{TIMEOUT:.0f}",
        "--max-retries", str(fault.attempts - 1), str(job.urls),
    ]


def entries(report: dict, name: str) -> list[dict]:
    return [entry for found in report.get(name, {}).values() for entry in found]


def read(_: Job, finished: Finished) -> Findings:
    start = finished.output.find("{")
    try:
        report = json.loads(finished.output[start:]) if start >= 0 else {}
    except ValueError:
        report = {}  # it was ended while it wrote
    good = [Row(entry["url"], entry["status"].get("code"), None, None, None)
            for entry in entries(report, "success_map")]
    failed = [
        # A status that it does not accept is an answer that it read.
        Row(entry["url"], entry["status"].get("code"), None, None,
            None if "code" in entry["status"] and entry["status"]["code"] >= 300 else entry["status"]["text"])
        for name in ("error_map", "timeout_map") for entry in entries(report, name)]
    told = {entry["url"]: entry["status"]["text"] for entry in entries(report, "excluded_map")}
    if report.get("unsupported"):
        told[""] = "unsupported"  # it counts these, and does not say which
    return Findings(good + failed, told)


CONTENDER = Contender(
    "lychee", "lychee", command, read, exits=(0, 2), reads_bodies=False, note="looks at the status, not at the body")
