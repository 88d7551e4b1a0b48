"""Fractions whose four operations skip the general number tower.

A world adds and multiplies many thousands of small fractions, and ``fractions.Fraction`` spends
most of that time on finding out what kind of number the other operand is. ``Rational`` is a
``Fraction`` in every respect (equal, hashed and written alike) that looks at the common kinds
first. Python asks a subclass before its base, so that one ``Rational`` operand makes the result
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import Any

_new = object.__new__


class Rational(Fraction):
    """A fraction in lowest terms, with fast arithmetic among fractions and whole numbers."""

    __slots__ = ()
    # the slots of Fraction, which its stubs do not show
    _numerator: int
    _denominator: int

    def __repr__(self) -> str:
        # seeds of worlds are made of what is written, so it must be written alike
        return f"Fraction({self._numerator}, {self._denominator})"

    def __eq__(self, other: object) -> bool:
        kind = type(other)
        if kind is Rational or kind is Fraction:
            fraction: Any = other
            same: bool = self._numerator == fraction._numerator
            return same and bool(self._denominator == fraction._denominator)
        if kind is int:
            return self._denominator == 1 and self._numerator == other
        return super().__eq__(other)

    __hash__ = Fraction.__hash__

    def __neg__(self) -> Rational:
        return _made(-self._numerator, self._denominator)

    def __add__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Rational or kind is Fraction:
            return _sum(self, other._numerator, other._denominator)
        if kind is int:
            return _made(self._numerator + other * self._denominator, self._denominator)
        return super().__add__(other)

    def __radd__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Fraction or kind is int:
            return self.__add__(other)
        return super().__radd__(other)

    def __sub__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Rational or kind is Fraction:
            return _sum(self, -other._numerator, other._denominator)
        if kind is int:
            return _made(self._numerator - other * self._denominator, self._denominator)
        return super().__sub__(other)

    def __rsub__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Fraction or kind is int:
            return (-self).__add__(other)
        return super().__rsub__(other)

    def __mul__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Rational or kind is Fraction:
            return _product(self, other._numerator, other._denominator)
        if kind is int:
            return _product(self, other, 1)
        return super().__mul__(other)

    def __rmul__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Fraction or kind is int:
            return self.__mul__(other)
        return super().__rmul__(other)

    def __truediv__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Rational or kind is Fraction:
            return _quotient(self, other._numerator, other._denominator)
        if kind is int:
            return _quotient(self, other, 1)
        return super().__truediv__(other)

    def __rtruediv__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Fraction or kind is int:
            return Rational(other).__truediv__(self)
        return super().__rtruediv__(other)

    def __pow__(self, other: Any) -> Any:
        if type(other) is not int:
            return super().__pow__(other)
        top, bottom = self._numerator, self._denominator
        if other >= 0:
            return _made(top**other, bottom**other)
        if not top:
            raise ZeroDivisionError(f"Fraction({bottom**-other}, 0)")
        if top < 0:
            top, bottom = -top, -bottom
        return _made(bottom**-other, top**-other)


def quick(value: Fraction | int) -> Rational:
    """The same number as a ``Rational``."""
    kind = type(value)
    if kind is Rational:
        return value  # type: ignore[return-value]
    return _made(value.numerator, value.denominator)


def product_of(first: Fraction, others: Sequence[Any]) -> Any:
    """first · ∏ others: fractions are put into lowest terms once, at the end."""
    top, bottom = first.numerator, first.denominator
    for place, other in enumerate(others):
        kind = type(other)
        if kind is not Rational and kind is not Fraction:
            rest: Any = _reduced(top, bottom)
            for factor in others[place:]:
                rest = rest * factor
            return rest
        top *= other._numerator
        if not top:
            return ZERO
        bottom *= other._denominator
    return _reduced(top, bottom)


def _reduced(top: int, bottom: int) -> Rational:
    common = gcd(top, bottom)
    return _made(top // common, bottom // common)


def _made(top: int, bottom: int) -> Rational:
    """top/bottom, which are coprime, with bottom > 0."""
    made: Rational = _new(Rational)
    made._numerator = top
    made._denominator = bottom
    return made


def _sum(first: Rational, top: int, bottom: int) -> Rational:
    mine, below = first._numerator, first._denominator
    common = gcd(below, bottom)
    if common == 1:
        return _made(mine * bottom + top * below, below * bottom)
    part = below // common
    total = mine * (bottom // common) + top * part
    again = gcd(total, common)
    if again == 1:
        return _made(total, part * bottom)
    return _made(total // again, part * (bottom // again))


def _product(first: Rational, top: int, bottom: int) -> Rational:
    mine, below = first._numerator, first._denominator
    common = gcd(mine, bottom)
    if common > 1:
        mine //= common
        bottom //= common
    common = gcd(top, below)
    if common > 1:
        top //= common
        below //= common
    return _made(mine * top, below * bottom)


def _quotient(first: Rational, top: int, bottom: int) -> Rational:
    if not top:
        raise ZeroDivisionError(f"Fraction({first._numerator * bottom}, 0)")
    return _product(first, bottom, top) if top > 0 else _product(first, -bottom, -top)


ZERO = _made(0, 1)
