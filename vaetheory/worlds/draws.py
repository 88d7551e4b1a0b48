"""Random choices that have names.

The same seed gives the same world, and a shrinker can put in any one of them.

Every part of a world (a letter's table, a parameter, a function, the widths) draws from its own
generator, so that one part can be redrawn while the others stay as they are: that is what ≐ is
decided by.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from vaetheory.language.variables import FiniteSet, Interval, Reals, Space
from vaetheory.worlds.rational import Rational

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How the numbers of a world are drawn.

    ``exponent``: weights are 2^k times a small integer with k up to this; 0 for weights
    1..``weight``. ``tied`` makes densities of different letters coincide, the case of equality of
    most bounds. ``degree`` is that of the polynomials of Gaussian worlds.
    """

    name: str
    weight: int
    exponent: int = 0
    widths: tuple[Fraction, ...] = (Fraction(1),)
    size: int = 3
    tied: bool = False
    degree: int = 4
    numbers: int = 4


def _fractions(*texts: str) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, texts))


_WIDTHS = _fractions("1/16", "1/8", "1/4", "1/3", "1/2", "2/3", "1", "3/2", "2", "3", "5")

TAME = Style("tame", weight=9, widths=_WIDTHS)
WIDE = Style("wide", weight=1 << 16, widths=_WIDTHS, size=4, numbers=9)
HEAVY = Style("heavy", weight=3, exponent=40, widths=_WIDTHS)
TIED = Style("tied", weight=9, widths=_WIDTHS, tied=True)
TINY = Style("tiny", weight=3, widths=_fractions("1/2", "1", "2"), size=2, numbers=2)
SMALL = Style("small", weight=12, widths=_fractions("1/2", "1", "2"), size=2, numbers=3)
TINY_TIED = Style(
    "tiny tied", weight=3, widths=_fractions("1/2", "1", "2"), size=2, tied=True, numbers=2
)
STYLES = {style.name: style for style in (TAME, WIDE, HEAVY, TIED, TINY, SMALL, TINY_TIED)}


@dataclass(slots=True)
class Draws:
    """The random choices of one world.

    ``fixed`` overrides single draws, ``varied`` names the parts to draw afresh.
    """

    seed: str
    style: Style
    fixed: Mapping[Key, Fraction] = field(default_factory=dict)
    varied: frozenset[str] = frozenset()
    taken: dict[Key, Fraction] = field(default_factory=dict)
    spaces: dict[Key, Space] = field(default_factory=dict)
    _streams: dict[str, random.Random] = field(default_factory=dict)

    def stream(self, part: str, entry: Key = ()) -> random.Random:
        """The generator of a part of the world.

        With ``entry``, that of one entry of a part that is filled in no fixed order.
        """
        label = f"{part}{entry}" if entry else part
        found = self._streams.get(label)
        if found is None:
            again = "|again" if part in self.varied else ""
            found = random.Random(f"{self.seed}|{self.style.name}|{label}{again}")
            self._streams[label] = found
        return found

    def _take(self, key: Key, drawn: Fraction | int) -> Fraction:
        # a draw is made once, however often it is asked for: the moving copy of a world asks again
        value = self.taken.get(key)
        if value is None:
            value = self.taken[key] = Rational(self.fixed.get(key, drawn))
        return value

    def weight(self, part: str, key: Key, vanishing: bool = False) -> Fraction:
        """A weight of a table; with ``vanishing``, one in three is 0."""
        stream, style = self.stream(part), self.style
        drawn = stream.randint(1, style.weight)
        if style.exponent:
            drawn <<= stream.randrange(style.exponent + 1)
        if vanishing and stream.randrange(3) == 0:
            drawn = 0
        return self._take(("weight", part, *key), drawn)

    def width(self, part: str, key: Key) -> Fraction:
        """The width of a cell of a continuous variable."""
        return self._take(("width", part, *key), self.stream("widths").choice(self.style.widths))

    def variance(self, part: str, key: Key) -> Fraction:
        """A variance of a normal density."""
        stream, most = self.stream(part, ("variance", *key)), self.style.numbers
        drawn = Fraction(stream.randint(1, most), stream.randint(1, most))
        return self._take(("width", part, *key), drawn)

    def size(self, part: str, low: int, high: int) -> int:
        """The number of cells of a variable: the larger, the rarer."""
        stream = self.stream("sizes")
        return int(self._take(("size", part), min(stream.randint(low, high) for _ in range(2))))

    def slope(self, part: str, key: Key) -> Fraction:
        """A component of the direction along which a gradient is taken."""
        name = ("slope", part, *key)
        if name in self.taken:
            return self.taken[name]
        return self._take(name, self.stream(f"slope of {part}", key).randint(-3, 3))

    def number(
        self, part: str, space: Space, key: Key = (), apart_from: Sequence[Fraction] = ()
    ) -> Fraction:
        """A number from the space of a parameter, or of the range of a function.

        It is drawn again, a few times, while it is among those that it should be apart from.
        """
        self.spaces["number", part, *key] = space
        stream = self.stream(part, key)
        drawn = self._number(stream, space)
        for _ in range(20):
            if drawn not in apart_from:
                break
            drawn = self._number(stream, space)
        return self._take(("number", part, *key), drawn)

    def _number(self, stream: random.Random, space: Space) -> Fraction:
        most = self.style.numbers
        match space:
            case Interval(low=low, high=high):
                bottom = stream.randint(2, max(3, most))
                return low + (high - low) * Fraction(stream.randint(1, bottom - 1), bottom)
            case FiniteSet(size=size):
                return Fraction(stream.randrange(size or 3))
        positive = Fraction(stream.randint(1, most), stream.randint(1, most))
        if space == Reals(positive=True):
            return positive
        return -positive if stream.randrange(2) else positive
