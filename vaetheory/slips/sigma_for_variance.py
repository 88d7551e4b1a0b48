"""σ for σ², and σ² for σ."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from vaetheory.language.expressions import Expression, Function, Number, Power, Value
from vaetheory.language.variables import Reals
from vaetheory.slips.slip import Scope, Slip

_SQUARE = Number(Fraction(2))


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Power(base=Value() | Function(), exponent=exponent) if exponent == _SQUARE:
            if _is_scale(expression.base):
                yield expression.base


def _is_scale(base: Expression) -> bool:
    variable = base.variable if isinstance(base, Value) else getattr(base, "name", None)
    return variable is not None and variable.space == Reals(positive=True)


SLIP = Slip(
    "σ for σ²",
    "Networks put out σ, σ² or log σ², and normal densities are written with σ or with σ².",
    _change,
)
