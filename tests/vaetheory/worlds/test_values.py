"""Infinite and dual numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaetheory.worlds import values
from vaetheory.worlds.decide import equal
from vaetheory.worlds.exact import UndefinedError
from vaetheory.worlds.values import INFINITY, Dual, Infinite, add_all

positive = st.fractions(min_value=Fraction(1, 50), max_value=50, max_denominator=50)


def test_zero_times_infinity_is_zero_and_infinity_less_infinity_is_refused() -> None:
    assert Fraction(0) * INFINITY == 0
    assert values.log(Fraction(0)) == Infinite(-1)
    assert Fraction(0) * values.log(Fraction(0)) == 0
    assert Fraction(-2) * INFINITY == Infinite(-1)
    with pytest.raises(UndefinedError, match="∞ − ∞"):
        INFINITY - INFINITY


@given(positive, positive, positive)
def test_dual_numbers_differentiate(x: Fraction, dx: Fraction, other: Fraction) -> None:
    moving = Dual(x, dx)
    assert (moving * moving).slope == 2 * x * dx
    assert (other / moving).slope == -other * dx / x**2
    assert equal(values.log(moving).slope, dx / x)
    assert equal(values.power(moving, Fraction(3)).slope, 3 * x**2 * dx)
    assert equal(values.exp(values.log(moving)).slope, dx)


@given(st.lists(positive, max_size=6))
def test_add_all_is_the_sum(numbers: list[Fraction]) -> None:
    logs = [values.log(n) for n in numbers]
    product = Fraction(1)
    for number in numbers:
        product *= number
    assert equal(add_all([*logs, *numbers]), values.log(product) + sum(numbers, Fraction(0)))
