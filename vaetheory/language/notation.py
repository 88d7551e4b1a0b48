"""Short constructors, so that a theorem in Python reads like the formula: ``E(q(z | x), log(p(x,
z)))``.
"""

from __future__ import annotations

from fractions import Fraction

from vaetheory.language.expressions import (
    KL as KLNode,
)
from vaetheory.language.expressions import (
    Density,
    Elbo,
    Entropy,
    Exp,
    Expectation,
    Expression,
    FamilyDensity,
    IndexedProduct,
    IndexedSum,
    Integral,
    Log,
    Operand,
    Product,
    to_expression,
)
from vaetheory.language.variables import Variable

HALF = to_expression(Fraction(1, 2))


def variables_of(law: Expression) -> tuple[Variable, ...]:
    """The variables that a law is a density in: what stands before its bar, or the argument of a
    family.

    Raises ValueError where the law does not say: pass ``over`` there.
    """
    match law:
        case Density(of=of):
            return of
        case FamilyDensity(argument=argument) if hasattr(argument, "variable"):
            return (argument.variable,)
        case Product(factors=factors):
            return tuple(v for factor in factors for v in variables_of(factor))
    raise ValueError(f"cannot tell which variables {law!r} is a density in: name them with over=")


def E(law: Expression, body: Operand, over: tuple[Variable, ...] | None = None) -> Expectation:
    """E_law[body]."""
    return Expectation(law, to_expression(body), over or variables_of(law))


def KL(first: Expression, second: Expression, over: tuple[Variable, ...] | None = None) -> KLNode:
    """KL[first ‖ second] over the variables of ``first``."""
    return KLNode(first, second, over or variables_of(first))


def H(law: Expression, over: tuple[Variable, ...] | None = None) -> Entropy:
    """H[law]."""
    return Entropy(law, over or variables_of(law))


def elbo(posterior: Expression, joint: Expression) -> Elbo:
    """E_posterior[log joint − log posterior]."""
    return Elbo(posterior, joint, variables_of(posterior))


def log(argument: Operand) -> Log:
    """log(argument), natural."""
    return Log(to_expression(argument))


def exp(argument: Operand) -> Exp:
    """exp(argument)."""
    return Exp(to_expression(argument))


def integral(body: Operand, *over: Variable) -> Integral:
    """∫ body d(over)."""
    return Integral(to_expression(body), over)


def summation(body: Operand, index: Variable, high: Operand, low: Operand = 1) -> IndexedSum:
    """Σ_{index=low}^{high} body."""
    return IndexedSum(to_expression(body), index, to_expression(low), to_expression(high))


def product(body: Operand, index: Variable, high: Operand, low: Operand = 1) -> IndexedProduct:
    """∏_{index=low}^{high} body."""
    return IndexedProduct(to_expression(body), index, to_expression(low), to_expression(high))
