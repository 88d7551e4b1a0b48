"""What a gradient moves and what ≐ varies."""

from __future__ import annotations

import pytest

from tests.vaetheory.symbols import D, d, f, hat, p, phi, q, r, s, theta, x, z
from vaetheory.calculus.dependence import moved_by, occurs, varied_by
from vaetheory.language.assumptions import Assumption, Family, Owns, Reparameterized, SameDensity
from vaetheory.language.distributions import bernoulli, normal
from vaetheory.language.expressions import Expression, Letter, MutualInformation, Value
from vaetheory.language.notation import KL, E, integral, log, product
from vaetheory.language.variables import FiniteSet, Reals, Variable

mu = Variable(r"\mu", Reals())
bit = Variable("x", FiniteSet(2))
decoder = Family(p(x | z), product(bernoulli(bit[d], hat(z)), d, D))
equal = SameDensity(q(z), p(z))
eps = Variable(r"\epsilon")


@pytest.mark.parametrize(
    ("parameter", "assumptions", "e"),
    [
        (phi, (), log(q(z))),
        (theta, (), E(q(z), log(p(x | z)))),
        (theta, (), MutualInformation(p, (x,), (z,))),
        (r"\psi", (), log(Letter("r", r"\psi")(z))),
        (r"\mu", (), Value(mu) ** 2),
        (r"\mu", (), log(normal(s, mu, 1))),
        (phi, (Owns(phi, r),), r(z)),
        (theta, (decoder,), hat(z)),
        (theta, (decoder,), log(bernoulli(bit[1], hat(z)))),
        (phi, (Reparameterized(z, f(eps), p(eps)),), f(z)),
        ("x", (), log(p(x))),
    ],
)
def test_what_a_parameter_moves(
    parameter: str, assumptions: tuple[Assumption, ...], e: Expression
) -> None:
    assert moved_by(parameter, assumptions)(e)


@pytest.mark.parametrize(
    ("parameter", "assumptions", "e"),
    [
        (phi, (), log(p(z))),
        (theta, (), KL(q(z | x), r(z))),
        (phi, (Owns(phi, r),), q(z)),
        (phi, (), f(z)),
        (phi, (decoder,), hat(z)),
        ("z", (), integral(f(z), z)),
    ],
)
def test_what_it_leaves_alone(
    parameter: str, assumptions: tuple[Assumption, ...], e: Expression
) -> None:
    assert not moved_by(parameter, assumptions)(e)


def test_the_evidence_varies_with_the_decoder_and_the_prior_does_not() -> None:
    reached = varied_by(r"\hat{x}", (decoder,))
    assert reached(log(p(x)))
    assert reached(log(p(z | x)))
    assert not reached(log(p(z)))
    assert not reached(log(q(z | x)))


def test_equal_densities_vary_together() -> None:
    assert varied_by("q", (equal,))(log(p(z)))
    assert varied_by("p", (equal,))(log(q(z)))
    assert not varied_by("q", ())(log(p(z)))


def test_the_parameter_of_a_letter_varies_it() -> None:
    assert varied_by(phi, ())(q(z))
    assert not varied_by(phi, ())(p(z))


def test_a_quantity_that_nobody_mentioned_does_not_occur() -> None:
    assert not occurs(r"\xi", (log(q(z)), log(p(z))), ())
    assert not occurs("z", (E(q(z), f(z)),), ())
    assert occurs("q", (E(q(z), f(z)),), ())
    assert occurs(r"\hat{x}", (hat(z),), ())
