"""The requests of a soak: pages and every fault, mixed over many hosts, each with what pipe has to make of it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from trial import faults
from trial.fault import Case, Fault, Page, passes
from trial.site import Site

HOSTS = [f"127.1.0.{number}" for number in range(1, 51)]
PAGES = 300  # of the practice site, as it is started
SEED = 20_000

# Shares of the requests. What waits or is large is rare, or nothing else would be seen; so are ports without sound
# connections, which pipe asks one request at a time, with pauses.
PAGE_SHARE, WAITING_SHARE, HEAVY_SHARE = 0.40, 0.02, 0.002

# Megabytes for each of them.
HEAVY = {
    "endless", "endless-headers", "endless-status", "endless-header", "endless-extension", "endless-trailers",
    "interim-flood", "tiny-chunks", "bomb",
}
# Their outcome depends on what was asked before, over the same connection.
LEFT_OUT = {
    "unasked-", "tail-", "reset-when-", "close-when-", "silent-when-", "handle-",
    # These slow a host down, or ask for several attempts.
    "flaky-", "touchy-", "burst", "retry-after-",
}


@dataclass(frozen=True)
class Planned:
    """A request: where it goes, and what has to come of it; None where pipe is known not to do it yet."""

    url: str
    fault: str
    expected: Case | None
    is_port: bool = False  # whether it goes to a port on which connections go wrong


def marked(target: str, number: int) -> str:
    """The target with a number in its query, so that every URL is another one."""
    return f"{target}{'&' if '?' in target else '?'}n={number}"


def is_port(case: Case) -> bool:
    """Whether it goes to a port on which connections go wrong."""
    return ":{" in case.target or case.target.startswith("{")


class Mixture:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.random = random.Random(SEED)
        every = [(fault, case) for group in faults.load(site) for fault in group.faults
                 if not fault.name.startswith(tuple(LEFT_OUT)) for case in fault.cases]
        self.waiting: list[tuple[Fault, Case]] = []
        self.heavy: list[tuple[Fault, Case]] = []
        # A fault that is shown at each byte counts as one, or there would be little else.
        self.light: dict[str, list[tuple[Fault, Case]]] = {}
        for pair in every:
            fault, case = pair
            if case.pipe.waits or fault.name == "slow-head" or is_port(case):
                self.waiting.append(pair)
            elif fault.name in HEAVY:
                self.heavy.append(pair)
            else:
                self.light.setdefault(fault.name, []).append(pair)
        self.names = sorted(self.light)

    def choose(self) -> tuple[Fault | None, Case]:
        share = self.random.random()
        if share < PAGE_SHARE:
            return None, passes(f"/page/{self.random.randint(1, PAGES)}", Page(200))
        if share < PAGE_SHARE + WAITING_SHARE:
            return self.random.choice(self.waiting)
        if share < PAGE_SHARE + WAITING_SHARE + HEAVY_SHARE:
            return self.random.choice(self.heavy)
        return self.random.choice(self.light[self.random.choice(self.names)])

    def plan(self, count: int) -> list[Planned]:
        planned = []
        for number in range(count):
            fault, case = self.choose()
            host = self.random.choice(HOSTS)
            on_port = is_port(case)
            url = self.site.url(marked(case.target.replace("{who}", str(number)), number), None if on_port else host)
            known = bool(fault and fault.known)
            planned.append(Planned(url, fault.name if fault else "page", None if known else case, on_port))
        return planned
