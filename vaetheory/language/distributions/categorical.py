"""The categorical distribution on {1, …, K}."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, ParameterOf
from vaetheory.language.distributions.special import indicator
from vaetheory.language.expressions import Expression, Sum
from vaetheory.language.notation import log
from vaetheory.language.variables import FiniteSet, Interval


class Categorical(FamilyOfDistributions):
    """Categorical(x; p₁, …, p_K) = p_x for x ∈ {1, …, K}, with as many parameters as categories.

    log f = Σ_k 1[x = k] log p_k;  E[1[x = k]] = p_k. The parameters must add up to 1: the family
    does not divide by their sum.
    """

    name = "categorical"
    tex = r"\operatorname{Cat}"
    parameters = (ParameterOf("p_1", Interval()), ParameterOf("p_2", Interval()))
    support = FiniteSet()

    def spaces(self, count: int) -> tuple[ParameterOf, ...]:
        """p₁, …, p_K for any K ≥ 2."""
        if count < 2:
            raise TypeError(
                f"{self.name} takes a probability for each category, not {count} of them"
            )
        return tuple(ParameterOf(f"p_{k}", Interval()) for k in range(1, count + 1))

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """Σ_k 1[x = k] log p_k."""
        return Sum(
            tuple(indicator(argument, k) * log(p) for k, p in enumerate(parameters, start=1))
        )

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[1[x = k]] = p_k."""
        return tuple((indicator(argument, k), p) for k, p in enumerate(parameters, start=1))


categorical = Categorical()
