"""E[log f] = log E[f]."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expectation, Expression, Log
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Expectation(law=law, body=Log(argument=argument), over=over):
            yield Log(Expectation(law, argument, over))


SLIP = Slip(
    "log moved outside",
    "Jensen's inequality is read as an equality, in the other direction.",
    _change,
)
