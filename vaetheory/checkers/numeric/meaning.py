"""The generic function ``value``; ``evaluate`` says what it is for every node."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from vaetheory.checkers.numeric.backend import Array
from vaetheory.checkers.numeric.context import Context
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.language.expressions import Expression, IndexedProduct, IndexedSum


@singledispatch
def value(expression: Expression, context: Context) -> Array:
    """The value of the expression; raises CannotEvaluate where this kind of world gives it none."""
    raise CannotEvaluate(f"a numeric world gives no value to {type(expression).__name__}")


def indices(expression: IndexedSum | IndexedProduct, context: Context) -> Iterator[Context]:
    """The contexts in which the index takes each of its values."""
    low, high = (value(e, context) for e in (expression.low, expression.high))
    if not (float(low).is_integer() and float(high).is_integer()):
        raise CannotEvaluate(f"the limits {low} and {high} of an index are not whole numbers")
    for number in range(int(low), int(high) + 1):
        yield context.with_index(expression.index, number)
