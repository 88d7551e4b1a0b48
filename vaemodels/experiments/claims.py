"""Claims: a region stated in advance, intervals measured, and the verdict that follows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vaemodels.charts import Series
from vaemodels.experiments.intervals import Interval, Measurement, Repeated

# All intervals of one claim cover jointly with at least this probability.
LEVEL = 0.99


class Verdict(StrEnum):
    """What intervals say about a claim."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not supported"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Region:
    """The numbers x with low < x < high; the ends belong to it where ``closed``."""

    low: float
    high: float
    closed: bool = False

    def verdict(self, interval: Interval) -> Verdict:
        """Supported by an interval inside, not supported by one outside, else undecided."""
        if self._contains(interval.low) and self._contains(interval.high):
            return Verdict.SUPPORTED
        below = interval.high < self.low or (interval.high == self.low and not self.closed)
        above = interval.low > self.high or (interval.low == self.high and not self.closed)
        return Verdict.NOT_SUPPORTED if below or above else Verdict.UNDECIDED

    def _contains(self, x: float) -> bool:
        return self.low <= x <= self.high if self.closed else self.low < x < self.high

    def to_json(self) -> dict[str, Any]:
        """Infinite ends as null: JSON has no infinity."""
        low, high = (end if math.isfinite(end) else None for end in (self.low, self.high))
        return {"low": low, "high": high, "closed": self.closed}


def above(threshold: float) -> Region:
    """x > threshold."""
    return Region(threshold, math.inf)


def below(threshold: float) -> Region:
    """x < threshold."""
    return Region(-math.inf, threshold)


def between(low: float, high: float) -> Region:
    """low ≤ x ≤ high."""
    return Region(low, high, closed=True)


@dataclass(frozen=True)
class Part:
    """One quantity of a claim: what it is, how it was measured, where it must lie, its unit."""

    label: str
    measured: Measurement
    region: Region
    unit: str = ""


def ratio(
    label: str, one: Sequence[float], other: Sequence[float], region: Region | None = None
) -> Part:
    """The geometric mean over repeats of one / other; by default claimed to be above 1."""
    quotients = [a / b for a, b in zip(one, other, strict=True)]
    return Part(label, Repeated(quotients, log=True), region or above(1.0))


def difference(
    label: str, one: Sequence[float], other: Sequence[float], region: Region, unit: str = ""
) -> Part:
    """The mean over repeats of one − other, paired."""
    differences = [a - b for a, b in zip(one, other, strict=True)]
    return Part(label, Repeated(differences), region, unit)


@dataclass(frozen=True)
class Claim:
    """A sentence that is true if every part lies in its region.

    With m parts each interval has the level 1 − (1 − LEVEL)/m, so that they cover jointly with
    probability ≥ LEVEL (Bonferroni).

    Attributes:
        name: of the claim.
        expected: the sentence, with its thresholds, as it was written before the measurement.
        parts: the quantities that it speaks of.
        revised: what was claimed at first and not supported, and what came out then; the claim as
            it stands now is tested on other seeds.
    """

    name: str
    expected: str
    parts: Sequence[Part]
    revised: str = ""

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError(f"The claim {self.name!r} says nothing: it has no parts.")

    def intervals(self) -> list[Interval]:
        """The interval of each part."""
        level = 1 - (1 - LEVEL) / len(self.parts)
        return [part.measured.interval(level) for part in self.parts]

    def verdict(self) -> Verdict:
        """Supported if all parts are; not supported if one part is not."""
        verdicts = [
            part.region.verdict(interval)
            for part, interval in zip(self.parts, self.intervals(), strict=True)
        ]
        return worst(verdicts)

    def to_json(self) -> dict[str, Any]:
        parts = [
            {
                "label": part.label,
                "unit": part.unit,
                "interval": interval.to_json(),
                "region": part.region.to_json(),
                "verdict": str(part.region.verdict(interval)),
            }
            for part, interval in zip(self.parts, self.intervals(), strict=True)
        ]
        return {
            "name": self.name,
            "expected": self.expected,
            "revised": self.revised,
            "parts": parts,
            "level": LEVEL,
            "verdict": str(self.verdict()),
        }


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Not supported before undecided before supported."""
    for verdict in (Verdict.NOT_SUPPORTED, Verdict.UNDECIDED):
        if verdict in verdicts:
            return verdict
    return Verdict.SUPPORTED


def interval_series(
    label: str,
    x: Sequence[float],
    values: Sequence[Sequence[float]],
    *,
    log: bool = False,
    colour: int = 0,
    line: str = "-",
    notes: Sequence[str] = (),
) -> Series:
    """A curve of means over repeats with the interval of each at ``LEVEL``.

    Args:
        label: in the legend.
        x: positions.
        values: for each position, a number for each repeat.
        log: geometric means.
        colour: of the curve.
        line: of the curve.
        notes: a word beside each point.
    """
    intervals = [Repeated(each, log=log).interval(LEVEL) for each in values]
    return Series(
        label=label,
        x=x,
        y=[interval.estimate for interval in intervals],
        low=[interval.low for interval in intervals],
        high=[interval.high for interval in intervals],
        colour=colour,
        line=line,
        notes=notes,
    )
