"""Which densities are normalised, and over what."""

from __future__ import annotations

import pytest

from tests.vaetheory.symbols import D, a, d, f, m, p, q, s, w, x, z
from vaetheory.calculus.laws import all_finite, family_is_normalised, is_law
from vaetheory.language.distributions import bernoulli, family, normal
from vaetheory.language.expressions import Expression, FamilyDensity, Value
from vaetheory.language.notation import HALF, product
from vaetheory.language.variables import FiniteSet, Interval, Reals, Variable

real = Variable("v", Reals())
bit = Variable("v", FiniteSet(2))
gamma = family("gamma")


@pytest.mark.parametrize(
    ("law", "over"),
    [
        (q(z | x), (z,)),
        (q(z, w | x), (w, z)),
        (p(z) * q(w | z), (z, w)),
        (q(w | z) * p(z), (z, w)),
        (normal(real, 0, 1), (real,)),
        (normal(real, f(z), m), (real,)),
        (p(z) * normal(real, f(z), m), (z, real)),
        (bernoulli(bit, HALF), (bit,)),
        (product(normal(real[d], 0, 1), d, D), (real,)),
        (product(q(z[d] | x), d, D), (z,)),
    ],
)
def test_laws(law: Expression, over: tuple[Variable, ...]) -> None:
    assert is_law(law, over)


@pytest.mark.parametrize(
    ("law", "over"),
    [
        (q(z | x), (x,)),
        (p(x, z), (z,)),
        (q(z), (z, w)),
        (p(z | w) * p(w | z), (z, w)),
        (p(z) * q(z), (z,)),
        (p(z) * q(z), (z, z)),
        (2 * q(z), (z,)),
        (q(z) / q(w), (z,)),
        (f(z), (z,)),
        (normal(real, Value(real), 1), (real,)),
        (normal(real + s if False else Value(real) + s, 0, 1), (real,)),
        (normal(Variable("v", Interval()), 0, 1), (Variable("v", Interval()),)),
        (normal(Variable("v", Reals(positive=True)), 0, 1), (Variable("v", Reals(positive=True)),)),
        (bernoulli(Variable("v", FiniteSet(3)), HALF), (Variable("v", FiniteSet(3)),)),
        (bernoulli(Variable("v", FiniteSet()), HALF), (Variable("v", FiniteSet()),)),
        (gamma(real, 1, 1), (real,)),
        (product(normal(real[d], f(real), 1), d, D), (real,)),
        (product(normal(real, 0, 1), d, D), (real,)),
        (product(normal(real[d, d], 0, 1), d, D), (real,)),
        (FamilyDensity("no such family", Value(real), ()), (real,)),
    ],
)
def test_what_is_no_law(law: Expression, over: tuple[Variable, ...]) -> None:
    assert not is_law(law, over)


def test_the_probabilities_of_a_categorical_must_add_up() -> None:
    categorical = family("categorical")
    v = Variable("v", FiniteSet())
    assert family_is_normalised(categorical(v, s, 1 - s), v)
    assert not family_is_normalised(categorical(v, s, s), v)


def test_entropies_are_positive_where_all_is_summed() -> None:
    assert all_finite((a, bit))
    assert not all_finite((a, z))
