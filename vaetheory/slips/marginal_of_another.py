"""p(x) for p(z): the marginal of the wrong variable."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Density, Expression
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Density(letter=letter, of=(own,), given=()):
            for other in sorted(scope, key=repr):
                if other.slot != own.slot and other.space == own.space:
                    yield Density(letter, (other,))


SLIP = Slip(
    "marginal of another variable",
    "Prior p(z) and evidence p(x) share a letter, and one is taken for the other.",
    _change,
)
