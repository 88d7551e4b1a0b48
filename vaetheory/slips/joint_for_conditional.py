"""p(x, z) for p(x | z), and the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Density, Expression
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Density(letter=letter, of=of, given=given) if given:
            yield Density(letter, of + given)
        case Density(letter=letter, of=of) if len(of) > 1:
            for place, variable in enumerate(of):
                yield Density(letter, of[:place] + of[place + 1 :], (variable,))


SLIP = Slip(
    "joint for conditional",
    "p(x,z) = p(x|z) p(z) is used with one factor forgotten.",
    _change,
)
