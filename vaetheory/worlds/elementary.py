"""log, exp and rational powers on the exact number ring."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.worlds.coprime import perfect_power
from vaetheory.worlds.exact import (
    LOG_PI,
    MINUS_ONE,
    ONE,
    PI,
    Exact,
    ExpOf,
    Generator,
    LogOf,
    Monomial,
    Number,
    PowerOf,
    Symbol,
    UndefinedError,
)

_MOST_BITS = 100_000


def _is_positive(value: Number) -> bool:
    # deciding a sign takes logarithms of what is nested inside
    from vaetheory.worlds.decide import sign

    return sign(value) == 1


def log(value: Number) -> Number:
    """The natural logarithm.

    Raises UndefinedError where the argument is not positive, or its sign cannot be told.
    """
    if isinstance(value, Exact) and (plain := value.as_rational) is not None:
        value = plain
    if isinstance(value, int | Fraction):
        if value <= 0:
            raise UndefinedError(f"the logarithm of {value}")
        top, bottom = value.numerator, value.denominator
        terms: dict[Monomial, Fraction] = {}
        if top > 1:
            terms[top,] = ONE
        if bottom > 1:
            terms[bottom,] = MINUS_ONE
        return Exact(terms) if terms else Fraction(0)
    if not _is_positive(value):
        raise UndefinedError(f"the logarithm of {value!r}, which is not known to be positive")
    monomial, coefficient, rest = _content(value)
    result = log(coefficient)
    for generator in monomial:
        result = result + _log_of_unit(generator)
    return result if rest == 1 else result + Exact({(LogOf(rest),): Fraction(1)})


def exp(value: Number) -> Number:
    """e^value, with e^(c log n) written n^c."""
    value = Exact.of(value)
    result: Number = Fraction(1)
    rest: dict[Monomial, Fraction] = {}
    for monomial, coefficient in value.terms.items():
        match monomial:
            case (int() as n,):
                result = result * _integer_power(n, coefficient)
            case (Symbol(name="log π"),):
                result = result * Exact({(PowerOf(PI, coefficient),): Fraction(1)})
            case (LogOf(argument=argument),):
                result = result * power(argument, coefficient)
            case _:
                rest[monomial] = coefficient
    return result * Exact({(ExpOf(Exact(rest)),): Fraction(1)}) if rest else result


def power(base: Number, exponent: Fraction) -> Number:
    """base^exponent for a rational exponent.

    Raises UndefinedError for 0^negative and fractional powers of negatives.
    """
    if isinstance(base, Exact) and (plain := base.as_rational) is not None:
        base = plain
    if isinstance(base, int | Fraction):
        return _rational_power(base if isinstance(base, Fraction) else Fraction(base), exponent)
    if exponent.denominator == 1 and 0 <= exponent <= 8:
        result: Number = Fraction(1)
        for _ in range(int(exponent)):
            result = result * base
        return result
    if exponent.denominator > 1 and not _is_positive(base):
        raise UndefinedError(f"{base!r} to the power {exponent}")
    monomial, coefficient, rest = _content(base)
    result = _rational_power(coefficient, exponent)
    for generator in monomial:
        result = result * _power_of_unit(generator, exponent)
    return result if rest == 1 else result * Exact({(PowerOf(rest, exponent),): Fraction(1)})


def pi_number() -> Exact:
    """π."""
    return Exact({(PowerOf(PI, Fraction(1)),): Fraction(1)})


def _rational_power(base: Fraction, exponent: Fraction) -> Number:
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if size * abs(exponent.numerator) > _MOST_BITS * exponent.denominator:
        raise UndefinedError(f"{base} to the power {exponent} is too long to write")
    if exponent.denominator == 1:
        if base == 0 and exponent < 0:
            raise UndefinedError("a division by zero")
        return base**exponent.numerator
    if base == 0 and exponent > 0:
        return Fraction(0)
    if base <= 0:
        raise UndefinedError(f"{base} to the power {exponent}")
    return _integer_power(base.numerator, exponent) * _integer_power(base.denominator, -exponent)


def _integer_power(number: int, exponent: Fraction) -> Number:
    root, degree = perfect_power(number) if exponent.denominator > 1 else (number, 1)
    if number.bit_length() * abs(exponent) > _MOST_BITS:
        raise UndefinedError(f"{number} to the power {exponent} is too long to write")
    whole, part = divmod(exponent * degree, 1)
    rational = Fraction(root) ** whole
    if not part or root == 1:
        return rational
    return Exact({(PowerOf(root, part),): rational})


def _is_unit(generator: Generator) -> bool:
    """Whether powers and the logarithm of the generator stay inside monomials."""
    return isinstance(generator, ExpOf | PowerOf)


def _content(value: Exact) -> tuple[Monomial, Fraction, Exact]:
    """value = coefficient · monomial · rest, the rest 1 for a single product of units.

    Of all ways to divide by one term, the one whose rest is written first is taken: proportional
    numbers get one rest.
    """
    best: tuple[str, Monomial, Fraction, Exact] | None = None
    for monomial, coefficient in value.terms.items():
        units = tuple(g for g in monomial if _is_unit(g))
        inverse: Number = 1 / coefficient
        for generator in units:
            inverse = inverse * _power_of_unit(generator, Fraction(-1))
        rest = value * Exact.of(inverse)
        if any(c < 0 for c in rest.terms.values()) and coefficient < 0:
            rest, coefficient = -rest, -coefficient
        key = repr(sorted(((repr(m), c) for m, c in rest.terms.items()), key=repr))
        if best is None or key < best[0]:
            best = (key, units, coefficient, rest)
    if best is None:
        raise UndefinedError("the content of 0")
    return best[1:]


def _log_of_unit(generator: Generator) -> Number:
    match generator:
        case ExpOf(argument=argument):
            return argument
        case PowerOf(base=int() as n, exponent=e):
            return Exact({(n,): e})
        case PowerOf(base=Symbol(), exponent=e):
            return Exact({(LOG_PI,): e})
        case PowerOf(base=Exact() as base, exponent=e):
            return log(base) * e
    raise TypeError(f"{generator!r} is not a unit")


def _power_of_unit(generator: Generator, exponent: Fraction) -> Number:
    match generator:
        case ExpOf(argument=argument):
            return exp(argument * exponent)
        case PowerOf(base=int() as n, exponent=e):
            return _integer_power(n, e * exponent)
        case PowerOf(base=base, exponent=e):
            if isinstance(base, Exact) and exponent.denominator > 1 and not _is_positive(base):
                raise UndefinedError(f"a power of {base!r}, which is not known to be positive")
            return Exact({(PowerOf(base, e * exponent),): Fraction(1)})
    raise TypeError(f"{generator!r} is not a unit")
