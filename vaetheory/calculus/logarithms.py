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
    ZERO,
    CalculusError,
    Factor,
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
    powers = [dict(m) for m in monomials]
    found: list[Factor] = []
    for base in dict.fromkeys(b for m in monomials for b, _ in m):
        exponents = [m.get(base, ZERO) for m in powers]
        if all(isinstance(e, Number) for e in exponents):
            low = min(e.value for e in exponents)  # type: ignore[attr-defined]
            if low:
                found.append((base, Number(low)))
        elif len(set(exponents)) == 1:
            found.append((base, exponents[0]))
    return tuple(found)


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
