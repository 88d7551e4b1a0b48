"""Rigorous enclosures of real numbers at any precision, on the decimal module.

``Decimal.ln`` and ``Decimal.exp`` are correctly rounded, so widening by one unit in the last place
encloses the true value; sums, products and quotients are rounded outward.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import lru_cache

# As far as a number reaches everywhere: 32-bit systems, such as a browser, reach less far.
_LARGEST, _SMALLEST = min(999_999_999, MAX_EMAX), max(-999_999_999, MIN_EMIN)


@lru_cache(maxsize=32)
def _contexts(precision: int) -> tuple[Context, Context]:
    down = Context(prec=precision, rounding=ROUND_FLOOR, Emax=_LARGEST, Emin=_SMALLEST, traps=[])
    up = Context(prec=precision, rounding=ROUND_CEILING, Emax=_LARGEST, Emin=_SMALLEST, traps=[])
    return down, up


@dataclass(frozen=True, slots=True)
class Interval:
    """[low, high], computed with ``precision`` significant digits."""

    low: Decimal
    high: Decimal
    precision: int

    @property
    def sign(self) -> int | None:
        """−1 or 1 where 0 is excluded, 0 for [0, 0], otherwise None."""
        if self.low > 0:
            return 1
        if self.high < 0:
            return -1
        return 0 if self.low == self.high == 0 else None

    def __add__(self, other: Interval) -> Interval:
        down, up = _contexts(self.precision)
        return Interval(
            down.add(self.low, other.low), up.add(self.high, other.high), self.precision
        )

    def __mul__(self, other: Interval) -> Interval:
        down, up = _contexts(self.precision)
        pairs = [(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        lowest = min(down.multiply(a, b) for a, b in pairs)
        return Interval(lowest, max(up.multiply(a, b) for a, b in pairs), self.precision)

    def log(self) -> Interval | None:
        """The natural logarithm; None where the interval is not above 0."""
        if self.low <= 0:
            return None
        down, up = _contexts(self.precision)
        return Interval(
            self.low.ln(down).next_minus(down), self.high.ln(up).next_plus(up), self.precision
        )

    def exp(self) -> Interval:
        """The exponential."""
        down, up = _contexts(self.precision)
        lowest = self.low.exp(down).next_minus(down)
        return Interval(max(lowest, Decimal(0)), self.high.exp(up).next_plus(up), self.precision)


def rational(value: Fraction, precision: int) -> Interval:
    """An enclosure of a rational number."""
    down, up = _contexts(precision)
    top, bottom = Decimal(value.numerator), Decimal(value.denominator)
    return Interval(down.divide(top, bottom), up.divide(top, bottom), precision)


@lru_cache(maxsize=50_000)
def log_of_integer(number: int, precision: int) -> Interval:
    """An enclosure of log(number), number ≥ 1."""
    down, up = _contexts(precision)
    if number < 10**precision:
        nearest = Decimal(number).ln(down)  # the usual case: one logarithm serves both ends
        return Interval(nearest.next_minus(down), nearest.next_plus(up), precision)
    exact = rational(Fraction(number), precision)
    return Interval(exact.low.ln(down).next_minus(down), exact.high.ln(up).next_plus(up), precision)


@lru_cache(maxsize=32)
def pi(precision: int) -> Interval:
    """An enclosure of π by Machin's formula 16 arctan(1/5) − 4 arctan(1/239) in integers."""
    digits = precision + 5
    unit = 10**digits

    def arctan_of_inverse(denominator: int) -> tuple[int, int]:
        power, total, count = unit // denominator, 0, 0
        while power:
            term = power // (2 * count + 1)
            total += -term if count % 2 else term
            power //= denominator * denominator
            count += 1
        # every term is off by less than 3 units (two floors, one carried along), and so is the tail
        return total, 3 * (count + 1)

    first, error_first = arctan_of_inverse(5)
    second, error_second = arctan_of_inverse(239)
    middle, error = 16 * first - 4 * second, 16 * error_first + 4 * error_second
    low = rational(Fraction(middle - error, unit), precision).low
    high = rational(Fraction(middle + error, unit), precision).high
    return Interval(low, high, precision)
