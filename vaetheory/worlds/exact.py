"""The exact number ring.

Polynomials over ℚ in logarithms, in π and log π, and in what has no better form.

A number is a sum of rational multiples of *monomials*, a monomial a sorted tuple of *generators*:

===============================  ==============================================================
``5`` (an integer > 1)           log 5
``LOG_PI``                       log π
``PowerOf(base, exponent)``      base^exponent: 2^(1/2), π^(−1/2), or a power of a sum
``ExpOf(number)``                e^number
``LogOf(number)``                log of a number with no better form, such as log(1 + √2)
===============================  ==============================================================

Nothing is factored: log n stays a generator of its own until two numbers are compared, and then the
integers in play are refined to a pairwise-coprime base (``normal``). Equal polynomials are equal
numbers. Different ones are called unequal only when an interval of rising precision excludes 0. For
polynomials of degree 1 in logarithms of a coprime base this always ends: those logarithms and 1 are
linearly independent over ℚ (unique factorization and Lindemann's theorem). Beyond that nobody can
promise it (Schanuel's conjecture), and ``sign`` may answer None.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Union

from vaetheory.worlds.rational import Rational as FastFraction
from vaetheory.worlds.rational import quick

Generator = Union[int, "Symbol", "PowerOf", "ExpOf", "LogOf"]
Monomial = tuple[Generator, ...]
Rational = int | Fraction


MOST_TERMS = 20_000
"""No product of two sums is written out beyond this."""


class UndefinedError(ArithmeticError):
    """The expression has no value in this world: a logarithm of a negative number, 0/0, ∞ − ∞."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A transcendental constant with a name: π, or log π."""

    name: str


ONE, MINUS_ONE = FastFraction(1), FastFraction(-1)
PI, LOG_PI = Symbol("π"), Symbol("log π")


