"""The inverse gamma distribution on (0, ∞): 1/x is gamma distributed."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.special import digamma, log_gamma
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import exp, log
from vaetheory.language.variables import Reals


class InverseGamma(FamilyOfDistributions):
    """InvGamma(x; α, β) = β^α x^{−α−1} e^{−β/x} / Γ(α) with shape α and scale β.

    log f = α log β − log Γ(α) − (α + 1) log x − β/x;  E[1/x] = α/β,  E[log x] = log β − ψ(α),
    E[x^s] = β^s Γ(α − s) / Γ(α) for s < α.
    """

    name = "inverse gamma"
    tex = r"\operatorname{InvGamma}"
    parameters = (
        ParameterOf(r"\alpha", Reals(positive=True)),
        ParameterOf(r"\beta", Reals(positive=True)),
    )
    support = Reals(positive=True)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """α log β − log Γ(α) − (α + 1) log x − β/x."""
        shape, scale = parameters
        constant = shape * log(scale) - log_gamma(shape)
        return constant - (shape + 1) * log(argument) - scale / argument

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[1/x] = α/β and E[log x] = log β − ψ(α)."""
        shape, scale = parameters
        return ((argument**-1, shape / scale), (log(argument), log(scale) - digamma(shape)))

    def power_moment(self, exponent: Expression, *parameters: Expression) -> Moment:
        """β^s Γ(α − s) / Γ(α), for s < α."""
        shape, scale = parameters
        ratio = exp(log_gamma(shape - exponent) - log_gamma(shape))
        return Moment(scale**exponent * ratio, (shape - exponent,))


inverse_gamma = InverseGamma()
