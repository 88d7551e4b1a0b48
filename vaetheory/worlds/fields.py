"""Sums of polynomial × exp(polynomial).

That is what densities, expectations and logarithms are in a linear-Gaussian world.

Closed under +, × and integration over the real line where the exponent is a quadratic that falls
off; the logarithm of a single exponential is its exponent. Everything else is refused
(UngenerableError), never approximated.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb
from typing import Any

from vaetheory.worlds import elementary, values
from vaetheory.worlds.decide import normal, sign
from vaetheory.worlds.exact import LOG_PI, Exact, Number, UndefinedError
from vaetheory.worlds.polynomials import Polynomial
from vaetheory.worlds.refusals import UngenerableError

ONE = Polynomial({(): Fraction(1)})
ZERO = Polynomial({})
_HIGHEST_POWER = 8


class Field:
    """Σ factor · exp(exponent), as a mapping from exponents to factors; immutable."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Polynomial, Polynomial]) -> None:
        self.terms = terms

    @staticmethod
    def of(value: Field | Polynomial | Number) -> Field:
        """A polynomial or a number as a field; fields pass through."""
        if isinstance(value, Field):
            return value
        polynomial = Polynomial.of(value)
        return Field({ZERO: polynomial} if polynomial else {})

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __neg__(self) -> Field:
        return Field({e: -f for e, f in self.terms.items()})

    def __add__(self, other: object) -> Any:
        if not isinstance(other, Field | int | Fraction | Exact):
            return NotImplemented
        terms = dict(self.terms)
        for exponent, factor in Field.of(other).terms.items():
            total = terms.get(exponent, ZERO) + factor
            if total:
                terms[exponent] = total
            else:
                terms.pop(exponent, None)
        return Field(terms)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: object) -> Any:
        if not isinstance(other, Field | int | Fraction | Exact):
            return NotImplemented
        terms: dict[Polynomial, Polynomial] = {}
        for first, a in self.terms.items():
            for second, b in Field.of(other).terms.items():
                exponent = first + second
                terms[exponent] = terms.get(exponent, ZERO) + a * b
        return Field({e: f for e, f in terms.items() if f})

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self * values.power(other, Fraction(-1))

    def __rtruediv__(self, other: Any) -> Any:
        return values.power(self, Fraction(-1)) * other

    @property
    def polynomial(self) -> Polynomial | None:
        """The field as a polynomial where it has no exponential, otherwise None."""
        if not self.terms:
            return ZERO
        return self.terms.get(ZERO) if len(self.terms) == 1 else None

    def substituted(self, replaced: Mapping[int, Polynomial]) -> Field:
        """The field with polynomials put in for variables."""
        total = Field({})
        for exponent, factor in self.terms.items():
            term = Field({exponent.substituted(replaced): factor.substituted(replaced)})
            total = total + term
        return total

    def integral(self, variable: int) -> Field:
        """∫ field d(variable) over the real line.

        Raises UndefinedError where it diverges, UngenerableError where the exponent is no quadratic
        with a constant leading coefficient.
        """
        total = Field({})
        for exponent, factor in self.terms.items():
            total = total + _integral(exponent, factor, variable)
        return total


def _integral(exponent: Polynomial, factor: Polynomial, variable: int) -> Field:
    """∫ f exp(a v² + b v + c) dv = √(π/−a) exp(c − b²/4a) E[f(m + s t)].

    Here m = −b/2a, s² = −1/2a, and t is a standard normal.
    """
    parts = exponent.by_degree(variable)
    if any(degree > 2 for degree in parts):
        raise UngenerableError("an integral of the exponential of more than a quadratic")
    leading = parts.get(2, ZERO).constant
    if leading is None:
        raise UngenerableError("an integral of an exponential whose width depends on a variable")
    if sign(leading) != -1:
        raise UndefinedError("an integral over the real line that diverges")
    linear, rest = parts.get(1, ZERO), parts.get(0, ZERO)
    inverse = elementary.power(leading, Fraction(-1))
    mean = linear.scaled(inverse * Fraction(-1, 2))
    variance = inverse * Fraction(-1, 2)
    half = Fraction(1, 2)
    scale = Exact({(LOG_PI,): half}) + elementary.log(2 * variance) * half
    outside = rest + (linear * linear).scaled(inverse * Fraction(-1, 4)) + Polynomial.of(scale)
    averaged = ZERO
    for degree, coefficient in factor.by_degree(variable).items():
        averaged = averaged + coefficient * _moment(degree, mean, variance)
    return Field({outside: averaged} if averaged else {})


