"""Expressions as linear combinations of monomials: the ring in which normal forms are compared.

A monomial is a product of atoms to powers; an atom is anything that the ring cannot open (a
logarithm, a density, an expectation, …). Exponents are expressions, so that x̂^x · x̂^(1−x) = x̂
comes out.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from vaetheory.language.expressions import Exp, Expression, Number, Power, Product, Sum, walk
from vaetheory.language.text import to_text

Factor = tuple[Expression, Expression]
Monomial = tuple[Factor, ...]
Linear = dict[Monomial, Fraction]

ONE = Number(Fraction(1))
ZERO = Number(Fraction(0))
UNIT: Monomial = ()
E_BASE = Exp(ONE)
_MAX_TERMS = 10_000


class CalculusError(ValueError):
    """What has no normal form: a division by zero, the logarithm of zero, or an expression that
    is too long; says which.
    """


@lru_cache(maxsize=100_000)
def sort_key(expression: Expression) -> tuple[int, str]:
    """A total order on expressions for writing normal forms: short ones first, then by their
    text.
    """
    text = to_text(expression)
    return (len(text), text)


def add(left: Linear, right: Linear, scale: Fraction = Fraction(1)) -> Linear:
    """left + scale · right."""
    total = dict(left)
    for monomial, coefficient in right.items():
        value = total.get(monomial, Fraction(0)) + scale * coefficient
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total


def multiply(left: Linear, right: Linear) -> Linear:
    """left · right, distributed. Raises CalculusError where that has more terms than anybody
    would write.
    """
    if len(left) * len(right) > _MAX_TERMS:
        raise CalculusError(
            f"a product of {len(left)} and {len(right)} terms is too long to be multiplied out"
        )
    total: Linear = {}
    for m, a in left.items():
        for n, b in right.items():
            monomial = times(m, n)
            value = total.get(monomial, 0) + a * b
            if value:
                total[monomial] = value
            else:
                del total[monomial]
    return total


def times(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials: exponents of one base add up."""
    if not left or not right:
        return left or right
    powers: dict[Expression, Expression] = dict(left)
    for base, exponent in right:
        powers[base] = add_exponents(powers[base], exponent) if base in powers else exponent
    return arranged((b, e) for b, e in powers.items() if e != ZERO)


def arranged(factors: object) -> Monomial:
    """The factors in their order."""
    return tuple(sorted(factors, key=lambda f: (sort_key(f[0]), sort_key(f[1]))))  # type: ignore[call-overload]


def add_exponents(left: Expression, right: Expression) -> Expression:
    """The sum of two exponents, itself in normal form."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value + right.value)
    from vaetheory.calculus.algebra import expand

    return expand(Sum((left, right)))


def as_expression(linear: Linear) -> Expression:
    """The linear combination as an expression; the inverse of reading it."""
    terms = [
        _term(monomial, coefficient)
        for monomial, coefficient in sorted(linear.items(), key=lambda item: _monomial_key(item[0]))
    ]
    if not terms:
        return ZERO
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def _monomial_key(monomial: Monomial) -> tuple[object, ...]:
    return (len(monomial), tuple((sort_key(b), sort_key(e)) for b, e in monomial))


def _term(monomial: Monomial, coefficient: Fraction) -> Expression:
    factors = [_power(base, exponent) for base, exponent in monomial]
    if coefficient != 1 or not factors:
        factors.insert(0, Number(coefficient))
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _power(base: Expression, exponent: Expression) -> Expression:
    if exponent == ONE:
        return base
    return Exp(exponent) if base == E_BASE else Power(base, exponent)


def size(expression: Expression) -> int:
    """The number of nodes."""
    return sum(1 for _ in walk(expression))
