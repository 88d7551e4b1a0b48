"""Linear-Gaussian worlds: exact moments, held against NumPy's linear algebra and quadrature."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaetheory.language.assumptions import Assumption, Dag, Family, SameDensity
from vaetheory.language.distributions import normal
from vaetheory.language.expressions import Expression, Function, Gradient, Letter, Value
from vaetheory.language.notation import KL, E, H, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Interval, Reals, Variable
from vaetheory.worlds.decide import equal
from vaetheory.worlds.evaluation import evaluator
from vaetheory.worlds.exact import UndefinedError
from vaetheory.worlds.fields import Field, number_of
from vaetheory.worlds.frames import frame
from vaetheory.worlds.gaussian import GaussianWorld, random_gaussian_world
from vaetheory.worlds.polynomials import Polynomial
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.signature import signature_of

p, q = Letter("p"), Letter("q")
x, z = Variable("x"), Variable("z")
mu, sigma = Variable("\\mu", Reals()), Variable("\\sigma", Reals(positive=True))
f = Variable("f", Reals())
seeds = st.integers(0, 10**6)


def statement(left: Expression, *assumptions: Assumption) -> Statement:
    return Statement(left, Relation.EQUAL, left, assumptions)


def value(world: GaussianWorld, expression: Expression, *points: Fraction) -> Any:
    free = signature_of(statement(expression)).free
    places = tuple((point,) for point in points)
    return number_of(evaluator(expression, free)(frame(world, places)))


@given(seeds)
def test_every_density_integrates_to_one(seed: int) -> None:
    world = random_gaussian_world(statement(log(p(x, z)) + KL(q(z | x), p(z | x))), seed)
    for density in (p(z), p(x), q(z | x), p(z | x)):
        over = density.of
        points = [Fraction(1, 3)] * len(density.given)
        assert equal(value(world, integral(density, *over), *points), Fraction(1))


@given(seeds)
def test_kl_and_entropy_agree_with_the_formulas(seed: int) -> None:
    world = random_gaussian_world(statement(KL(q(z), p(z)) + H(q(z))), seed)
    (mean_q, var_q), (mean_p, var_p) = (moments(world, letter) for letter in (q, p))
    expected = 0.5 * (var_q / var_p + (mean_q - mean_p) ** 2 / var_p - 1 + math.log(var_p / var_q))
    assert float(value(world, KL(q(z), p(z)))) == pytest.approx(expected, rel=1e-9)
    entropy = 0.5 * math.log(2 * math.pi * math.e * var_q)
    assert float(value(world, H(q(z)))) == pytest.approx(entropy, rel=1e-9)


def moments(world: GaussianWorld, letter: Letter) -> tuple[float, float]:
    mean = value(world, E(letter(z), Value(z)))
    square = value(world, E(letter(z), Value(z) ** 2))
    return float(mean), float(square - mean**2)


@given(seeds)
def test_conditionals_are_those_of_the_joint_normal(seed: int) -> None:
    world = random_gaussian_world(statement(log(p(x, z))), seed)
    pairs = [(Value(a), Value(b)) for a in (x, z) for b in (x, z)]
    means = [float(value(world, E(p(x, z), Value(v)))) for v in (x, z)]
    squares = [float(value(world, E(p(x, z), a * b))) for a, b in pairs]
    covariance = np.array(squares).reshape(2, 2) - np.outer(means, means)
    at = Fraction(3, 4)
    mean = float(value(world, E(p(z | x), Value(z)), at))
    square = float(value(world, E(p(z | x), Value(z) ** 2), at))
    slope = covariance[1, 0] / covariance[0, 0]
    assert mean == pytest.approx(means[1] + slope * (0.75 - means[0]), rel=1e-8)
    expected = covariance[1, 1] - slope * covariance[0, 1]
    assert square - mean**2 == pytest.approx(expected, rel=1e-6)


@given(seeds, st.integers(0, 7))
def test_moments_agree_with_quadrature(seed: int, degree: int) -> None:
    law = normal(Value(z), Value(mu), Value(sigma) ** 2)
    moment = E(law, Value(z) ** degree, over=(z,))
    world = random_gaussian_world(statement(moment), seed)
    mean, scale = float(world.parameter(mu)), float(world.parameter(sigma))
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    expected = weights @ (mean + scale * nodes) ** degree / math.sqrt(2 * math.pi)
    assert float(value(world, moment)) == pytest.approx(expected, rel=1e-8, abs=1e-9)


@given(seeds)
def test_gradients_of_expectations_agree_with_quadrature(seed: int) -> None:
    """∂/∂σ E[f(μ + σε)] = E[ε f'(μ + σε)], for the quartic f that the world has drawn."""
    law = normal(Value(z), Value(mu), Value(sigma) ** 2)
    gradient = Gradient(E(law, Function(f, (Value(z),)), over=(z,)), "\\sigma")
    world = random_gaussian_world(statement(gradient), seed)
    found = float(value(world, gradient))
    marks = ("1", "u", "u·u", "u·u·u", "u·u·u·u")
    polynomial = np.polynomial.Polynomial(
        [float(world.draws.number("f", Reals(), (mark,))) for mark in marks]
    )
    mean, scale = float(world.parameter(mu)), float(world.parameter(sigma))
    nodes, weights = np.polynomial.hermite_e.hermegauss(8)
    slopes = polynomial.deriv()(mean + scale * nodes)
    expected = weights @ (nodes * slopes) / math.sqrt(2 * math.pi)
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_equal_densities_and_graphs_are_generated() -> None:
    same = SameDensity(q(x), p(x))
    world = random_gaussian_world(statement(log(q(x, z)) + log(p(x, z)), same), 2)
    assert equal(value(world, log(q(x)), Fraction(2)), value(world, log(p(x)), Fraction(2)))
    w = Variable("w")
    chain = Dag(p, (("x", ()), ("z", ("x",)), ("w", ("z",))))
    world = random_gaussian_world(statement(log(p(x, z, w)), chain), 2)
    two = [value(world, E(p(w | (z, x)), Value(w)), Fraction(at), Fraction(1)) for at in (0, 5)]
    assert two[0] == two[1]


def test_a_family_with_functions_of_x_is_evaluated_where_it_is_asked() -> None:
    mean, scale = Variable("m", Reals()), Variable("s", Reals(positive=True))
    law = normal(Value(z), Function(mean, (Value(x),)), Function(scale, (Value(x),)) ** 2)
    world = random_gaussian_world(statement(E(q(z | x), Value(z)), Family(q(z | x), law)), 4)
    at = Fraction(1, 2)
    assert value(world, E(q(z | x), Value(z)), at) == world.function(mean, ((x, (at,)),))


def test_what_is_no_polynomial_exponential_is_refused() -> None:
    mixture = log(p(z) + q(z))
    world = random_gaussian_world(statement(E(p(z), mixture)))
    with pytest.raises(UngenerableError, match="mixture"):
        value(world, E(p(z), mixture))
    bounded = Function(Variable("g", Interval()), (Value(z),))
    with pytest.raises(UngenerableError, match="bounded range"):
        value(random_gaussian_world(statement(E(p(z), bounded))), E(p(z), bounded))


def test_diverging_integrals_have_no_value() -> None:
    variable = Polynomial.variable(0)
    with pytest.raises(UndefinedError, match="diverges"):
        Field.of(variable).integral(0)
    with pytest.raises(UndefinedError, match="diverges"):
        Field({variable * variable: Polynomial.of(Fraction(1))}).integral(0)


def test_a_component_that_a_point_does_not_have_is_refused() -> None:
    world = random_gaussian_world(statement(E(p(z), Value(z))))
    with pytest.raises(UngenerableError, match="has 1 components, not 3"):
        world.coordinate(z, 3, (Fraction(1),))
