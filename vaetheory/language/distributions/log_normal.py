"""The log-normal distribution on (0, ∞): log x is normal."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.expressions import Expression, Pi
from vaetheory.language.notation import HALF, exp, log
from vaetheory.language.variables import Reals


class LogNormal(FamilyOfDistributions):
    """LogN(x; μ, σ²): log x ~ N(μ, σ²).

    log f = −½ log(2πσ²) − log x − (log x − μ)² / (2σ²);  E[log x] = μ,  E[(log x)²] = μ² + σ²,
    E[x^s] = exp(sμ + ½ s²σ²).
    """

    name = "log-normal"
    tex = r"\operatorname{LogN}"
    parameters = (ParameterOf(r"\mu", Reals()), ParameterOf(r"\sigma^2", Reals(positive=True)))
    support = Reals(positive=True)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """−½ log(2πσ²) − log x − (log x − μ)² / (2σ²)."""
        mean, variance = parameters
        square = (log(argument) - mean) ** 2 / (2 * variance)
        return -HALF * log(2 * Pi() * variance) - log(argument) - square

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[log x] = μ and E[(log x)²] = μ² + σ²."""
        mean, variance = parameters
        return ((log(argument), mean), (log(argument) ** 2, mean**2 + variance))

    def power_moment(self, exponent: Expression, *parameters: Expression) -> Moment:
        """exp(sμ + ½ s²σ²)."""
        mean, variance = parameters
        return Moment(exp(exponent * mean + HALF * exponent**2 * variance))


log_normal = LogNormal()
