"""The Dirichlet distribution on the simplex."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, ParameterOf, component
from vaetheory.language.distributions.special import digamma, log_gamma
from vaetheory.language.expressions import Expression, Sum
from vaetheory.language.notation import log
from vaetheory.language.variables import Interval, Reals


class Dirichlet(FamilyOfDistributions):
    """Dir(x; α₁, …, α_K) = Γ(Σ α_k) ∏ x_k^{α_k − 1} / ∏ Γ(α_k) on x_k > 0, Σ x_k = 1.

    The argument is a variable whose components x_1, …, x_K it speaks of.
    E[log x_k] = ψ(α_k) − ψ(Σ α),  E[x_k] = α_k / Σ α.
    """

    name = "dirichlet"
    tex = r"\operatorname{Dir}"
    parameters = (
        ParameterOf(r"\alpha_1", Reals(positive=True)),
        ParameterOf(r"\alpha_2", Reals(positive=True)),
    )
    support = Interval()

    def spaces(self, count: int) -> tuple[ParameterOf, ...]:
        """α₁, …, α_K for any K ≥ 2."""
        if count < 2:
            raise TypeError(
                f"{self.name} takes a parameter for each component, not {count} of them"
            )
        return tuple(ParameterOf(rf"\alpha_{k}", Reals(positive=True)) for k in range(1, count + 1))

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """log Γ(Σ α) − Σ log Γ(α_k) + Σ (α_k − 1) log x_k."""
        terms: list[Expression] = [log_gamma(Sum(parameters))]
        for k, alpha in enumerate(parameters, start=1):
            terms += [-log_gamma(alpha), (alpha - 1) * log(component(argument, k))]
        return Sum(tuple(terms))

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[log x_k] = ψ(α_k) − ψ(Σ α) and E[x_k] = α_k / Σ α."""
        total = Sum(parameters)
        pairs: list[tuple[Expression, Expression]] = []
        for k, alpha in enumerate(parameters, start=1):
            x_k = component(argument, k)
            pairs += [(log(x_k), digamma(alpha) - digamma(total)), (x_k, alpha / total)]
        return tuple(pairs)


dirichlet = Dirichlet()
