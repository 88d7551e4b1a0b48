"""Laws for the tests: every family with symbolic parameters, at ordinary and at awkward values."""

from __future__ import annotations

from collections.abc import Sequence

from vaetheory.checkers.numeric.formulas import formula_value
from vaetheory.language.distributions import FAMILIES
from vaetheory.language.expressions import Expression, FamilyDensity, Value
from vaetheory.language.variables import Space, Variable

COUNTS = {"categorical": 3, "dirichlet": 3, "multivariate normal": 5}

# Two sets of parameters for each family; the second has what breaks formulas elsewhere: whole
# shapes, zero locations.
POINTS: dict[str, tuple[tuple[float, ...], ...]] = {
    "bernoulli": ((0.3,), (0.5,)),
    "beta": ((2.5, 1.7), (1.0, 3.0)),
    "categorical": ((0.2, 0.5, 0.3), (0.25, 0.25, 0.5)),
    "dirichlet": ((2.5, 1.7, 3.1), (1.0, 2.0, 1.0)),
    "exponential": ((1.3,), (2.0,)),
    "gamma": ((2.6, 1.4), (2.0, 1.0)),
    "geometric": ((0.35,), (0.5,)),
    "gumbel": ((0.4, 1.3), (0.0, 1.0)),
    "half-normal": ((1.7,), (1.0,)),
    "inverse gamma": ((3.4, 1.9), (3.0, 1.0)),
    "laplace": ((-0.4, 0.8), (0.0, 1.0)),
    "log-normal": ((0.2, 0.4), (0.0, 1.0)),
    "multivariate normal": ((0.3, -0.7, 1.2, 0.4, 0.8), (0.0, 0.0, 1.0, 0.0, 1.0)),
    "normal": ((0.6, 1.8), (0.0, 1.0)),
    "pareto": ((1.2, 3.4), (1.0, 3.0)),
    "poisson": ((2.4,), (3.0,)),
    "weibull": ((1.4, 1.7), (1.0, 2.0)),
}


def symbols(name: str, tag: str) -> tuple[Variable, ...]:
    """Parameters of a family as variables."""
    family = FAMILIES[name]
    spaces = family.spaces(COUNTS.get(name, len(family.parameters)))
    return tuple(Variable(f"{p.name}^{tag}", p.space) for p in spaces)


def law(name: str, tag: str, support: Space | None = None) -> FamilyDensity:
    """The density of a family in x, with parameters of its own."""
    parameters = tuple(Value(v) for v in symbols(name, tag))
    return FamilyDensity(name, Value(Variable("x", support or FAMILIES[name].support)), parameters)


def assigned(name: str, tag: str, values: Sequence[float]) -> dict[Variable, float]:
    """Values for the parameters of ``law(name, tag)``."""
    return dict(zip(symbols(name, tag), map(float, values), strict=True))


def number(expression: Expression, *values: dict[Variable, float]) -> float:
    """The expression at these values."""
    together = {variable: value for part in values for variable, value in part.items()}
    return float(formula_value(expression, together))
