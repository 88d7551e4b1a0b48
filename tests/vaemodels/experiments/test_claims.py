"""Verdicts follow from intervals and regions, and claims of several parts are jointly sure."""

from __future__ import annotations

import numpy as np
import pytest

from vaemodels.experiments.claims import (
    LEVEL,
    Claim,
    Part,
    Region,
    Verdict,
    above,
    below,
    between,
    difference,
    interval_series,
    ratio,
    worst,
)
from vaemodels.experiments.intervals import Exactly, Interval, Repeated

SUPPORTED, NOT_SUPPORTED, UNDECIDED = Verdict.SUPPORTED, Verdict.NOT_SUPPORTED, Verdict.UNDECIDED


def interval(low: float, high: float) -> Interval:
    return Interval(estimate=low, low=low, high=high, level=0.99, method="test", n=2)


@pytest.mark.parametrize(
    ("region", "low", "high", "verdict"),
    [
        (above(0), 0.1, 2.0, SUPPORTED),
        (above(0), -2.0, -0.1, NOT_SUPPORTED),
        (above(0), -0.1, 2.0, UNDECIDED),
        (above(0), 0.0, 2.0, UNDECIDED),
        (above(0), -1.0, 0.0, NOT_SUPPORTED),
        (below(5), 1.0, 4.0, SUPPORTED),
        (below(5), 5.0, 6.0, NOT_SUPPORTED),
        (between(-1, 1), -1.0, 1.0, SUPPORTED),
        (between(-1, 1), 1.0, 2.0, UNDECIDED),
        (between(-1, 1), 1.1, 2.0, NOT_SUPPORTED),
        (between(-1, 1), -3.0, 3.0, UNDECIDED),
    ],
)
def test_a_verdict_needs_the_whole_interval(
    region: Region, low: float, high: float, verdict: Verdict
) -> None:
    assert region.verdict(interval(low, high)) is verdict


def test_an_estimate_inside_is_not_enough() -> None:
    values = [-1.0, 0.0, 4.0]
    claim = Claim("c", "positive", [Part("x", Repeated(values), above(0))])
    assert np.mean(values) > 0
    assert claim.verdict() is UNDECIDED


def test_one_part_that_fails_fails_the_claim() -> None:
    parts = [Part("a", Exactly(1.0), above(0)), Part("b", Exactly(-1.0), above(0))]
    assert Claim("c", "both positive", parts).verdict() is NOT_SUPPORTED


def test_worst() -> None:
    assert worst([SUPPORTED, UNDECIDED]) is UNDECIDED
    assert worst([UNDECIDED, NOT_SUPPORTED, SUPPORTED]) is NOT_SUPPORTED
    assert worst([SUPPORTED]) is SUPPORTED


def test_intervals_of_a_claim_widen_with_its_parts() -> None:
    part = Part("x", Repeated([1.0, 2.0, 3.0]), above(0))
    alone = Claim("c", "e", [part]).intervals()[0]
    among = Claim("c", "e", [part] * 5).intervals()[0]
    assert alone.level == pytest.approx(LEVEL)
    assert among.level == pytest.approx(1 - (1 - LEVEL) / 5)
    assert among.high - among.low > alone.high - alone.low


def test_a_claim_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no parts"):
        Claim("c", "nothing", [])


def test_differences_are_paired() -> None:
    # Seeds differ by far more than methods; only the pairs show that one is better.
    one, other = [1.0, 101.0, 201.0, 301.0], [0.0, 100.1, 199.9, 300.0]
    part = difference("one − other", one, other, above(0))
    assert Claim("c", "better", [part]).verdict() is SUPPORTED
    shuffled = difference("one − other", one, other[::-1], above(0))
    assert Claim("c", "better", [shuffled]).verdict() is UNDECIDED


def test_ratios_are_claimed_to_exceed_one() -> None:
    assert Claim("c", "more", [ratio("r", [2.0, 2.1, 2.2], [1.0] * 3)]).verdict() is SUPPORTED
    assert Claim("c", "more", [ratio("r", [1.0] * 3, [2.0, 2.1, 2.2])]).verdict() is NOT_SUPPORTED


def test_json_has_no_infinity() -> None:
    assert above(1.5).to_json() == {"low": 1.5, "high": None, "closed": False}


def test_a_series_carries_its_intervals() -> None:
    series = interval_series("s", [1, 2], [[1.0, 2.0, 3.0], [4.0, 4.0, 4.0]])
    assert series.y == [2.0, 4.0]
    assert series.low is not None
    assert series.high is not None
    assert series.low[0] < 2.0 < series.high[0]
    assert series.low[1] == series.high[1] == 4.0
