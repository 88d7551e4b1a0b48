"""The value of an algebraic expression at rational numbers: a second opinion on the algebra."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.language.expressions import Expression, Number, Power, Product, Sum, Value
from vaetheory.language.variables import Variable


def value(e: Expression, at: dict[Variable, Fraction]) -> Fraction:
    """The value; ZeroDivisionError where there is none."""
    match e:
        case Number(value=number):
            return number
        case Value(variable=variable):
            return at[variable]
        case Sum(terms=terms):
            return sum((value(t, at) for t in terms), Fraction(0))
        case Product(factors=factors):
            result = Fraction(1)
            for factor in factors:
                result *= value(factor, at)
            return result
        case Power(base=base, exponent=exponent):
            power = value(exponent, at)
            assert power.denominator == 1, e
            if power < 0 and value(base, at) == 0:
                raise ZeroDivisionError(e)
            return value(base, at) ** int(power)
    raise TypeError(e)
