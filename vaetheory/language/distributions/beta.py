"""The beta distribution on (0, 1)."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.special import digamma, log_gamma
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import exp, log
from vaetheory.language.variables import Interval, Reals


class Beta(FamilyOfDistributions):
    """Beta(x; a, b) = x^{a−1} (1 − x)^{b−1} Γ(a + b) / (Γ(a) Γ(b)).

    E[log x] = ψ(a) − ψ(a + b),  E[log(1 − x)] = ψ(b) − ψ(a + b),  E[x] = a / (a + b),
    E[x^s] = Γ(a + s) Γ(a + b) / (Γ(a) Γ(a + b + s)) for s > −a.
    """

    name = "beta"
    tex = r"\operatorname{Beta}"
    parameters = (
        ParameterOf("a", Reals(positive=True)),
        ParameterOf("b", Reals(positive=True)),
    )
    support = Interval()

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """log Γ(a + b) − log Γ(a) − log Γ(b) + (a − 1) log x + (b − 1) log(1 − x)."""
        a, b = parameters
        constant = log_gamma(a + b) - log_gamma(a) - log_gamma(b)
        return constant + (a - 1) * log(argument) + (b - 1) * log(1 - argument)

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x], E[x²], E[log x] and E[log(1 − x)]."""
        a, b = parameters
        total = a + b
        return (
            (argument, a / total),
            (argument**2, a * (a + 1) / (total * (total + 1))),
            (log(argument), digamma(a) - digamma(total)),
            (log(1 - argument), digamma(b) - digamma(total)),
        )

    def power_moment(self, exponent: Expression, *parameters: Expression) -> Moment:
        """Γ(a + s) Γ(a + b) / (Γ(a) Γ(a + b + s)), for s > −a."""
        a, b = parameters
        above = log_gamma(a + exponent) - log_gamma(a)
        below = log_gamma(a + b + exponent) - log_gamma(a + b)
        return Moment(exp(above - below), (a + exponent,))


beta = Beta()
