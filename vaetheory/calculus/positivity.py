"""Which expressions are certainly positive, wherever they are defined: what roots and e^log may
be simplified over.
"""

from __future__ import annotations

from vaetheory.language.expressions import (
    Density,
    Exp,
    Expectation,
    Expression,
    FamilyDensity,
    Function,
    IndexedProduct,
    IndexedSum,
    Integral,
    Number,
    Pi,
    Power,
    Product,
    Sum,
    Value,
)
from vaetheory.language.variables import Integers, Interval, Reals, Space


def positive(expression: Expression) -> bool:
    """Whether the expression is positive in every world with positive densities; False means
    only "not known".
    """
    match expression:
        case Number(value=value):
            return value > 0
        case Pi() | Exp() | Density() | FamilyDensity():
            return True
        case Value(variable=variable):
            return _positive_space(variable.space)
        case Function(name=name):
            return _positive_space(name.space)
        case Sum(terms=parts) | Product(factors=parts):
            return all(map(positive, parts))
        case Power(base=base):
            return positive(base)
        case Expectation(law=law, body=body):
            return positive(law) and positive(body)
        case Integral(body=body) | IndexedProduct(body=body) | IndexedSum(body=body):
            # an empty sum is 0: there a root and its square agree as well
            return positive(body)
    return False


def _positive_space(space: Space) -> bool:
    match space:
        case Reals(positive=known):
            return known
        case Interval(low=low) | Integers(low=low):
            # an interval is open
            return low >= (0 if isinstance(space, Interval) else 1)
    return False
