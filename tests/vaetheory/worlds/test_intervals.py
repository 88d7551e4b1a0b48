"""Enclosures enclose, held against the same numbers at many more digits."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from vaetheory.worlds import intervals

rationals = st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6)
PI_50 = Decimal("3.1415926535897932384626433832795028841971693993751")


@given(st.integers(2, 10**40), st.sampled_from([5, 12, 25]))
def test_logarithms_of_integers_are_enclosed(number: int, precision: int) -> None:
    found = intervals.log_of_integer(number, precision)
    with localcontext() as context:
        context.prec = 80
        value = Decimal(number).ln()
    assert found.low < value < found.high
    assert found.high - found.low < abs(value) * Decimal(10) ** (3 - precision)


@given(rationals, rationals, st.sampled_from([3, 9, 25]))
def test_sums_and_products_are_enclosed(first: Fraction, second: Fraction, precision: int) -> None:
    a, b = intervals.rational(first, precision), intervals.rational(second, precision)
    for found, exact in ((a + b, first + second), (a * b, first * second)):
        assert Fraction(found.low) <= exact <= Fraction(found.high)


@given(st.fractions(min_value=-50, max_value=50, max_denominator=1000))
def test_exponentials_are_enclosed(value: Fraction) -> None:
    found = intervals.rational(value, 20).exp()
    with localcontext() as context:
        context.prec = 60
        exact = (Decimal(value.numerator) / Decimal(value.denominator)).exp()
    assert found.low < exact < found.high


def test_pi_is_enclosed_at_any_precision() -> None:
    for precision in (5, 20, 45):
        found = intervals.pi(precision)
        assert found.low < PI_50 < found.high
        assert found.high - found.low < Decimal(10) ** (2 - precision)


def test_an_interval_around_zero_has_no_logarithm_and_no_sign() -> None:
    around = intervals.Interval(Decimal(-1), Decimal(1), 10)
    assert around.log() is None
    assert around.sign is None
