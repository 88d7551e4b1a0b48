"""p(z | x) for p(z)."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Density, Expression
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Density(letter=letter, of=of, given=()):
            taken = {v.slot for v in of}
            for other in sorted(scope, key=repr):
                if other.slot not in taken and other.space == of[0].space:
                    yield Density(letter, of, (other,))


SLIP = Slip(
    "posterior for prior",
    "The KL divergence of the ELBO is to the prior p(z), the one of log p(x) − ELBO to the "
    "posterior p(z|x); the two formulas look alike.",
    _change,
)
