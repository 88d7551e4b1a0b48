"""Gradients in the normal form: ∇ passes through sums, products, logarithms and integrals; ∇p =
p ∇log p.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from vaetheory.calculus.dependence import moved_by
from vaetheory.calculus.linear import E_BASE, ONE, UNIT, Linear, add, multiply, times
from vaetheory.language.assumptions import Assumption, SameDensity
from vaetheory.language.expressions import (
    Density,
    Exp,
    Expression,
    Gradient,
    IndexedSum,
    Integral,
    Log,
    Number,
    Value,
)

if TYPE_CHECKING:
    from vaetheory.calculus.probability import Calculus

_MINUS_ONE = Number(Fraction(-1))


def depends(calculus: Calculus, expression: Expression, parameter: str) -> bool:
    """Whether the parameter moves anything in the expression."""
    return moved_by(parameter, calculus.assumptions)(expression)


def unmixed(assumptions: tuple[Assumption, ...], parameter: str) -> tuple[Assumption, ...]:
    """The assumptions without q = p where the parameter moves only one of the two.

    Such an equality holds at one value of the parameter, not around it, and says nothing about a
    derivative.
    """
    reach = moved_by(parameter, assumptions)
    return tuple(
        a
        for a in assumptions
        if not isinstance(a, SameDensity) or reach(a.first) == reach(a.second)
    )


def gradient(calculus: Calculus, body: Linear, parameter: str) -> Linear:
    """∇_parameter of a normal form."""
    total: Linear = {}
    for monomial, coefficient in body.items():
        for position, (base, exponent) in enumerate(monomial):
            rest = monomial[:position] + monomial[position + 1 :]
            factor = _factor(calculus, base, exponent, parameter)
            total = add(total, multiply(factor, {rest: Fraction(1)}), coefficient)
    return total


def _factor(calculus: Calculus, base: Expression, exponent: Expression, parameter: str) -> Linear:
    """∇(base^exponent) = exponent · base^exponent · ∇base/base, and exp by the chain rule."""
    if not depends(calculus, base, parameter) and not depends(calculus, exponent, parameter):
        return {}
    if base == E_BASE:
        inner = calculus.linear(Gradient(exponent, parameter))
        return multiply(inner, {((base, exponent),): Fraction(1)})
    if isinstance(base, Exp) or depends(calculus, exponent, parameter):
        whole = Exp(exponent) if isinstance(base, Exp) else base**exponent
        return {((Gradient(whole, parameter), ONE),): Fraction(1)}
    inner = _atom(calculus, base, parameter)
    lowered = times(((base, exponent),), ((base, _MINUS_ONE),))
    return multiply(multiply(calculus.linear(exponent), {lowered: Fraction(1)}), inner)


def _atom(calculus: Calculus, base: Expression, parameter: str) -> Linear:
    match base:
        case Value(variable=variable) if repr(variable) == parameter:
            return {UNIT: Fraction(1)}
        case Density():
            return {((base, ONE), (Gradient(Log(base), parameter), ONE)): Fraction(1)}
        case Log(argument=Density()):
            return {((Gradient(base, parameter), ONE),): Fraction(1)}
        case Log(argument=argument):
            inner = calculus.linear(Gradient(argument, parameter))
            return multiply(inner, calculus.linear(1 / argument))
        case Integral(body=body, over=over):
            return calculus.linear(Integral(Gradient(body, parameter), over))
        case IndexedSum():
            return calculus.linear(
                IndexedSum(Gradient(base.body, parameter), base.index, base.low, base.high)
            )
    return {((Gradient(base, parameter), ONE),): Fraction(1)}
