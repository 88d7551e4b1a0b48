"""KL[p ‖ q] for KL[q ‖ p]."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import KL, Expression
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    if isinstance(expression, KL):
        yield KL(expression.second, expression.first, expression.over)


SLIP = Slip(
    "KL turned round",
    "A distance would be symmetric, and the KL divergence is called one.",
    _change,
)
