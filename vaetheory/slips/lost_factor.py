"""A factor that is not there any more: a density, 1/K."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expression, Number, Product
from vaetheory.slips.slip import Scope, Slip, without


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    if isinstance(expression, Product) and len(expression.factors) > 1:
        for place, factor in enumerate(expression.factors):
            if isinstance(factor, Number):
                # numbers are the subjects of the slips on signs and scales
                continue
            rest = without(expression.factors, place)
            yield Product(rest) if len(rest) > 1 else rest[0]


SLIP = Slip(
    "lost factor",
    "In a product of densities under an integral, or in an average over K samples, one factor is "
    "overlooked.",
    _change,
)
