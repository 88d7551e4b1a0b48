"""The Poisson distribution on {0, 1, 2, …}."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.special import log_gamma
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import exp, log
from vaetheory.language.variables import Integers, Reals


class Poisson(FamilyOfDistributions):
    """Poisson(x; λ) = λ^x e^{−λ} / x!.

    log f = x log λ − λ − log Γ(x + 1);  E[x] = λ,  E[x²] = λ + λ². E[log x!] has no closed form,
    so neither has the entropy; in a divergence between two Poisson laws it cancels.
    """

    name = "poisson"
    tex = r"\operatorname{Poisson}"
    parameters = (ParameterOf(r"\lambda", Reals(positive=True)),)
    support = Integers(0)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """x log λ − λ − log Γ(x + 1)."""
        (rate,) = parameters
        return argument * log(rate) - rate - log_gamma(argument + 1)

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x] = λ and E[x²] = λ + λ²."""
        (rate,) = parameters
        return ((argument, rate), (argument**2, rate + rate**2))

    def exponential_moment(self, rate: Expression, *parameters: Expression) -> Moment:
        """exp(λ (e^t − 1))."""
        (own,) = parameters
        return Moment(exp(own * (exp(rate) - 1)))


poisson = Poisson()
