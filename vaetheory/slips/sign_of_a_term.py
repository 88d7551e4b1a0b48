"""A plus for a minus."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expression, Number, Product, Sum
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    if isinstance(expression, Sum):
        for place, term in enumerate(expression.terms):
            turned = _turned(term)
            yield Sum((*expression.terms[:place], turned, *expression.terms[place + 1 :]))


def _turned(term: Expression) -> Expression:
    match term:
        case Product(factors=(Number(value=value), first, *rest)) if value == -1:
            return Product((first, *rest)) if rest else first
        case Number(value=value):
            return Number(-value)
    return -term


SLIP = Slip(
    "sign of a term",
    "Moving a KL divergence or an entropy across the equals sign, or out of a logarithm of a "
    "quotient, its sign is easily kept or turned once too often.",
    _change,
)
