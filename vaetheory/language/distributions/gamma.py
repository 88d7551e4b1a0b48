"""The gamma distribution on (0, ∞)."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.special import digamma, log_gamma
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import exp, log
from vaetheory.language.variables import Reals


class Gamma(FamilyOfDistributions):
    """Gamma(x; α, β) = β^α x^{α−1} e^{−βx} / Γ(α) with shape α and *rate* β.

    log f = α log β − log Γ(α) + (α − 1) log x − βx;  E[x] = α/β,  E[log x] = ψ(α) − log β,
    E[x^s] = Γ(α + s) / (Γ(α) β^s) for s > −α.
    """

    name = "gamma"
    tex = r"\operatorname{Gamma}"
    parameters = (
        ParameterOf(r"\alpha", Reals(positive=True)),
        ParameterOf(r"\beta", Reals(positive=True)),
    )
    support = Reals(positive=True)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """α log β − log Γ(α) + (α − 1) log x − βx."""
        shape, rate = parameters
        constant = shape * log(rate) - log_gamma(shape)
        return constant + (shape - 1) * log(argument) - rate * argument

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x] = α/β, E[x²] = α(α + 1)/β² and E[log x] = ψ(α) − log β."""
        shape, rate = parameters
        return (
            (argument, shape / rate),
            (argument**2, shape * (shape + 1) / rate**2),
            (log(argument), digamma(shape) - log(rate)),
        )

    def power_moment(self, exponent: Expression, *parameters: Expression) -> Moment:
        """Γ(α + s) / (Γ(α) β^s), for s > −α."""
        shape, rate = parameters
        ratio = exp(log_gamma(shape + exponent) - log_gamma(shape))
        return Moment(ratio / rate**exponent, (shape + exponent,))

    def exponential_moment(self, rate: Expression, *parameters: Expression) -> Moment:
        """(β / (β − t))^α, for t < β."""
        shape, own = parameters
        return Moment((own / (own - rate)) ** shape, (own - rate,))


gamma = Gamma()
