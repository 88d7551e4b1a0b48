"""The Bernoulli distribution on {0, 1}."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import exp, log
from vaetheory.language.variables import FiniteSet, Interval


class Bernoulli(FamilyOfDistributions):
    """Bernoulli(x; p) = p^x (1 − p)^(1 − x) for x ∈ {0, 1} and 0 < p < 1.

    log f = x log p + (1 − x) log(1 − p);  E[x] = p.
    """

    name = "bernoulli"
    tex = r"\operatorname{Bernoulli}"
    parameters = (ParameterOf("p", Interval()),)
    support = FiniteSet(2)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """x log p + (1 − x) log(1 − p)."""
        (p,) = parameters
        return argument * log(p) + (1 - argument) * log(1 - p)

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x] = E[x²] = p."""
        (p,) = parameters
        return ((argument, p), (argument**2, p))

    def exponential_moment(self, rate: Expression, *parameters: Expression) -> Moment:
        """1 − p + p e^t."""
        (p,) = parameters
        return Moment(1 - p + p * exp(rate))


bernoulli = Bernoulli()
