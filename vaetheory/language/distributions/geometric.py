"""The geometric distribution on {0, 1, 2, …}: failures before the first success."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, ParameterOf
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import log
from vaetheory.language.variables import Integers, Interval


class Geometric(FamilyOfDistributions):
    """Geometric(x; p) = p (1 − p)^x, the number of failures before the first success.

    log f = log p + x log(1 − p);  E[x] = (1 − p)/p,  E[x²] = (1 − p)(2 − p)/p².
    """

    name = "geometric"
    tex = r"\operatorname{Geometric}"
    parameters = (ParameterOf("p", Interval()),)
    support = Integers(0)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """log p + x log(1 − p)."""
        (p,) = parameters
        return log(p) + argument * log(1 - p)

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x] = (1 − p)/p and E[x²] = (1 − p)(2 − p)/p²."""
        (p,) = parameters
        return ((argument, (1 - p) / p), (argument**2, (1 - p) * (2 - p) / p**2))


geometric = Geometric()
