"""How sure a number is: measurements over repeats, and the interval that each gives.

Repeats are independent: each has its own seed, hence its own data, initial parameters and noise.
Two methods compared on one seed share all of that; the measurement is then the paired difference.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval.

    Attributes:
        estimate: the point estimate.
        low: lower end.
        high: upper end.
        level: probability that an interval made in this way covers the quantity.
        method: how it was made, in words.
        n: repeats behind it.
    """

    estimate: float
    low: float
    high: float
    level: float
    method: str
    n: int

    def to_json(self) -> dict[str, Any]:
        return {
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "method": self.method,
            "n": self.n,
        }


class Measurement(ABC):
    """Numbers that were measured, and what they say of the quantity behind them."""

    @abstractmethod
    def interval(self, level: float) -> Interval:
        """The interval of the quantity at a confidence level."""


@dataclass(frozen=True)
class Repeated(Measurement):
    """One number for each repeat: Student's t-interval of their mean.

    mean ± t_{n−1, (1+level)/2} · s/√n. With ``log``, of the mean logarithm, exponentiated: the
    interval of a geometric mean, for ratios of variances and the like, which vary by a factor.

    Raises:
        ValueError: fewer than 2 repeats, a value that is not finite, or not positive with ``log``.
    """

    values: Sequence[float]
    log: bool = False

    def __post_init__(self) -> None:
        if len(self.values) < 2:
            raise ValueError(f"An interval needs at least 2 repeats, got {len(self.values)}.")
        bad = [v for v in self.values if not math.isfinite(v) or (self.log and v <= 0)]
        if bad:
            raise ValueError(f"Measured {bad[0]!r}, which has no interval.")

    def interval(self, level: float) -> Interval:
        values = np.log(self.values) if self.log else np.asarray(self.values, float)
        n, mean = len(values), float(values.mean())
        half = float(stats.t.ppf((1 + level) / 2, n - 1) * values.std(ddof=1) / math.sqrt(n))
        ends = (mean, mean - half, mean + half)
        estimate, low, high = (math.exp(end) for end in ends) if self.log else ends
        method = "t-interval of the mean logarithm" if self.log else "t-interval of the mean"
        return Interval(estimate=estimate, low=low, high=high, level=level, method=method, n=n)


@dataclass(frozen=True)
class Counted(Measurement):
    """Successes in independent trials: the Clopper–Pearson interval of their probability."""

    successes: int
    trials: int

    def interval(self, level: float) -> Interval:
        k, n, tail = self.successes, self.trials, (1 - level) / 2
        low = 0.0 if k == 0 else float(stats.beta.ppf(tail, k, n - k + 1))
        high = 1.0 if k == n else float(stats.beta.ppf(1 - tail, k + 1, n - k))
        return Interval(
            estimate=k / n, low=low, high=high, level=level, method="Clopper–Pearson", n=n
        )


@dataclass(frozen=True)
class Exactly(Measurement):
    """A number computed without chance: an interval of no width."""

    value: float

    def interval(self, level: float) -> Interval:
        value = self.value
        return Interval(
            estimate=value, low=value, high=value, level=1.0, method="computed exactly", n=1
        )
