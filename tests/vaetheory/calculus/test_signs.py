"""The linear programme behind a proof of ≥, in fractions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vaetheory.symbols import f, x, z
from vaetheory.calculus.linear import ONE, Linear, add
from vaetheory.calculus.signs import combination

MONOMIALS = [((f(z, name=f"f{i}"), ONE),) for i in range(3)] + [((f(x), ONE),)]

vectors = st.lists(
    st.fractions(-2, 2, max_denominator=2), min_size=len(MONOMIALS), max_size=len(MONOMIALS)
)


def _form(values: list[Fraction]) -> Linear:
    return {m: v for m, v in zip(MONOMIALS, values, strict=True) if v}


def _sum(weights: list[Fraction], forms: list[Linear]) -> Linear:
    total: Linear = {}
    for weight, form in zip(weights, forms, strict=True):
        total = add(total, form, weight)
    return total


@settings(max_examples=40)
@given(st.lists(st.tuples(vectors, st.fractions(0, 4, max_denominator=5)), min_size=1, max_size=6))
def test_a_combination_that_exists_is_found(made: list[tuple[list[Fraction], Fraction]]) -> None:
    forms = [_form(v) for v, _ in made]
    target = _sum([weight for _, weight in made], forms)
    found = combination(target, forms)
    assert found is not None
    assert all(weight >= 0 for weight in found)
    assert _sum(found, forms) == target


@settings(max_examples=40)
@given(vectors, st.lists(vectors, max_size=5))
def test_what_is_found_is_a_combination(
    target: list[Fraction], others: list[list[Fraction]]
) -> None:
    forms = [_form(v) for v in others]
    found = combination(_form(target), forms)
    if found is not None:
        assert all(weight >= 0 for weight in found)
        assert _sum(found, forms) == _form(target)


@settings(max_examples=40)
@given(vectors, st.lists(vectors, max_size=4))
def test_farkas_what_no_combination_reaches_is_not_reached(
    normal: list[Fraction], others: list[list[Fraction]]
) -> None:
    """Candidates on one side of a plane never add up to a target on the other side."""

    def side(v: list[Fraction]) -> Fraction:
        return sum((a * b for a, b in zip(normal, v, strict=True)), Fraction(0))

    forms = [_form(v if side(v) >= 0 else [-c for c in v]) for v in others]
    if any(normal):
        assert combination(_form([-c for c in normal]), forms) is None


def test_zero_is_the_empty_combination() -> None:
    assert combination({}, []) == []
    assert combination(_form([Fraction(1)] * len(MONOMIALS)), []) is None
