"""The Weibull distribution on (0, ∞)."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.special import digamma, log_gamma
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import exp, log
from vaetheory.language.variables import Reals


class Weibull(FamilyOfDistributions):
    """Weibull(x; λ, k) = (k/λ) (x/λ)^{k−1} exp(−(x/λ)^k) with scale λ and shape k.

    log f = log k − k log λ + (k − 1) log x − λ^{−k} x^k;  E[log x] = log λ + ψ(1)/k,
    E[x^s] = λ^s Γ(1 + s/k) for s > −k.
    """

    name = "weibull"
    tex = r"\operatorname{Weibull}"
    parameters = (
        ParameterOf(r"\lambda", Reals(positive=True)),
        ParameterOf("k", Reals(positive=True)),
    )
    support = Reals(positive=True)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """log k − k log λ + (k − 1) log x − λ^{−k} x^k."""
        scale, shape = parameters
        constant = log(shape) - shape * log(scale)
        return constant + (shape - 1) * log(argument) - scale ** (-shape) * argument**shape

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[log x] = log λ + ψ(1)/k and E[x^k] = λ^k."""
        scale, shape = parameters
        return (
            (log(argument), log(scale) + digamma(1) / shape),
            (argument**shape, scale**shape),
        )

    def power_moment(self, exponent: Expression, *parameters: Expression) -> Moment:
        """λ^s Γ(1 + s/k), for s > −k."""
        scale, shape = parameters
        value = scale**exponent * exp(log_gamma(1 + exponent / shape))
        return Moment(value, (1 + exponent / shape,))


weibull = Weibull()
