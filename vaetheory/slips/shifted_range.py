"""Σ over one term too few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vaetheory.language.expressions import Expression, IndexedProduct, IndexedSum
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    if isinstance(expression, IndexedSum | IndexedProduct):
        yield replace(expression, low=expression.low + 1)
        yield replace(expression, high=expression.high - 1)


SLIP = Slip(
    "shifted range",
    "From 0 or from 1, up to T or up to T − 1: the ends of a sum are copied without looking.",
    _change,
)
