"""The logarithm of a normal form: products become sums; a sum stays inside, its common factor
taken out.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from vaetheory.calculus.algebra import expand
from vaetheory.calculus.linear import (
    E_BASE,
    ONE,
    UNIT,
    CalculusError,
    Linear,
    Monomial,
    add,
    as_expression,
    multiply,
    times,
)
from vaetheory.language.expressions import (
    Expression,
    FamilyDensity,
    IndexedProduct,
    IndexedSum,
    Log,
    Number,
)

if TYPE_CHECKING:
    from vaetheory.calculus.probability import Calculus

_TRIAL_DIVISORS = 1000


def log_of(calculus: Calculus, argument: Linear) -> Linear:
    """log of the linear combination."""
    if not argument:
        raise CalculusError("the logarithm of what is zero")
    common = _common(list(argument))
    rest = {times(m, tuple((b, expand(-e)) for b, e in common)): c for m, c in argument.items()}
    total: Linear = {}
    for base, exponent in common:
        total = add(total, multiply(calculus.linear(exponent), _log_atom(calculus, base)))
    if set(rest) == {UNIT}:
        return add(total, _log_number(rest[UNIT]))
    lead = _content(rest)
    total = add(total, _log_number(lead))
    inner = as_expression({m: c / lead for m, c in rest.items()})
    return add(total, {((Log(inner), ONE),): Fraction(1)})


def _log_atom(calculus: Calculus, base: Expression) -> Linear:
    if base == E_BASE:
        return {UNIT: Fraction(1)}
    if isinstance(base, Number):
        return _log_number(base.value)
    if isinstance(base, FamilyDensity):
        return calculus.linear(Log(base))
    if isinstance(base, IndexedProduct):
        return calculus.linear(IndexedSum(Log(base.body), base.index, base.low, base.high))
    return {((Log(base), ONE),): Fraction(1)}


def _common(monomials: list[Monomial]) -> Monomial:
    """The largest monomial that divides all of them, with numeric exponents."""
    if len(monomials) == 1:
        return monomials[0]
    first, *others = (dict(m) for m in monomials)
    found = []
    for base, exponent in first.items():
        powers = [exponent, *(o.get(base) for o in others)]
        if all(isinstance(p, Number) for p in powers):
            low = min(p.value for p in powers)  # type: ignore[union-attr]
            if low:
                found.append((base, Number(low)))
        elif all(p == exponent for p in powers):
            found.append((base, exponent))
    below = {
        base: Number(
            min(
                Fraction(0),
                *(p.value for p in (o.get(base) for o in others) if isinstance(p, Number)),
            )
        )
        for o in others
        for base in o
        if base not in first
    }
    return (*found, *((b, p) for b, p in below.items() if p.value))


def _content(linear: Linear) -> Fraction:
    """The coefficient to take out: positive, that of the first term where that is positive."""
    first = linear[min(linear, key=lambda m: (len(m), repr(m)))]
    return abs(first)


def _log_number(value: Fraction) -> Linear:
    """log of a rational number as a combination of logs of primes (and of what trial division
    leaves).
    """
    if value <= 0:
        return {((Log(Number(value)), ONE),): Fraction(1)}
    total: Linear = {}
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        divisor = 2
        while part > 1 and divisor <= _TRIAL_DIVISORS:
            while part % divisor == 0:
                total = add(total, {((Log(Number(Fraction(divisor))), ONE),): Fraction(sign)})
                part //= divisor
            divisor += 1
        if part > 1:
            total = add(total, {((Log(Number(Fraction(part))), ONE),): Fraction(sign)})
    return total
