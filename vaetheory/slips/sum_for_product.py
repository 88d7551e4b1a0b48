"""∏ for Σ and Σ for ∏."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expression, IndexedProduct, IndexedSum
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case IndexedSum(body=body, index=index, low=low, high=high):
            yield IndexedProduct(body, index, low, high)
        case IndexedProduct(body=body, index=index, low=low, high=high):
            yield IndexedSum(body, index, low, high)


SLIP = Slip(
    "sum for product",
    "The logarithm turns ∏ into Σ; the sign is changed without the logarithm, or not with it.",
    _change,
)
