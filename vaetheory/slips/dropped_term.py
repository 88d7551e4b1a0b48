"""A term of a sum that is not there any more: the KL, the entropy, ½ log 2πσ²."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expression, Sum
from vaetheory.slips.slip import Scope, Slip, without


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    if isinstance(expression, Sum) and len(expression.terms) > 1:
        for place in range(len(expression.terms)):
            rest = without(expression.terms, place)
            yield Sum(rest) if len(rest) > 1 else rest[0]


SLIP = Slip(
    "dropped term",
    "A constant such as −1 or ½ log 2πσ² is dropped because it does not matter for the gradient, "
    "and = is kept; or a term is overlooked.",
    _change,
)
