"""Equality and sign of exact numbers.

By normal forms over a coprime base, and by intervals of rising precision.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeGuard

from vaetheory.worlds import intervals
from vaetheory.worlds.coprime import coprime_base, exponents
from vaetheory.worlds.elementary import exp, log, power
from vaetheory.worlds.exact import (
    LOG_PI,
    PI,
    Exact,
    ExpOf,
    Generator,
    LogOf,
    Monomial,
    Number,
    PowerOf,
    Symbol,
    float_of_rational,
    integers_of,
)
from vaetheory.worlds.intervals import Interval

PRECISIONS = (25, 60, 150, 400)
_ROUNDS = 5
# beyond this an exponential is not worth its digits
_LARGEST_EXPONENT = Decimal(10) ** 6


def equal(first: Number, second: Number) -> bool | None:
    """Whether two numbers are equal; None where it cannot be told."""
    found = sign(first - second)
    return None if found is None else found == 0


def sign(value: Number) -> int | None:
    """−1, 0 or 1; None where the normal form is not 0 and no interval excludes 0."""
    if isinstance(value, int | Fraction):
        return (value > 0) - (value < 0)
    if (plain := value.as_rational) is not None:
        return (plain > 0) - (plain < 0)
    if _far_from_zero(value):
        # the likely case for two different numbers: one interval settles it, and no normal form is
        # needed
        found = _sign_by_interval(value, PRECISIONS[0])
        if found:
            return found
    reduced = normal(value)
    if not reduced.terms or not _without_denominators(reduced).terms:
        return 0
    for precision in PRECISIONS:
        if found := _sign_by_interval(reduced, precision):
            return found
    return None


def _sign_by_interval(value: Exact, precision: int) -> int | None:
    enclosure = enclose(value, precision)
    return None if enclosure is None else enclosure.sign


@lru_cache(maxsize=100)
def normal(value: Exact) -> Exact:
    """The number over a pairwise-coprime base of all its integers; 0 has the normal form 0."""
    base = coprime_base(integers_of(value))
    if all(len(m) <= 1 and all(isinstance(g, int) for g in m) for m in value.terms):
        return _normal_linear(value, base)
    for _ in range(_ROUNDS):
        value = _normal(value, tuple(base))
        integers = set(integers_of(value))
        if integers <= set(base):
            break
        # sums put over one denominator bring new integers
        base = coprime_base(integers)
    return value


def _normal_linear(value: Exact, base: list[int]) -> Exact:
    terms: dict[Monomial, Fraction] = {}
    for monomial, coefficient in value.terms.items():
        if not monomial:
            terms[()] = coefficient
            continue
        for element, exponent in exponents(monomial[0], base).items():  # type: ignore[arg-type]
            terms[(element,)] = terms.get((element,), Fraction(0)) + exponent * coefficient
    return Exact({m: c for m, c in terms.items() if c})


def _normal(value: Exact, base: tuple[int, ...]) -> Exact:
    result: Number = Exact({})
    for monomial, coefficient in value.terms.items():
        product: Number = coefficient
        for generator in monomial:
            product = product * _image(generator, base)
        result = result + product
    return Exact.of(result)


@lru_cache(maxsize=10_000)
def _image(generator: Generator, base: tuple[int, ...]) -> Number:
    match generator:
        case int():
            return Exact({(b,): Fraction(e) for b, e in exponents(generator, base).items()})
        case PowerOf(base=int() as n, exponent=exponent):
            result: Number = Fraction(1)
            for b, e in exponents(n, base).items():
                result = result * power(Fraction(b), e * exponent)
            return result
        case PowerOf(base=Exact() as inner, exponent=exponent):
            return power(_normal(inner, base), exponent)
        case ExpOf(argument=inner):
            return exp(_normal(inner, base))
        case LogOf(argument=inner):
            return log(_normal(inner, base))
    return Exact({(generator,): Fraction(1)})


def _without_denominators(value: Exact) -> Exact:
    """The number times what it is divided by: 0 if and only if the number is."""
    while found := [g for m in value.terms for g in m if _is_denominator(g)]:
        worst = min(found, key=lambda g: g.exponent)
        result: Number = Exact({})
        for monomial, coefficient in value.terms.items():
            own = [g for g in monomial if isinstance(g, PowerOf) and g.base == worst.base]
            rest = Exact({tuple(g for g in monomial if g not in own): coefficient})
            exponent = sum((g.exponent for g in own), -worst.exponent)
            result = result + rest * power(worst.base, exponent)  # type: ignore[arg-type]
        value = normal(Exact.of(result))
    return value


def _is_denominator(generator: Generator) -> TypeGuard[PowerOf]:
    return (
        isinstance(generator, PowerOf)
        and isinstance(generator.base, Exact)
        and generator.exponent < 0
    )


def enclose(value: Number, precision: int) -> Interval | None:
    """An interval that contains the number.

    None where this precision gives none: the logarithm of an interval around 0.
    """
    total = intervals.rational(Fraction(0), precision)
    for monomial, coefficient in Exact.of(value).terms.items():
        term = intervals.rational(coefficient, precision)
        for generator in monomial:
            factor = _enclose_generator(generator, precision)
            if factor is None:
                return None
            term = term * factor
        total = total + term
    return total


def _enclose_generator(generator: Generator, precision: int) -> Interval | None:
    match generator:
        case int():
            return intervals.log_of_integer(generator, precision)
        case Symbol():
            return intervals.pi(precision) if generator is PI else intervals.pi(precision).log()
        case PowerOf(base=base, exponent=exponent):
            return _enclose_power(base, exponent, precision)
        case ExpOf(argument=argument):
            return _bounded_exp(enclose(argument, precision))
        case LogOf(argument=argument):
            inner = enclose(argument, precision)
            return None if inner is None else inner.log()


def _enclose_power(
    base: int | Symbol | Exact, exponent: Fraction, precision: int
) -> Interval | None:
    if isinstance(base, int):
        logarithm: Interval | None = intervals.log_of_integer(base, precision)
    elif isinstance(base, Symbol):
        logarithm = intervals.pi(precision).log()
    else:
        inner = enclose(base, precision)
        if inner is None or inner.sign is None:
            return None
        if inner.sign < 0:
            # only whole exponents get here: fractional powers of negative numbers are refused when
            # built
            positive = _enclose_power(-base, exponent, precision)
            return positive if positive is None or exponent % 2 == 0 else _minus(positive)
        logarithm = inner.log()
    return (
        None
        if logarithm is None
        else _bounded_exp(logarithm * intervals.rational(exponent, precision))
    )


def _minus(interval: Interval) -> Interval:
    return Interval(-interval.high, -interval.low, interval.precision)


def _bounded_exp(argument: Interval | None) -> Interval | None:
    if argument is None or max(abs(argument.low), abs(argument.high)) > _LARGEST_EXPONENT:
        return None
    return argument.exp()


def approximate(value: Number) -> float:
    """The number as a float, for display and for searching; never used to decide anything.

    Sums that cancel are taken again with 60 digits.
    """
    if isinstance(value, int | Fraction):
        return float_of_rational(value)
    total, scale = _rough(value)
    if scale and abs(total) > 1e-6 * scale:
        return total
    enclosure = enclose(normal(value), PRECISIONS[1])
    return total if enclosure is None else float((enclosure.low + enclosure.high) / 2)


def _far_from_zero(value: Exact) -> bool:
    total, scale = _rough(value)
    return abs(total) > 1e-9 * scale


def _rough(value: Exact) -> tuple[float, float]:
    """The value and the sum of the sizes of its terms, in floats."""
    total = scale = 0.0
    for monomial, coefficient in value.terms.items():
        term = float_of_rational(coefficient)
        for generator in monomial:
            term *= _rough_generator(generator)
        total += term
        scale += abs(term)
    return total, scale


def _rough_generator(generator: Generator) -> float:
    try:
        match generator:
            case int():
                return math.log(generator)
            case Symbol():
                return math.pi if generator is PI else math.log(math.pi)
            case PowerOf(base=base, exponent=exponent):
                number = math.pi if base is PI else float(base)  # type: ignore[arg-type]
                return float(number ** float(exponent))
            case ExpOf(argument=argument):
                return math.exp(approximate(argument))
            case LogOf(argument=argument):
                return math.log(approximate(argument))
    except (OverflowError, ValueError, ZeroDivisionError):
        return math.inf


__all__ = ["LOG_PI", "approximate", "enclose", "equal", "normal", "sign"]
