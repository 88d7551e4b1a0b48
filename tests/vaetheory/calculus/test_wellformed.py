"""Statements in which one name stands for two things."""

from __future__ import annotations

import pytest

from tests.vaetheory.symbols import D, K, d, f, k, p, q, s, w, x, z, z_copy
from vaetheory.calculus.wellformed import ambiguity, spoken_of
from vaetheory.language.assumptions import (
    Assumption,
    Dag,
    Different,
    Family,
    Owns,
    Reparameterized,
    SameDensity,
    Sampled,
    Vanishing,
)
from vaetheory.language.distributions import normal
from vaetheory.language.expressions import Expression, Gradient, Letter, MutualInformation
from vaetheory.language.notation import E, integral, log, product, summation
from vaetheory.language.variables import FiniteSet, Interval, Reals, Variable

real = Variable("v", Reals())
chain = (Variable("x", slot="x_0")[0], Variable("x", slot="x_1")[1])


@pytest.mark.parametrize(
    ("e", "why"),
    [
        (E(p(Variable("z", slot="one")), f(Variable("z", slot="two"))), "names two variables"),
        (p(z) * f(Variable("z", Reals())), "names two variables"),
        (p(z) * q(Variable("y", FiniteSet(), slot="z")), "variables of two spaces"),
        (p(z) * f(Variable("z", slot="layer")[1]), "fills another slot"),
        (product(normal(real[d], 0, 1), d, D) * product(normal(real[k], 0, 1), k, K), "number of"),
        (E(p(z), Gradient(log(p(z)), "z")), "which is integrated over"),
        (summation(E(q(z[k]), summation(f(z[k]), k, K)), k, K), "bound again"),
        (MutualInformation(p, (x,), (z,), (Variable("z", slot="u"),)), "names two variables"),
    ],
)
def test_ambiguous_expressions(e: Expression, why: str) -> None:
    assert why in ambiguity((e,))


@pytest.mark.parametrize(
    "e",
    [
        E(p(z), E(q(z), f(z))),
        E(p(z), E(q(z_copy), f(z, z_copy))),
        p(chain[1] | chain[0]) * p(chain[0]),
        product(normal(real[d], 0, 1), d, D) * product(normal(real[d], 0, 2), d, D),
        summation(f(z[k]), k, K) * summation(f(w[k]), k, K),
        Gradient(E(q(z), f(z)), r"\phi"),
        integral(p(x | z) * p(z), z) + s,
    ],
)
def test_expressions_that_can_be_read_in_one_way(e: Expression) -> None:
    assert ambiguity((e,)) == ""


def test_two_expressions_share_their_names() -> None:
    assert ambiguity((f(Variable("c", Reals())), f(Variable("c", Interval()))))


@pytest.mark.parametrize(
    ("assumption", "spoken"),
    [
        (SameDensity(q(z), p(z)), 2),
        (Different(q(z), p(z)), 2),
        (Family(p(x | z), f(z)), 2),
        (Vanishing(p(z)), 1),
        (Sampled(z, q(z)), 2),
        (Reparameterized(z, f(w), p(w)), 3),
        (Dag(p, (("z", ()),)), 0),
        (Owns(r"\phi", Letter("r")), 0),
    ],
)
def test_what_an_assumption_speaks_of(assumption: Assumption, spoken: int) -> None:
    assert len(spoken_of(assumption)) == spoken
