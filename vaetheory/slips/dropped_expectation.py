"""E[f] written as f."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expectation, Expression
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    if isinstance(expression, Expectation):
        yield expression.body


SLIP = Slip(
    "dropped expectation",
    "The expectation is left out as soon as its body has become simple, as if nothing in it were "
    "random any more.",
    _change,
    frees=True,
)
