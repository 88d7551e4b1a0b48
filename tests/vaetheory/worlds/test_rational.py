"""The fast fractions are fractions: the same numbers, hashes, texts and errors."""

from __future__ import annotations

import operator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaetheory.worlds.exact import Exact
from vaetheory.worlds.rational import Rational, product_of, quick

NUMBERS = st.fractions(max_denominator=400) | st.builds(Fraction, st.integers(-3, 3))
OTHERS = NUMBERS | st.integers(-5, 5) | NUMBERS.map(Rational)
OPERATIONS = (operator.add, operator.sub, operator.mul, operator.truediv)


@given(NUMBERS, OTHERS)
def test_the_four_operations_agree_with_fractions_from_either_side(
    first: Fraction, second: Fraction | int
) -> None:
    fast, plain = Rational(first), Fraction(second)
    for operation in OPERATIONS:
        for one, other, here, there in (
            (fast, second, first, plain),
            (second, fast, plain, first),
        ):
            try:
                expected = operation(here, there)
            except ZeroDivisionError:
                with pytest.raises(ZeroDivisionError):
                    operation(one, other)
                continue
            found = operation(one, other)
            assert isinstance(found, Rational)
            assert (found.numerator, found.denominator) == expected.as_integer_ratio()


@given(NUMBERS, st.integers(-6, 6))
def test_powers_agree_with_fractions(base: Fraction, exponent: int) -> None:
    if not base and exponent < 0:
        with pytest.raises(ZeroDivisionError):
            Rational(base) ** exponent
        return
    found = Rational(base) ** exponent
    assert found.as_integer_ratio() == (base**exponent).as_integer_ratio()


@given(NUMBERS)
def test_it_is_written_hashed_and_compared_as_a_fraction(number: Fraction) -> None:
    fast = Rational(number)
    assert (repr(fast), str(fast), hash(fast)) == (repr(number), str(number), hash(number))
    assert fast == number
    assert number == fast
    assert quick(number) == fast
    assert {fast: 1}[number] == 1
    assert fast != number + 1
    assert (fast < number + 1, fast > number, -fast) == (True, False, -number)
    assert float(fast) == float(number)
    assert fast + 0.5 == number + 0.5


@given(st.lists(NUMBERS, max_size=4), NUMBERS)
def test_a_product_is_reduced_once(others: list[Fraction], first: Fraction) -> None:
    expected = first
    for other in others:
        expected = expected * other
    found = product_of(first, others)
    assert found.as_integer_ratio() == expected.as_integer_ratio()


def test_a_product_with_other_numbers_is_left_to_them() -> None:
    found = product_of(Fraction(2, 3), [Fraction(3), Exact({(5,): Fraction(1, 2)})])
    assert found == Exact({(5,): Fraction(1)})
