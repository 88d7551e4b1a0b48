"""The normal distribution on the real line."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.special import error_function
from vaetheory.language.expressions import Expression, Pi
from vaetheory.language.notation import HALF, exp, log
from vaetheory.language.variables import Reals


class Normal(FamilyOfDistributions):
    """N(x; μ, σ²), parametrised by mean and *variance*.

    log f = −½ log(2πσ²) − (x − μ)² / (2σ²);  E[x] = μ,  E[x²] = μ² + σ².
    """

    name = "normal"
    tex = r"\mathcal{N}"
    parameters = (ParameterOf(r"\mu", Reals()), ParameterOf(r"\sigma^2", Reals(positive=True)))
    support = Reals()

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """−½ log(2πσ²) − (x − μ)² / (2σ²)."""
        mean, variance = parameters
        return -HALF * log(2 * Pi() * variance) - (argument - mean) ** 2 / (2 * variance)

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x] = μ and E[x²] = μ² + σ²."""
        mean, variance = parameters
        return ((argument, mean), (argument**2, mean**2 + variance))

    def exponential_moment(self, rate: Expression, *parameters: Expression) -> Moment:
        """exp(tμ + ½ t²σ²)."""
        mean, variance = parameters
        return Moment(exp(rate * mean + HALF * rate**2 * variance))

    def absolute_moment(self, center: Expression, *parameters: Expression) -> Moment:
        """E|x − c| = σ √(2/π) e^{−d²/(2σ²)} + d erf(d / √(2σ²)), with d = μ − c."""
        mean, variance = parameters
        d = mean - center
        peak = (2 * variance / Pi()) ** HALF * exp(-(d**2) / (2 * variance))
        return Moment(peak + d * error_function(d / (2 * variance) ** HALF))


normal = Normal()
