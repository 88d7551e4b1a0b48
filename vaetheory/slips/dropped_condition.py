"""p(z) for p(z | x): the condition is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Density, Expression
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Density(letter=letter, of=of, given=given):
            for place in range(len(given)):
                yield Density(letter, of, given[:place] + given[place + 1 :])


SLIP = Slip(
    "dropped condition",
    "What stands behind the bar is left out as if it were a parameter: p(z) for p(z|x), q(z) for "
    "q(z|x), p(z|x) for p(z|x,c).",
    _change,
)
