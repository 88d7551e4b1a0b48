"""The two normal forms of algebra: idempotent, and equal in value to what they stand for."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.vaetheory.calculus.rational import value
from tests.vaetheory.symbols import D, K, d, f, g, k, m, p, s, t, u, x, z
from vaetheory.calculus.algebra import arrange, expand, same
from vaetheory.calculus.linear import ONE, ZERO, CalculusError
from vaetheory.calculus.probability import Calculus
from vaetheory.language.expressions import Exp, Expression, Number, Power, Value, to_expression
from vaetheory.language.notation import HALF, E, exp, integral, log, summation

numbers = st.fractions(-4, 4, max_denominator=4)
leaves = st.one_of(st.sampled_from([s, t, u]), numbers.map(to_expression))


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda both: both[0] + both[1]),
        pairs.map(lambda both: both[0] - both[1]),
        pairs.map(lambda both: both[0] * both[1]),
        pairs.map(lambda both: both[0] / both[1]),
        st.tuples(inner, st.integers(-2, 3)).map(lambda both: both[0] ** both[1]),
    )


rational = st.recursive(leaves, _larger, max_leaves=6)
points = st.fixed_dictionaries({v.variable: numbers for v in (s, t, u)})


@given(rational)
def test_normal_forms_are_their_own(e: Expression) -> None:
    assert arrange(arrange(e)) == arrange(e)
    assert expand(expand(e)) == expand(e)


@settings(max_examples=60)
@given(rational, points)
def test_normal_forms_keep_the_value(e: Expression, at: dict) -> None:  # type: ignore[type-arg]
    try:
        expected = value(e, at)
        found = [value(form(e), at) for form in (arrange, expand)]
    except ZeroDivisionError:
        assume(False)
    assert found == [expected, expected]


@settings(max_examples=60)
@given(rational, rational, points)
def test_what_is_the_same_has_the_same_value(one: Expression, other: Expression, at: dict) -> None:  # type: ignore[type-arg]
    try:
        values = value(one, at), value(other, at)
    except ZeroDivisionError:
        assume(False)
    if same(one, other) or expand(one - other) == ZERO:
        assert values[0] == values[1]


@given(
    st.lists(st.sampled_from([s, t, u, s * t, 2 * u, 1 / s]), min_size=2, max_size=5), st.randoms()
)
def test_order_and_brackets_do_not_matter(terms: list[Expression], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(terms, len(terms))
    one, other = terms[0], shuffled[-1]
    for term in terms[1:]:
        one = one + term
    for term in reversed(shuffled[:-1]):
        other = term + other
    assert arrange(one) == arrange(other)


def test_arrange_leaves_factors_and_expand_multiplies_them_out() -> None:
    assert arrange(s * (t + u)) != arrange(s * t + s * u)
    assert expand(s * (t + u)) == expand(s * t + s * u)
    assert same((s - t) ** 2, (s - t) * (s - t))
    assert not same((s - t) ** 2, s**2 - 2 * s * t + t**2)
    assert expand((s - t) ** 2 - (s**2 - 2 * s * t + t**2)) == ZERO


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((s**2) ** HALF, s),
        ((s * t) ** HALF * (u * t) ** HALF, t * (s * u) ** HALF),
        ((s**4) ** HALF / s, s),
        ((s ** Value(K)) ** (1 / Value(K)), s),
        (exp(HALF * log(s**2)), s),
        (exp(log(s**2) - log(s)) + exp(2 * log(-s)), s + s**2),
        (((s - t) ** 2) ** HALF, s - t),
        ((-s) ** HALF * (-t) ** HALF, (s * t) ** HALF),
    ],
)
def test_a_root_does_not_forget_a_sign(one: Expression, other: Expression) -> None:
    assert not same(one, other)
    assert not Calculus().equal(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((m**2) ** HALF, m),
        ((p(x) * m) ** HALF * (p(x) / m) ** HALF, p(x)),
        ((s**3) ** to_expression(Fraction(1, 3)), s),
        (exp(HALF * log(m**2)), m),
        (exp(log(s - t)), s - t),
        ((p(x) ** s) ** t, p(x) ** (s * t)),
        (exp(s) * exp(t), exp(s + t)),
        (log(exp(s) ** 2), 2 * s),
    ],
)
def test_a_root_of_what_is_positive_comes_out(one: Expression, other: Expression) -> None:
    assert Calculus().equal(one, other)


def test_a_number_to_a_gigantic_power_is_left_alone() -> None:
    gigantic = Power(to_expression(3), Number(Fraction(10**9)))
    assert arrange(gigantic) == gigantic
    assert arrange(Power(s, Number(Fraction(10**9)))) == Power(s, Number(Fraction(10**9)))


def test_what_is_too_long_is_said_to_be_too_long() -> None:
    many = sum((f(z[i]) for i in range(1, 60)), to_expression(0))
    with pytest.raises(CalculusError, match="too long"):
        Calculus().normal(many**4)


@pytest.mark.parametrize("nothing", [1 / (s - s), log(s - s), 0 / (t - t)])
def test_a_division_by_zero_has_no_normal_form(nothing: Expression) -> None:
    with pytest.raises(CalculusError, match="zero"):
        Calculus().normal(nothing)


def test_exponentials_of_zero_and_logarithms_of_one() -> None:
    assert expand(Exp(ZERO)) == ONE
    assert expand(log(1)) == ZERO
    assert arrange(log(exp(g(z)))) == arrange(g(z))


def test_bound_names_do_not_keep_sums_apart() -> None:
    one = summation(f(z[d]) * s, d, D)
    assert same(one + one, 2 * summation(s * f(z[k]), k, D))
    assert same(E(p(z), f(z)) - integral(p(z) * f(z), z), E(p(z), f(z)) - integral(f(z) * p(z), z))
