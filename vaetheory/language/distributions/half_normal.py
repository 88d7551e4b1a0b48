"""The half-normal distribution on (0, ∞): the absolute value of a centred normal."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, ParameterOf
from vaetheory.language.distributions.special import digamma
from vaetheory.language.expressions import Expression, Pi
from vaetheory.language.notation import HALF, log
from vaetheory.language.variables import Reals


class HalfNormal(FamilyOfDistributions):
    """HalfN(x; σ) = √(2/π) e^{−x²/(2σ²)} / σ, parametrised by the scale σ of |N(0, σ²)|.

    log f = ½ log(2/π) − log σ − x²/(2σ²);  E[x] = σ √(2/π),  E[x²] = σ²,
    E[log x] = log σ + ½ (log 2 + ψ(½)).
    """

    name = "half-normal"
    tex = r"\operatorname{HalfN}"
    parameters = (ParameterOf(r"\sigma", Reals(positive=True)),)
    support = Reals(positive=True)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """½ log(2/π) − log σ − x²/(2σ²)."""
        (scale,) = parameters
        return HALF * log(2 / Pi()) - log(scale) - argument**2 / (2 * scale**2)

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x], E[x²] and E[log x]."""
        (scale,) = parameters
        return (
            (argument, scale * (2 / Pi()) ** HALF),
            (argument**2, scale**2),
            (log(argument), log(scale) + HALF * (log(2) + digamma(HALF))),
        )


half_normal = HalfNormal()
