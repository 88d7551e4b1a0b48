"""½ written as 1, 1/(2σ²) as 1/σ²."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from vaetheory.language.expressions import Expression, Number, Product
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Number(value=value) if abs(value) in (Fraction(1, 2), 2):
            yield Number(Fraction(1 if value > 0 else -1))
        case Product(factors=(Number(value=value), *rest)) if value == -1 and rest:
            yield Product((Number(Fraction(-1, 2)), *rest))


SLIP = Slip(
    "lost ½",
    "The ½ of the normal density belongs to all its terms, and is lost when brackets are opened.",
    _change,
)
