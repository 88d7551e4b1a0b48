"""The multivariate normal distribution on ℝⁿ, with full covariance."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from vaetheory.language.distributions.family import FamilyOfDistributions, ParameterOf, component
from vaetheory.language.expressions import Expression, Number, Pi, Sum
from vaetheory.language.notation import HALF, log
from vaetheory.language.variables import Reals

Rows = tuple[tuple[Expression, ...], ...]


class MultivariateNormal(FamilyOfDistributions):
    """N(x; m, LLᵀ) for a given number n of components, written out.

    The language is scalar: there is no matrix. The parameters are m_1, …, m_n and then the lower
    triangle of the Cholesky factor, row by row: L_11, L_21, L_22, L_31, …, with L_ii > 0. So the
    covariance is positive definite whatever the parameters are, log det Σ = 2 Σ log L_ii, and
    L⁻¹(x − m) comes from forward substitution. A symbolic n is out of reach.

    log f = −(n/2) log 2π − Σ log L_ii − ½ ‖L⁻¹(x − m)‖²;  E[x_i] = m_i,
    E[x_i x_j] = m_i m_j + (LLᵀ)_ij.
    """

    name = "multivariate normal"
    tex = r"\mathcal{N}"
    parameters = (ParameterOf("m_1", Reals()), ParameterOf("L_{11}", Reals(positive=True)))
    support = Reals()

    def spaces(self, count: int) -> tuple[ParameterOf, ...]:
        """n means and n(n + 1)/2 entries of the Cholesky factor."""
        n = size(count)
        means = [ParameterOf(f"m_{i}", Reals()) for i in range(1, n + 1)]
        entries = [
            ParameterOf(f"L_{{{i}{j}}}", Reals(positive=i == j))
            for i in range(1, n + 1)
            for j in range(1, i + 1)
        ]
        return (*means, *entries)

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """−(n/2) log 2π − Σ log L_ii − ½ ‖L⁻¹(x − m)‖²."""
        mean, rows = split(parameters)
        n = len(mean)
        whitened: list[Expression] = []
        for i, row in enumerate(rows):
            rest = component(argument, i + 1) - mean[i]
            for entry, e in zip(row, whitened, strict=False):
                rest = rest - entry * e
            whitened.append(rest / row[i])
        constant = Number(Fraction(-n, 2)) * log(2 * Pi())
        logs = tuple(-log(row[i]) for i, row in enumerate(rows))
        return Sum((constant, *logs, *(-HALF * e**2 for e in whitened)))

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x_i] = m_i and E[x_i x_j] = m_i m_j + (LLᵀ)_ij."""
        mean, rows = split(parameters)
        pairs: list[tuple[Expression, Expression]] = []
        for i, row in enumerate(rows):
            pairs.append((component(argument, i + 1), mean[i]))
            for j in range(i + 1):
                covariance = Sum(tuple(a * b for a, b in zip(row, rows[j], strict=False)))
                statistic = component(argument, i + 1) * component(argument, j + 1)
                pairs.append((statistic, mean[i] * mean[j] + covariance))
        return tuple(pairs)


def size(count: int) -> int:
    """n for n + n(n + 1)/2 parameters. Raises TypeError for any other number."""
    n = (isqrt(9 + 8 * count) - 3) // 2
    if n < 1 or n + n * (n + 1) // 2 != count:
        raise TypeError(
            "a multivariate normal takes n means and n(n + 1)/2 entries of a Cholesky factor, "
            f"not {count} parameters"
        )
    return n


def split(parameters: tuple[Expression, ...]) -> tuple[tuple[Expression, ...], Rows]:
    """The mean, and the rows of the lower triangle."""
    n = size(len(parameters))
    rest = iter(parameters[n:])
    return parameters[:n], tuple(tuple(next(rest) for _ in range(i + 1)) for i in range(n))


multivariate_normal = MultivariateNormal()
