"""Floats recognised as the numbers that people write: ½, 1/784, 0.1, 2.5e-4, π/6."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

_VULGAR = {
    Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾", Fraction(1, 3): "⅓",
    Fraction(2, 3): "⅔", Fraction(1, 8): "⅛",
}  # fmt: skip
_CONSTANTS = (
    (math.pi, "π"),
    (math.log(2 * math.pi), "log 2π"),
    (math.log(2), "log 2"),
    (math.sqrt(2 * math.pi), "√(2π)"),
    (math.sqrt(2), "√2"),
    (math.e, "e"),
)


@dataclass(frozen=True)
class Recognised:
    """A float, how it is written, and how far the writing lies from the float (relative).

    `value` is the number as written where it was recognised.
    """

    value: float
    text: str
    residual: float
    exact: bool

    def __str__(self) -> str:
        return self.text


def recognise(value: float, tolerance: float = 1e-9) -> Recognised:
    """The simplest number within a relative `tolerance`; else six digits, marked ≈.

    A fraction p/q is accepted only while p·q·tolerance stays small, since among all fractions
    with larger terms one lies near any float by chance.

    >>> [str(recognise(v)) for v in (0.5, 1 / 784, 0.1, 0.00025, -2.0, 0.3333333333333333)]
    ['½', '1/784', '0.1', '0.00025', '-2', '⅓']
    >>> str(recognise(1 / 12000.00001, 1e-8))
    '1/12000'
    >>> str(recognise(0.123456789123))
    '≈0.123457'
    """
    if value == 0:
        return Recognised(0.0, "0", 0.0, True)
    size, sign = abs(value), "-" if value < 0 else ""
    text, near = _ratio(size, tolerance) or _times_constant(size, tolerance) or ("", 0.0)
    if not text:
        return Recognised(value, f"≈{value:.6g}", 0.0, False)
    return Recognised(math.copysign(near, value), sign + text, abs(near - size) / size, True)


def _ratio(size: float, tolerance: float) -> tuple[str, float] | None:
    """`size` as a fraction or as a short decimal, whichever people would have written."""
    # Fractions people type have small terms, or one small and one that counts pixels.
    limit = max(1, min(10**6, int(1e-2 / tolerance)))
    fraction, close = Fraction(0), False
    # the simplest that is near, and not the nearest: 12000 and not 11999.999988
    for most in (1, 10, 100, 1_000, 10_000, limit):
        fraction = (
            Fraction(size).limit_denominator(min(most, limit))
            if size >= 1
            else _reciprocal(Fraction(1 / size).limit_denominator(min(most, limit)))
        )
        close = fraction > 0 and abs(float(fraction) - size) <= tolerance * size
        if close and fraction.numerator * fraction.denominator * tolerance < 1e-3:
            break
    cheap = close and fraction.numerator * fraction.denominator * tolerance < 1e-2
    if close and (cheap or fraction.denominator == 1):
        return _written(fraction), float(fraction)
    for digits in range(1, 7):
        # Among decimals of n digits one lies within 10⁻ⁿ of any float by chance.
        short = float(f"{size:.{digits}g}")
        if 10**digits * tolerance > 1.001e-2:
            break
        if abs(short - size) <= tolerance * size:
            return _decimal(short), short
    return None


def _reciprocal(fraction: Fraction) -> Fraction:
    return 1 / fraction if fraction else fraction


def _written(fraction: Fraction) -> str:
    if fraction in _VULGAR:
        return _VULGAR[fraction]
    if fraction.denominator == 1:
        return str(fraction.numerator)
    if _is_decimal(fraction.denominator) and fraction.denominator >= 5:
        return _decimal(float(fraction))
    return f"{fraction.numerator}/{fraction.denominator}"


def _is_decimal(denominator: int) -> bool:
    """Whether 1/denominator is a short decimal (only the primes 2 and 5, at most 10⁸)."""
    return 10**8 % denominator == 0 and len(_decimal(1 / denominator)) <= 8


def _decimal(value: float) -> str:
    return f"{value:.8f}".rstrip("0").rstrip(".") if value >= 1e-6 else f"{value:g}"


def _times_constant(size: float, tolerance: float) -> tuple[str, float] | None:
    for constant, name in _CONSTANTS:
        fraction = Fraction(size / constant).limit_denominator(64)
        near = float(fraction) * constant
        if 0 < fraction <= 64 and abs(near - size) <= tolerance * size:
            written = "" if fraction == 1 else f"{_written(fraction)}·"
            return written + name, near
    return None
