"""Which numbers in a source can be sizes? 784 is one; 1000 in front of a term is a weight."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

_SIDES = (8, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 512)
_PIXELS = {c * side**2 for c in (1, 3) for side in _SIDES}
_BATCHES = {2**k for k in range(3, 14)} | {50, 100, 144, 200, 250, 500}
_LATENTS = {2**k for k in range(3, 12)}


def plausible(symbol: str, numbers: Iterable[float]) -> list[float]:
    """The numbers (and, for D, their products) that people have as B, D or K.

    >>> plausible("D", {28.0, 3.0, 1000.0}), plausible("B", {128.0, 0.5})
    ([784.0, 2352.0], [128.0])
    """
    whole = sorted({n for n in numbers if n >= 2 and n == int(n)})
    if symbol == "D":
        products = (
            math.prod(chosen)
            for count in (1, 2, 3)
            for chosen in itertools.combinations_with_replacement(whole, count)
        )
        return sorted({n for n in products if n in _PIXELS})
    allowed = _BATCHES if symbol == "B" else _LATENTS
    return [n for n in whole if n in allowed]