def _moment(degree: int, mean: Polynomial, variance: Number) -> Polynomial:
    """E[(mean + s t)^n] for a standard normal t: Σ_j C(n, 2j) (2j − 1)!! s^2j mean^(n − 2j)."""
    total = ZERO
    odd_product, spread = 1, Fraction(1)
    powers: Number = spread
    for j in range(degree // 2 + 1):
        if j:
            odd_product *= 2 * j - 1
            powers = powers * variance
        term = mean.power(degree - 2 * j).scaled(powers * (comb(degree, 2 * j) * odd_product))
        total = total + term
    return total


def number_of(value: Any) -> Any:
    """A field without variables as an exact number; anything else passes through."""
    if not isinstance(value, Field):
        return value
    total: Number = Fraction(0)
    for exponent, factor in value.terms.items():
        above, below = exponent.constant, factor.constant
        if above is None or below is None:
            raise UngenerableError("a value that still depends on an integration variable")
        total = total + (below * elementary.exp(above) if above else below)
    return total


def as_polynomial(value: Any) -> Polynomial:
    """A rational number, a polynomial or a field that is one, as a polynomial."""
    if isinstance(value, Field):
        found = value.polynomial
        if found is None:
            raise UngenerableError("a density at an argument that is an exponential")
        return found
    return Polynomial.of(value)


def integrated(value: Any, variable: int) -> Any:
    """∫ value d(variable), of a field or of a dual number of fields."""
    if isinstance(value, values.Dual):
        return values.Dual(integrated(value.value, variable), integrated(value.slope, variable))
    return Field.of(value).integral(variable)


def normal_density(argument: Polynomial, mean: Polynomial, variance: Number) -> Field:
    """N(argument; mean, variance)."""
    away = argument + -mean
    inverse = elementary.power(variance, Fraction(-1)) * Fraction(-1, 2)
    scale = elementary.log(2 * variance) * Fraction(-1, 2) + Exact({(LOG_PI,): Fraction(-1, 2)})
    return Field({(away * away).scaled(inverse) + Polynomial.of(scale): ONE})


def is_zero(value: Field) -> bool:
    """Whether a field is 0 for all values of its variables."""
    gathered: dict[Polynomial, Polynomial] = {}
    for exponent, factor in value.terms.items():
        constant = exponent.terms.get((), Fraction(0))
        moving = Polynomial({p: _plain(c) for p, c in exponent.terms.items() if p})
        scaled = factor.scaled(elementary.exp(constant))
        gathered[moving] = gathered.get(moving, ZERO) + scaled
    return all(sign(c) == 0 for factor in gathered.values() for c in factor.terms.values())


def _plain(value: Number) -> Number:
    return normal(value) if isinstance(value, Exact) else value


def _single(value: Field) -> tuple[Polynomial, Polynomial]:
    if len(value.terms) != 1:
        raise UngenerableError("the logarithm or a power of a sum of exponentials (a mixture)")
    ((exponent, factor),) = value.terms.items()
    return exponent, factor


@values.log.register
def _(value: Field) -> Any:
    exponent, factor = _single(value)
    if factor.constant is None:
        raise UngenerableError("the logarithm of a polynomial")
    return Field.of(exponent + Polynomial.of(elementary.log(factor.constant)))


@values.exp.register
def _(value: Field) -> Field:
    polynomial = value.polynomial
    if polynomial is None:
        raise UngenerableError("the exponential of an exponential")
    return Field({polynomial: ONE})


@values.power.register
def _(base: Field, exponent: Fraction) -> Any:
    if exponent.denominator == 1 and 0 <= exponent <= _HIGHEST_POWER:
        result = Field.of(Fraction(1))
        for _ in range(int(exponent)):
            result = result * base
        return result
    above, factor = _single(base)
    if factor.constant is None:
        raise UngenerableError("a division by a polynomial, or a root of one")
    scaled = elementary.power(factor.constant, exponent)
    return Field({above.scaled(exponent): Polynomial.of(scaled)})