class Exact:
    """A number of the ring.

    Immutable; ``==`` compares the written form, ``decide.equal`` the number.
    """

    __slots__ = ("__dict__", "terms")
    terms: Mapping[Monomial, Fraction]

    def __init__(self, terms: Mapping[Monomial, Fraction]) -> None:
        self.terms = terms

    @staticmethod
    def of(value: Number) -> Exact:
        """The number as an element of the ring; elements pass through."""
        return value if isinstance(value, Exact) else Exact({(): quick(value)} if value else {})

    @cached_property
    def as_rational(self) -> Fraction | None:
        """The value where the written form has no generator, otherwise None."""
        if not self.terms:
            return Fraction(0)
        return self.terms.get(()) if len(self.terms) == 1 else None

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int | Fraction):
            return self.as_rational == other
        return isinstance(other, Exact) and self.terms == other.terms

    @cached_property
    def _hash(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        from vaetheory.worlds.display import exact_text

        return exact_text(self)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __neg__(self) -> Exact:
        return Exact({m: MINUS_ONE if c is ONE else -c for m, c in self.terms.items()})

    def __add__(self, other: object) -> Exact:
        if isinstance(other, int | Fraction):
            if not other:
                return self
            added: Mapping[Monomial, Fraction] = {(): quick(other)}
        elif isinstance(other, Exact):
            added = other.terms
        else:
            return NotImplemented
        terms = dict(self.terms)
        for monomial, coefficient in added.items():
            before = terms.get(monomial)
            if before is None:
                terms[monomial] = coefficient
            elif total := before + coefficient:
                terms[monomial] = total
            else:
                del terms[monomial]
        return Exact(terms)

    __radd__ = __add__

    def __sub__(self, other: object) -> Exact:
        if isinstance(other, int | Fraction | Exact):
            return self + (-other)
        return NotImplemented

    def __rsub__(self, other: object) -> Exact:
        return (-self) + other

    def __mul__(self, other: object) -> Exact:
        if isinstance(other, int | Fraction):
            if not other:
                return Exact({})
            scale = quick(other)
            if len(self.terms) < 3:
                # most factors are logarithms, whose coefficients are ±1
                return Exact({m: _scaled(c, scale) for m, c in self.terms.items()})
            return Exact({m: c * scale for m, c in self.terms.items()})
        if not isinstance(other, Exact):
            return NotImplemented
        if len(self.terms) * len(other.terms) > MOST_TERMS:
            raise UndefinedError("a product of sums that is too long to write out")
        terms: dict[Monomial, Fraction] = {}
        for first, a in self.terms.items():
            for second, b in other.terms.items():
                monomial, factor = _times(first, second)
                total = terms.get(monomial, 0) + a * b * factor
                if total:
                    terms[monomial] = total
                else:
                    del terms[monomial]
        return Exact(terms)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Exact:
        if isinstance(other, int | Fraction):
            return self * (1 / Fraction(other))
        if isinstance(other, Exact):
            return self * Exact.of(_inverse(other))
        return NotImplemented

    def __rtruediv__(self, other: object) -> Exact:
        return Exact.of(_inverse(self)) * other

    def __float__(self) -> float:
        from vaetheory.worlds.decide import approximate

        return approximate(self)


Number = Rational | Exact


@dataclass(frozen=True, slots=True)
class PowerOf:
    """base^exponent.

    The base is an integer > 1 with 0 < exponent < 1, π, or a number that is not a single product.
    """

    base: int | Symbol | Exact
    exponent: Fraction


@dataclass(frozen=True, slots=True)
class ExpOf:
    """e^argument."""

    argument: Exact


@dataclass(frozen=True, slots=True)
class LogOf:
    """log argument, of a positive number that is not a single product."""

    argument: Exact


def _scaled(coefficient: Fraction, scale: Fraction) -> Fraction:
    if coefficient is ONE:
        return scale
    return -scale if coefficient is MINUS_ONE else coefficient * scale


def _inverse(value: Exact) -> Number:
    # powers need the content of a sum, which needs this ring
    from vaetheory.worlds.elementary import power

    return power(value, Fraction(-1))


def _rank(generator: Generator) -> tuple[int, int, str]:
    return (0, generator, "") if isinstance(generator, int) else (1, 0, repr(generator))


def _times(first: Monomial, second: Monomial) -> tuple[Monomial, Rational]:
    """The product of two monomials as a monomial and a rational factor (√2·√2 = 2)."""
    if not first:
        return second, 1
    if not second:
        return first, 1
    joined = first + second
    if all(isinstance(g, int) for g in joined):
        return tuple(sorted(joined)), 1  # type: ignore[type-var]
    factor: Rational = 1
    argument: Exact | None = None
    powers: dict[int | Symbol | Exact, Fraction] = {}
    others: list[Generator] = []
    for generator in joined:
        match generator:
            case ExpOf():
                argument = generator.argument if argument is None else argument + generator.argument
            case PowerOf():
                powers[generator.base] = (
                    powers.get(generator.base, Fraction(0)) + generator.exponent
                )
            case _:
                others.append(generator)
    for base, exponent in powers.items():
        if isinstance(base, int):
            whole, exponent = divmod(exponent, 1)
            factor = factor * Fraction(base) ** whole
        if exponent:
            others.append(PowerOf(base, exponent))
    if argument is not None and argument.terms:
        others.append(ExpOf(argument))
    return tuple(sorted(others, key=_rank)), factor


def integers_of(value: Exact) -> Iterator[int]:
    """All integers whose logarithms or powers occur in the number."""
    for monomial in value.terms:
        for generator in monomial:
            match generator:
                case int():
                    yield generator
                case PowerOf(base=int() as n):
                    yield n
                case PowerOf(base=Exact() as inner) | ExpOf(argument=inner) | LogOf(argument=inner):
                    yield from integers_of(inner)


def float_of_rational(value: Rational) -> float:
    """The nearest float, ±inf beyond the range."""
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)
