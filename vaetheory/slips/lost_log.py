"""A logarithm that is not written any more."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expression, Log
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    if isinstance(expression, Log):
        yield expression.argument


SLIP = Slip(
    "lost log",
    "When lines are copied, the densities are what one looks at, and the log before them is lost.",
    _change,
)
