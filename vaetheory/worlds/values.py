"""The values that an expression can take in a world, and the functions on them.

Rational numbers are plain fractions, logarithms live in the exact ring, +∞ and −∞ come from KL
divergences and logarithms of 0, and dual numbers carry a derivative along. All share the operators;
0 · ∞ is 0, the measure-theoretic convention that makes 0 log 0 vanish.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch
from typing import Any, Union

from vaetheory.worlds import elementary
from vaetheory.worlds.exact import Exact, Monomial, Number, UndefinedError
from vaetheory.worlds.rational import ZERO

WorldValue = Union[Number, "Infinite", "Dual"]


@dataclass(frozen=True, slots=True)
class Infinite:
    """+∞ or −∞, by its sign."""

    sign: int

    def __repr__(self) -> str:
        return "∞" if self.sign > 0 else "−∞"

    def __neg__(self) -> Any:
        return Infinite(-self.sign)

    def __add__(self, other: object) -> Any:
        if isinstance(other, Infinite) and other.sign != self.sign:
            raise UndefinedError("∞ − ∞")
        return self

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> WorldValue:
        if isinstance(other, Infinite):
            return Infinite(self.sign * other.sign)
        if isinstance(other, Dual):
            raise UndefinedError("a derivative of an infinite value")
        from vaetheory.worlds.decide import sign

        found = sign(other)
        if found is None:
            raise UndefinedError(f"∞ times {other!r}, whose sign is not known")
        return Infinite(self.sign * found) if found else Fraction(0)

    __rmul__ = __mul__

    def __float__(self) -> float:
        return self.sign * float("inf")


INFINITY = Infinite(1)


@dataclass(frozen=True, slots=True)
class Dual:
    """value + ε·slope with ε² = 0: arithmetic on it differentiates exactly."""

    value: Any
    slope: Any

    def __bool__(self) -> bool:
        return bool(self.value) or bool(self.slope)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Infinite):
            raise UndefinedError("a derivative of an infinite value")
        if isinstance(other, Dual):
            return Dual(self.value + other.value, self.slope + other.slope)
        return Dual(self.value + other, self.slope)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Dual):
            slope = self.value * other.slope + self.slope * other.value
            return Dual(self.value * other.value, slope)
        return Dual(self.value * other, self.slope * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self * power(other, Fraction(-1))

    def __rtruediv__(self, other: Any) -> Any:
        return power(self, Fraction(-1)) * other


def slope_of(value: Any) -> Any:
    """The derivative that a value carries: 0 for what does not move."""
    return value.slope if isinstance(value, Dual) else Fraction(0)


@singledispatch
def log(value: Any) -> Any:
    """The natural logarithm; −∞ at 0."""
    return elementary.log(value) if value else Infinite(-1)


@log.register
def _(value: Infinite) -> Any:
    if value.sign < 0:
        raise UndefinedError("the logarithm of −∞")
    return value


@log.register
def _(value: Dual) -> Dual:
    return Dual(log(value.value), value.slope * power(value.value, Fraction(-1)))


@singledispatch
def exp(value: Any) -> Any:
    """The exponential; 0 at −∞."""
    return elementary.exp(value)


@exp.register
def _(value: Infinite) -> WorldValue:
    return value if value.sign > 0 else Fraction(0)


@exp.register
def _(value: Dual) -> Dual:
    at = exp(value.value)
    return Dual(at, at * value.slope)


@singledispatch
def power(base: Any, exponent: Fraction) -> Any:
    """base^exponent for a rational exponent."""
    return elementary.power(base, exponent)


@power.register
def _(base: Infinite, exponent: Fraction) -> WorldValue:
    if exponent == 0 or base.sign < 0:
        raise UndefinedError(f"{base!r} to the power {exponent}")
    return base if exponent > 0 else Fraction(0)


@power.register
def _(base: Dual, exponent: Fraction) -> Dual:
    if exponent == 0:
        return Dual(Fraction(1), Fraction(0))
    at = power(base.value, exponent)
    return Dual(at, power(base.value, exponent - 1) * exponent * base.slope)


def add_all(values: Iterable[Any]) -> Any:
    """The sum of many values.

    Numbers are gathered in one table of terms instead of one sum after the other.
    """
    rational: Fraction = ZERO
    terms: dict[Monomial, Fraction] = {}
    others: list[Any] = []
    for value in values:
        if isinstance(value, Fraction):
            if value:
                rational += value
        elif isinstance(value, Exact):
            for monomial, coefficient in value.terms.items():
                before = terms.get(monomial)
                terms[monomial] = coefficient if before is None else before + coefficient
        else:
            others.append(value)
    total: Any = rational
    if terms:
        if rational:
            terms[()] = terms.get((), Fraction(0)) + rational
        total = Exact({m: c for m, c in terms.items() if c})
    for value in others:
        total = total + value
    return total
