"""Every family: a density of total mass 1, with the moments that it claims, equal to torch's and
SciPy's."""

from __future__ import annotations

import math

import pytest
import scipy.integrate
import scipy.stats
import torch

from tests.vaetheory.distributions.laws import POINTS, assigned, law, number
from vaetheory.checkers.closed_forms import NoClosedForm, expectation, log_density
from vaetheory.checkers.numeric.context import Context
from vaetheory.checkers.numeric.evaluate import quiet
from vaetheory.checkers.numeric.meaning import value
from vaetheory.checkers.numeric.world import Setting, World
from vaetheory.language.distributions import FAMILIES, dirichlet, family, normal
from vaetheory.language.distributions.special import SPECIAL, digamma, is_special
from vaetheory.language.expressions import (
    Expectation,
    Expression,
    Function,
    Value,
    to_expression,
)
from vaetheory.language.notation import exp
from vaetheory.language.variables import Reals, Variable

CASES = [(name, point) for name, points in POINTS.items() for point in points]


def by_quadrature(expression: Expression, values: dict[Variable, float]) -> float:
    bound = {(v.name, ()): (x,) for v, x in values.items()}
    world = World(Setting(), {}, frozenset())
    with quiet():
        return float(value(expression, Context(world, values=bound, level=2)))


def test_every_family_is_tested() -> None:
    assert set(POINTS) == set(FAMILIES)


@pytest.mark.parametrize(("name", "point"), CASES)
def test_mass_is_one(name: str, point: tuple[float, ...]) -> None:
    density = law(name, "1")
    one = Expectation(density, to_expression(1), (density.argument.variable,))  # type: ignore[attr-defined]
    assert by_quadrature(one, assigned(name, "1", point)) == pytest.approx(1, abs=2e-8)


@pytest.mark.parametrize(("name", "point"), CASES)
def test_moments(name: str, point: tuple[float, ...]) -> None:
    density = law(name, "1")
    values = assigned(name, "1", point)
    for statistic, mean in family(name).moments(density.argument, *density.parameters):
        average = Expectation(density, statistic, (density.argument.variable,))  # type: ignore[attr-defined]
        expected = by_quadrature(average, values)
        assert number(mean, values) == pytest.approx(expected, rel=1e-6, abs=1e-7), repr(statistic)


@pytest.mark.parametrize(("name", "point"), CASES)
def test_general_moments(name: str, point: tuple[float, ...]) -> None:
    density = law(name, "1")
    values = assigned(name, "1", point)
    x = density.argument
    members = family(name)
    variable = Variable("s", Reals())
    s = Value(variable)
    tried = {
        members.power_moment: (x**s, 0.7),
        members.exponential_moment: (exp(s * x), 0.3),
    }
    for moment, (statistic, at) in tried.items():
        found = moment(s, *density.parameters)
        if found is None:
            continue
        both = {**values, variable: at}
        assert all(number(c, both) > 0 for c in found.positive)
        expected = by_quadrature(Expectation(density, statistic, (x.variable,)), both)  # type: ignore[attr-defined]
        assert number(found.value, both) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", ["normal", "laplace"])
def test_absolute_moment(name: str) -> None:
    density = law(name, "1")
    values = assigned(name, "1", POINTS[name][0])
    center = Variable("c", Reals())
    found = family(name).absolute_moment(Value(center), *density.parameters)
    assert found is not None
    loc, spread = POINTS[name][0]
    frozen = (
        scipy.stats.norm(loc, math.sqrt(spread))
        if name == "normal"
        else scipy.stats.laplace(loc, spread)
    )
    for c in (loc, 0.9, -2.0):
        expected = scipy.integrate.quad(
            lambda x, c=c: abs(x - c) * frozen.pdf(x), -40, 40, points=sorted({c, loc}), limit=200
        )[0]
        assert number(found.value, {**values, center: c}) == pytest.approx(expected, rel=1e-8)


