"""q/p for p/q."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from vaetheory.language.expressions import Expression, Number, Power, Product
from vaetheory.slips.slip import Scope, Slip

_BELOW = Number(Fraction(-1))


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    if not isinstance(expression, Product):
        return
    below = tuple(f.base for f in expression.factors if _is_below(f))  # type: ignore[attr-defined]
    above = tuple(f for f in expression.factors if not _is_below(f))
    if below and above:
        yield Product((*below, *(Power(f, _BELOW) for f in above)))


def _is_below(factor: Expression) -> bool:
    return isinstance(factor, Power) and factor.exponent == _BELOW


SLIP = Slip(
    "inverted ratio",
    "Whether the weight is p/q or q/p has to be worked out anew each time.",
    _change,
)
