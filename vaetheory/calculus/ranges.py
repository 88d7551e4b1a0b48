"""What an index runs over: how many values there are, and which, where that is known."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.calculus.algebra import read
from vaetheory.calculus.linear import ONE, CalculusError
from vaetheory.language.expressions import Expression, IndexedProduct, IndexedSum, Number, Value
from vaetheory.language.variables import Integers, Variable

_MAX_UNROLLED = 8


def values(expression: IndexedSum | IndexedProduct) -> tuple[Number, ...] | None:
    """The values of the index, where they are known and few; None where they are not.

    Raises CalculusError where a limit is no whole number.
    """
    match expression.low, expression.high:
        case Number(value=low), Number(value=high):
            if low.denominator != 1 or high.denominator != 1:
                raise CalculusError(
                    f"the limits {low} and {high} of an index are not whole numbers"
                )
            if high - low < _MAX_UNROLLED:
                return tuple(Number(Fraction(i)) for i in range(int(low), int(high) + 1))
    return None


def is_count(low: Expression, high: Expression) -> bool:
    """Whether high − low + 1 is surely the number of values: a sum from 3 to K is empty for K = 1,
    not −1 terms long.
    """
    least = Fraction(1)
    for monomial, coefficient in read(high - low, distribute=True).items():
        match monomial:
            case ():
                least += coefficient
            case ((Value(variable=Variable(space=Integers(low=start))), power),) if (
                power == ONE and coefficient > 0
            ):
                least += coefficient * start
            case _:
                return False
    return least >= 0
