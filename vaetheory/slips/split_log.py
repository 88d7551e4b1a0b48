"""log a·b read as (log a)·b: the brackets of the logarithm are forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expression, Log, Product
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Log(argument=Product(factors=(first, *rest))) if rest:
            yield Product((Log(first), *rest))


SLIP = Slip(
    "unbracketed log",
    "In log a/b · c/d nobody can see where the logarithm ends, not even its author a line later.",
    _change,
)
