"""Intervals cover as often as they say, and refuse what has no interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from vaemodels.experiments.intervals import Counted, Exactly, Repeated

TRIALS = 4000


def coverage(n: int, level: float, half_width_factor: float = 1.0) -> float:
    """How often the t-interval of n normal numbers covers their mean."""
    rng = np.random.default_rng(0)
    hits = 0
    for values in rng.normal(3.0, 2.0, (TRIALS, n)):
        interval = Repeated(values.tolist()).interval(level)
        half = half_width_factor * (interval.high - interval.low) / 2
        hits += abs(interval.estimate - 3.0) <= half
    return hits / TRIALS


def allowed(level: float) -> float:
    """Four standard errors of a share of ``TRIALS``."""
    return 4 * math.sqrt(level * (1 - level) / TRIALS)


@pytest.mark.parametrize(("n", "level"), [(3, 0.9), (5, 0.99), (20, 0.95)])
def test_t_intervals_cover_as_often_as_they_say(n: int, level: float) -> None:
    assert abs(coverage(n, level) - level) < allowed(level)


def test_normal_quantiles_in_place_of_students_would_be_noticed() -> None:
    n, level = 5, 0.99
    tail = (1 + level) / 2
    factor = stats.norm.ppf(tail) / stats.t.ppf(tail, n - 1)
    assert coverage(n, level, factor) < level - allowed(level)


def test_the_interval_of_a_geometric_mean_is_that_of_the_logarithms() -> None:
    values = [1.0, 2.0, 8.0]
    plain = Repeated([math.log(v) for v in values]).interval(0.95)
    found = Repeated(values, log=True).interval(0.95)
    assert found.estimate == pytest.approx(16 ** (1 / 3))
    assert (found.low, found.high) == pytest.approx((math.exp(plain.low), math.exp(plain.high)))


def test_all_successes_still_leave_room() -> None:
    interval = Counted(200, 200).interval(0.99)
    # (1 − 0.99) / 2 = p²⁰⁰ at the lower end.
    assert interval.low == pytest.approx(0.005 ** (1 / 200))
    assert interval.high == 1.0
    assert Counted(0, 10).interval(0.99).low == 0.0


def test_a_computed_number_has_no_width() -> None:
    interval = Exactly(2.5).interval(0.99)
    assert interval.low == interval.high == 2.5


@pytest.mark.parametrize(
    ("values", "log", "message"),
    [([1.0], False, "at least 2"), ([1.0, math.nan], False, "nan"), ([1.0, -2.0], True, "-2")],
)
def test_what_has_no_interval_is_refused(values: list[float], log: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Repeated(values, log=log)
