"""Σ_d f_d written as f_1: the sum over dimensions, or over samples, is missing."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.binding import substitute
from vaetheory.language.expressions import Expression, IndexedProduct, IndexedSum
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    if isinstance(expression, IndexedSum | IndexedProduct):
        yield substitute(expression.body, {expression.index: expression.low})


SLIP = Slip(
    "missing sum",
    "The derivation is done for one pixel or one sample, and the sum is not put back.",
    _change,
)
