"""The ceiling: wrk, a load generator that reads answers and throws them away."""

import math

from harness import checks, paths
from harness.contender import DOWNLOAD, FETCH_ONLY, Contender, Finished, Job, Verdict

COST = 25.0
# Sizes of nginx's and the latency server's response heads, with room to spare.
HEAD = range(60, 400)


def command(job: Job) -> list[str]:
    # wrk runs for a time, not for a list: about as long as the list would take.
    seconds = max(1, math.ceil(job.count * COST / 1e6))
    return [
        "wrk", "--threads", "1", "--connections", str(job.concurrency), "--duration", f"{seconds}s",
        "--timeout", "30s", "--script", str(paths.PROGRAMS / "wrk.lua"), job.base, "--", str(job.urls),
    ]


def check(job: Job, finished: Finished) -> Verdict:
    reasons = checks.failed_process(finished)
    if reasons:
        return 0, reasons
    tally = checks.last_json(finished.output)
    good, failed = tally.get("good", 0), tally.get("bad", 0) + tally.get("broken", 0)
    if failed or not good:
        reasons.append(f"{good} pages with status 200, {failed} failed")
    elif good >= job.count:
        # It stops in the middle of a turn, so only the mean can be checked.
        mean, body = tally["received"] / good, checks.expected_length(job) / job.count
        if not HEAD.start + body * 0.9 < mean < HEAD.stop + body * 1.1:
            reasons.append(f"{mean:.0f} bytes a page, not about {body:.0f}")
    return good, reasons


CONTENDERS = [
    Contender("wrk", "wrk", FETCH_ONLY, {DOWNLOAD: COST}, command, check,
              note="runs for a time, not for a list"),
]
