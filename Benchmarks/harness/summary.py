"""Medians and spreads of repeated runs, and ratios between contenders."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Iterable


@dataclass(frozen=True)
class Spread:
    """The median of some values, the least and the greatest."""

    median: float
    least: float
    greatest: float

    @property
    def relative(self) -> float:
        """Half the range as a share of the median: the ± of a table."""
        return (self.greatest - self.least) / 2 / self.median if self.median else 0.0


def spread(values: Iterable[float]) -> Spread:
    found = sorted(values)
    if not found:
        raise ValueError("a spread of no values")
    return Spread(median(found), found[0], found[-1])


def paired_ratio(values: dict[int, float], reference: dict[int, float]) -> Spread | None:
    """The spread of the ratios of values measured in the same round; None without a common round.

    A machine that slows down slows both: ratios within a round stand still.
    """
    common = [number for number in values if reference.get(number)]
    return spread(values[number] / reference[number] for number in common) if common else None
