"""p(z | x) for p(x | z)."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Density, Expression
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Density(letter=letter, of=of, given=given) if given:
            yield Density(letter, given, of)


SLIP = Slip(
    "reversed conditional",
    "The likelihood p(x|z) and the posterior p(z|x) differ only in the order of two letters.",
    _change,
)
