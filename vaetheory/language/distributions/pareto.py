"""The Pareto distribution on (m, ∞)."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import log
from vaetheory.language.variables import Reals


class Pareto(FamilyOfDistributions):
    """Pareto(x; m, α) = α m^α / x^{α+1} for x > m, with scale m and shape α.

    log f = log α + α log m − (α + 1) log x;  E[log x] = log m + 1/α,
    E[x^s] = α m^s / (α − s) for s < α.
    """

    name = "pareto"
    tex = r"\operatorname{Pareto}"
    parameters = (
        ParameterOf("m", Reals(positive=True)),
        ParameterOf(r"\alpha", Reals(positive=True)),
    )
    support = Reals(positive=True)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """log α + α log m − (α + 1) log x, for x > m."""
        scale, shape = parameters
        return log(shape) + shape * log(scale) - (shape + 1) * log(argument)

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[log x] = log m + 1/α."""
        scale, shape = parameters
        return ((log(argument), log(scale) + 1 / shape),)

    def power_moment(self, exponent: Expression, *parameters: Expression) -> Moment:
        """α m^s / (α − s), for s < α."""
        scale, shape = parameters
        return Moment(shape * scale**exponent / (shape - exponent), (shape - exponent,))

    def lower_edge(self, *parameters: Expression) -> Expression:
        """m."""
        return parameters[0]


pareto = Pareto()
