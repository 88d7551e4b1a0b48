"""Proof of an inequality: the difference of the sides as a non-negative combination of things that
are not negative.

The candidates are divergences between the densities that occur and Jensen gaps of the logarithms
that occur. Which multiples of them add up to the difference is a linear programme, solved exactly
in rational arithmetic.
"""

from __future__ import annotations

from fractions import Fraction

from vaetheory.calculus.linear import Linear


def combination(target: Linear, candidates: list[Linear]) -> list[Fraction] | None:
    """Non-negative rational weights w with Σ wᵢ candidateᵢ = target, or None where there are none.

    Phase one of the simplex method with Bland's rule, in fractions: minimise the sum of the
    artificial variables.
    """
    rows = sorted({m for form in (target, *candidates) for m in form}, key=repr)
    zero = Fraction(0)
    table: list[list[Fraction]] = []
    for monomial in rows:
        right = target.get(monomial, zero)
        sign = -1 if right < 0 else 1
        table.append([sign * form.get(monomial, zero) for form in candidates] + [sign * right])
    width = len(candidates)
    basis: list[int] = [-1] * len(table)
    while True:
        cost = [
            sum((r[j] for r, b in zip(table, basis, strict=True) if b < 0), zero)
            for j in range(width + 1)
        ]
        entering = next((j for j in range(width) if cost[j] > 0), None)
        if entering is None:
            break
        ratios = [
            (r[width] / r[entering], basis[i], i) for i, r in enumerate(table) if r[entering] > 0
        ]
        _, _, leaving = min(ratios)
        pivot = table[leaving][entering]
        table[leaving] = [v / pivot for v in table[leaving]]
        for i, row in enumerate(table):
            if i != leaving and row[entering]:
                factor = row[entering]
                table[i] = [v - factor * w for v, w in zip(row, table[leaving], strict=True)]
        basis[leaving] = entering
    if any(b < 0 and r[width] for r, b in zip(table, basis, strict=True)):
        return None
    weights = [zero] * width
    for row, column in zip(table, basis, strict=True):
        if column >= 0:
            weights[column] = row[width]
    return weights
