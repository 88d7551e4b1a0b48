"""The exponential distribution on (0, ∞)."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.special import digamma, log_gamma
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import exp, log
from vaetheory.language.variables import Reals


class Exponential(FamilyOfDistributions):
    """Exp(x; λ) = λ e^{−λx} with rate λ > 0.

    log f = log λ − λx;  E[x] = 1/λ,  E[log x] = ψ(1) − log λ,  E[x^s] = Γ(1 + s) / λ^s for s > −1.
    """

    name = "exponential"
    tex = r"\operatorname{Exp}"
    parameters = (ParameterOf(r"\lambda", Reals(positive=True)),)
    support = Reals(positive=True)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """log λ − λx."""
        (rate,) = parameters
        return log(rate) - rate * argument

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x] = 1/λ, E[x²] = 2/λ² and E[log x] = ψ(1) − log λ."""
        (rate,) = parameters
        return (
            (argument, 1 / rate),
            (argument**2, 2 / rate**2),
            (log(argument), digamma(1) - log(rate)),
        )

    def power_moment(self, exponent: Expression, *parameters: Expression) -> Moment:
        """Γ(1 + s) / λ^s, for s > −1."""
        (rate,) = parameters
        return Moment(exp(log_gamma(1 + exponent)) / rate**exponent, (1 + exponent,))

    def exponential_moment(self, rate: Expression, *parameters: Expression) -> Moment:
        """λ / (λ − t), for t < λ."""
        (own,) = parameters
        return Moment(own / (own - rate), (own - rate,))


exponential = Exponential()
