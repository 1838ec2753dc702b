"""Every fault, in groups."""

from __future__ import annotations

from trial.fault import Group
from trial.faults import bodies, busy, codings, connections, drops, heads, no_answer, redirects


def load(site) -> list[Group]:
    """The groups; some ask the site for the bytes of its answers."""
    return [module.group(site) for module in (no_answer, heads, bodies, drops, connections, codings, redirects, busy)]
