"""The Gumbel distribution on the real line."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.special import digamma, log_gamma
from vaetheory.language.expressions import Expression, Pi
from vaetheory.language.notation import exp, log
from vaetheory.language.variables import Reals


class Gumbel(FamilyOfDistributions):
    """Gumbel(x; μ, β) = e^{−(t + e^{−t})} / β with t = (x − μ)/β.

    log f = −log β − (x − μ)/β − e^{μ/β} e^{−x/β};  E[x] = μ − β ψ(1) = μ + γβ,
    E[x²] = (μ − βψ(1))² + π²β²/6,  E[e^{tx}] = e^{tμ} Γ(1 − tβ) for t < 1/β.
    """

    name = "gumbel"
    tex = r"\operatorname{Gumbel}"
    parameters = (ParameterOf(r"\mu", Reals()), ParameterOf(r"\beta", Reals(positive=True)))
    support = Reals()

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """−log β − (x − μ)/β − e^{(μ − x)/β}."""
        location, scale = parameters
        t = (argument - location) / scale
        return -log(scale) - t - exp((location - argument) / scale)

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x] = μ − β ψ(1) and E[x²] = E[x]² + π²β²/6."""
        location, scale = parameters
        mean = location - scale * digamma(1)
        return ((argument, mean), (argument**2, mean**2 + Pi() ** 2 * scale**2 / 6))

    def exponential_moment(self, rate: Expression, *parameters: Expression) -> Moment:
        """e^{tμ} Γ(1 − tβ), for t < 1/β."""
        location, scale = parameters
        value = exp(rate * location + log_gamma(1 - rate * scale))
        return Moment(value, (1 - rate * scale,))


gumbel = Gumbel()
