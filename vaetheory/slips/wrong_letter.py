"""p(z | x) for q(z | x), and the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Density, Expression, Letter
from vaetheory.slips.slip import Scope, Slip

_OTHER = {"p": "q", "q": "p"}


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Density(letter=Letter(name=name, subscript=""), of=of, given=given) if name in _OTHER:
            yield Density(Letter(_OTHER[name]), of, given)


SLIP = Slip(
    "wrong letter",
    "Both p(z|x) and q(z|x) are called the posterior, and are exchanged.",
    _change,
)
