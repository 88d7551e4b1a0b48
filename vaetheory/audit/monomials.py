"""Coefficients as functions of the sizes: a · Bⁱ Dʲ Kᵏ · (hyperparameters)ᵖ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from vaetheory.audit.numbers import Recognised, recognise

_SUPERSCRIPT = str.maketrans("0123456789-/", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᐟ")
# Exponents are looked for in steps of ½: `sqrt(D)` occurs, cube roots do not.
_STEP = Fraction(1, 2)


@dataclass(frozen=True)
class Monomial:
    """`number` · Π symbol^power; symbols are sizes (B, D, K) or hyperparameters (β).

    >>> Monomial(0.1, (("D", Fraction(1)), ("K", Fraction(-1))))
    0.1·D/K
    >>> Monomial(1.0, (("B", Fraction(-1)), ("D", Fraction(-1))))
    1/(B·D)
    """

    number: float
    powers: tuple[tuple[str, Fraction], ...] = ()
    tolerance: float = 1e-9

    @property
    def recognised(self) -> Recognised:
        """The numeric factor as people write it."""
        return recognise(self.number, self.tolerance)

    def power(self, symbol: str) -> Fraction:
        """The exponent of a symbol; 0 where it does not occur."""
        return dict(self.powers).get(symbol, Fraction(0))

    def value(self, sizes: Mapping[str, float]) -> float:
        """The coefficient at given sizes and hyperparameters."""
        factors = [float(sizes[symbol]) ** float(power) for symbol, power in self.powers]
        return float(self.number * math.prod(factors))

    def without(self, *symbols: str) -> Monomial:
        """The same with these symbols set to 1."""
        kept = tuple((s, p) for s, p in self.powers if s not in symbols)
        return Monomial(self.number, kept, self.tolerance)

    def renamed(self, names: Mapping[str, str]) -> Monomial:
        """Symbols replaced (`original_dim` → `D`), powers gathered."""
        result = Monomial(self.number, (), self.tolerance)
        for symbol, power in self.powers:
            result = result * Monomial(1.0, ((names.get(symbol, symbol), power),), self.tolerance)
        return result

    @property
    def is_number(self) -> bool:
        """Whether no symbol is left."""
        return not self.powers

    def is_close(self, other: Monomial) -> bool:
        """Equal up to the tolerance of the fit."""
        close = math.isclose(self.number, other.number, rel_tol=10 * self.tolerance)
        return close and sorted(self.powers) == sorted(other.powers)

    def __mul__(self, other: Monomial) -> Monomial:
        return self._combined(other, 1)

    def __truediv__(self, other: Monomial) -> Monomial:
        return self._combined(other, -1)

    def _combined(self, other: Monomial, direction: int) -> Monomial:
        powers = dict(self.powers)
        for symbol, power in other.powers:
            powers[symbol] = powers.get(symbol, Fraction(0)) + direction * power
        kept = tuple((s, p) for s, p in powers.items() if p)
        tolerance = max(self.tolerance, other.tolerance)
        return Monomial(self.number * other.number**direction, kept, tolerance)

    def __str__(self) -> str:
        above = [_written(s, p) for s, p in self.powers if p > 0]
        below = [_written(s, -p) for s, p in self.powers if p < 0]
        number = str(self.recognised)
        if not above and not below:
            return number
        head, _, tail = number.partition("/")
        if tail and number not in ("½",):
            below = [tail, *below]
            number = head
        sign = "-" if number == "-1" else ""
        if number in ("1", "-1"):
            top = sign + ("·".join(above) or "1")
        else:
            top = "·".join([number, *above])
        if not below:
            return top
        return f"{top}/{below[0]}" if len(below) == 1 else f"{top}/({'·'.join(below)})"

    __repr__ = __str__


def _written(symbol: str, power: Fraction) -> str:
    return symbol if power == 1 else f"{symbol}{str(power).translate(_SUPERSCRIPT)}"


@dataclass(frozen=True)
class Measured:
    """A coefficient measured at given sizes."""

    sizes: Mapping[str, float]
    value: float


def fit_monomial(points: Sequence[Measured], tolerance: float) -> Monomial | None:
    """The one monomial through all points within the relative `tolerance`, or None.

    Symbols that never vary are left in the number (a frozen dimension cannot be told apart).
    """
    if not all(math.isfinite(point.value) for point in points):
        return None
    if all(point.value == 0 for point in points):
        return Monomial(0.0, (), tolerance)
    signs = {math.copysign(1.0, point.value) if point.value else 0.0 for point in points}
    if len(signs) != 1 or 0.0 in signs:
        return None
    varying = [s for s in points[0].sizes if len({point.sizes[s] for point in points}) > 1]
    powers = _exponents(points, varying)
    if powers is None:
        return None
    shape = Monomial(1.0, tuple((s, p) for s, p in powers.items() if p), tolerance)
    numbers = sorted(point.value / shape.value(point.sizes) for point in points)
    middle = numbers[len(numbers) // 2]
    if max(abs(number / middle - 1) for number in numbers) > tolerance:
        return None
    return Monomial(middle, shape.powers, tolerance)


def _exponents(points: Sequence[Measured], varying: list[str]) -> dict[str, Fraction] | None:
    """Least squares on logarithms, exponents rounded to halves."""
    import numpy as np

    rows = [[1.0, *(math.log(point.sizes[s]) for s in varying)] for point in points]
    logs = [math.log(abs(point.value)) for point in points]
    solution, _, rank, _ = np.linalg.lstsq(np.array(rows), np.array(logs), rcond=None)
    if rank < len(varying) + 1:
        return None
    rounded = [Fraction(round(float(v) / _STEP)) * _STEP for v in solution[1:]]
    far = max((abs(float(v) - float(r)) for v, r in zip(solution[1:], rounded, strict=True)),
              default=0.0)  # fmt: skip
    return dict(zip(varying, rounded, strict=True)) if far < 1e-3 else None