def torch_law(name: str, point: tuple[float, ...]) -> torch.distributions.Distribution | None:
    """The same law in torch.distributions, where it has one."""
    p = [torch.tensor(v, dtype=torch.float64) for v in point]
    d = torch.distributions
    made = {
        "bernoulli": lambda: d.Bernoulli(*p),
        "beta": lambda: d.Beta(*p),
        "categorical": lambda: d.Categorical(torch.stack(p)),
        "dirichlet": lambda: d.Dirichlet(torch.stack(p)),
        "exponential": lambda: d.Exponential(*p),
        "gamma": lambda: d.Gamma(*p),
        "geometric": lambda: d.Geometric(*p),
        "gumbel": lambda: d.Gumbel(*p),
        "half-normal": lambda: d.HalfNormal(*p),
        "inverse gamma": lambda: d.InverseGamma(*p),
        "laplace": lambda: d.Laplace(*p),
        "log-normal": lambda: d.LogNormal(p[0], p[1].sqrt()),
        "multivariate normal": lambda: d.MultivariateNormal(
            torch.stack(p[:2]), scale_tril=torch.stack([p[2], 0 * p[2], p[3], p[4]]).reshape(2, 2)
        ),
        "normal": lambda: d.Normal(p[0], p[1].sqrt()),
        "pareto": lambda: d.Pareto(*p),
        "poisson": lambda: d.Poisson(*p),
        "weibull": lambda: d.Weibull(*p),
    }
    return made[name]() if name in made else None


@pytest.mark.parametrize(("name", "point"), CASES)
def test_log_density_is_torchs(name: str, point: tuple[float, ...]) -> None:
    theirs = torch_law(name, point)
    assert theirs is not None
    torch.manual_seed(0)
    draws = theirs.sample((5,))
    density = law(name, "1")
    x = density.argument.variable  # type: ignore[attr-defined]
    values = assigned(name, "1", point)
    for draw in draws:
        expected = float(theirs.log_prob(draw))
        if draw.ndim:
            parts = {x[k]: float(d) for k, d in enumerate(draw, start=1)}
        else:
            # torch counts categories from 0
            parts = {x: float(draw) + (name == "categorical")}
        assert number(log_density(density), values, parts) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", list(POINTS))
def test_a_thousandth_more_variance_is_noticed(name: str) -> None:
    """The planted fault: a moment that is off by 0.1% fails the comparison of ``test_moments``."""
    point = POINTS[name][0]
    density = law(name, "1")
    values = assigned(name, "1", point)
    statistic, mean = family(name).moments(density.argument, *density.parameters)[-1]
    average = Expectation(density, statistic, (density.argument.variable,))  # type: ignore[attr-defined]
    expected = by_quadrature(average, values)
    assert number(mean, values) * 1.001 != pytest.approx(expected, rel=1e-6, abs=1e-7)


def test_wrong_numbers_of_parameters_are_refused() -> None:
    with pytest.raises(TypeError, match=r"normal takes the parameters \(\\mu, \\sigma\^2\), not 1"):
        normal(Variable("z"), 0)
    with pytest.raises(TypeError, match="not 4 parameters"):
        family("multivariate normal")(Variable("z"), 0, 0, 1, 1)
    with pytest.raises(TypeError, match="must be a variable"):
        dirichlet.log_density(to_expression(1), *map(to_expression, (1, 2)))
    with pytest.raises(KeyError, match="no family named 'cauchy'; there are bernoulli"):
        family("cauchy")


def test_a_reader_may_call_a_function_psi() -> None:
    own = Function(Variable(r"\psi", Reals()), (to_expression(1),))
    assert not is_special(own)
    assert is_special(digamma(1))
    assert len({v.slot for v in SPECIAL}) == len(SPECIAL)


def test_the_mean_that_is_missing_is_named() -> None:
    x = Variable("x", Reals())
    with pytest.raises(NoClosedForm, match=r"the mean of x.* under"):
        expectation(normal(x, 0, 1), to_expression(x) ** 3)
