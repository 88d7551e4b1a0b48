"""The exact number ring: its laws, and near misses told apart."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vaetheory.worlds.decide import approximate, equal, sign
from vaetheory.worlds.elementary import exp, log, pi_number, power
from vaetheory.worlds.exact import Exact, Number, UndefinedError

positive = st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000)
rationals = st.fractions(min_value=-20, max_value=20, max_denominator=60)


@st.composite
def numbers(draw: st.DrawFn) -> Number:
    """Sums and products of rationals, logarithms, roots, exponentials and π."""
    parts = [
        draw(rationals),
        draw(rationals) * Exact.of(log(draw(positive))),
        draw(rationals) * Exact.of(power(draw(positive), Fraction(1, 2))),
        draw(rationals) * Exact.of(exp(draw(st.sampled_from([Fraction(1), Fraction(-1, 2)])))),
        draw(rationals) * Exact.of(log(pi_number())),
    ]
    chosen = draw(st.lists(st.sampled_from(parts), min_size=1, max_size=3))
    total: Number = Fraction(0)
    for part in chosen:
        total = total + part
    return total


def close(value: Number, expected: float) -> bool:
    return math.isclose(approximate(value), expected, rel_tol=1e-9, abs_tol=1e-6)


@settings(max_examples=50)
@given(numbers(), numbers(), numbers())
def test_ring_laws(a: Number, b: Number, c: Number) -> None:
    assert equal(a + b, b + a)
    assert equal(a * b, b * a)
    assert equal((a + b) + c, a + (b + c))
    assert equal(a * (b + c), a * b + a * c)
    assert equal(a - a, Fraction(0))


@settings(max_examples=50)
@given(numbers(), numbers())
def test_arithmetic_agrees_with_floats(a: Number, b: Number) -> None:
    x, y = approximate(a), approximate(b)
    assert close(a + b, x + y)
    assert close(a * b, x * y)
    assert close(-a, -x)


@settings(max_examples=50)
@given(numbers())
def test_division_undoes_multiplication(a: Number) -> None:
    assume(sign(a) in (-1, 1))
    assert equal(Exact.of(a) * (1 / Exact.of(a)), Fraction(1))


@given(positive, positive)
def test_the_logarithm_turns_products_into_sums(a: Fraction, b: Fraction) -> None:
    assert equal(log(a * b), log(a) + log(b))
    assert equal(log(a / b), log(a) - log(b))
    assert close(log(a), math.log(a))


@given(positive, rationals)
def test_the_exponential_undoes_the_logarithm(a: Fraction, b: Fraction) -> None:
    assert equal(exp(log(a)), a)
    assert equal(log(exp(b)), b)
    assert equal(exp(b) * exp(-b), Fraction(1))


@given(positive, st.fractions(min_value=-2, max_value=2, max_denominator=4))
def test_powers_and_their_logarithms(base: Fraction, exponent: Fraction) -> None:
    assert close(power(base, exponent), float(base) ** float(exponent))
    assert equal(log(power(base, exponent)), exponent * Exact.of(log(base)))
    assert equal(power(power(base, exponent), Fraction(2)), power(base, 2 * exponent))


@given(positive, positive, positive)
def test_proportional_sums_of_roots_have_proportional_logarithms(
    a: Fraction, b: Fraction, scale: Fraction
) -> None:
    half = Fraction(1, 2)
    total = power(a, half) + power(b, half)
    scaled = power(a * scale, half) + power(b * scale, half)
    assert equal(log(scaled), log(total) + half * Exact.of(log(scale)))


@given(positive, positive)
def test_different_logarithms_are_told_apart(a: Fraction, b: Fraction) -> None:
    assume(a != b)
    assert equal(log(a), log(b)) is False
    assert sign(log(a) - log(b)) == (1 if a > b else -1)


def test_near_equalities_beyond_floats_are_decided() -> None:
    googol = Fraction(10**100)
    assert sign(log(googol + 1) - log(googol)) == 1
    # a convergent of log 3 / log 2; whole numbers know which side it is on
    near_miss = 665 * Exact.of(log(Fraction(3))) - 1054 * Exact.of(log(Fraction(2)))
    assert sign(near_miss) == (1 if 3**665 > 2**1054 else -1)
    # Ramanujan's constant: e^(π√163) is within 1e-12 of an integer
    almost = exp(pi_number() * Exact.of(power(Fraction(163), Fraction(1, 2))))
    assert equal(almost, Fraction(262537412640768744)) is False
    assert sign(almost - 262537412640768744) == -1


def test_an_equality_that_no_normal_form_finds_is_left_undecided() -> None:
    # √(3 + 2√2) = 1 + √2: denesting of roots is not part of the ring
    root = power(3 + 2 * power(Fraction(2), Fraction(1, 2)), Fraction(1, 2))
    assert equal(root, 1 + power(Fraction(2), Fraction(1, 2))) is None


@pytest.mark.parametrize("value", [Fraction(0), Fraction(-3)])
def test_logarithms_of_what_is_not_positive_are_refused(value: Fraction) -> None:
    with pytest.raises(UndefinedError, match="logarithm"):
        log(value)


def test_division_by_zero_and_roots_of_negatives_are_refused() -> None:
    with pytest.raises(UndefinedError, match="division by zero"):
        power(Fraction(0), Fraction(-1))
    with pytest.raises(UndefinedError, match="to the power 1/2"):
        power(Fraction(-2), Fraction(1, 2))


def test_powers_too_long_to_write_are_refused() -> None:
    with pytest.raises(UndefinedError, match="too long"):
        power(Fraction(3), Fraction(10**9))


def test_numbers_are_shown_as_they_are_written() -> None:
    assert repr(Exact.of(log(Fraction(3, 2))) * Fraction(1, 2) + 1) == "1 − 1/2·log 2 + 1/2·log 3"
    assert repr(power(Fraction(8), Fraction(1, 2))) == "2·2^(1/2)"
