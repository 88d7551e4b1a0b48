"""Axes of the small drawings: one scale for each direction, ticks with words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

SCALES: dict[str, Callable[[float], float]] = {
    "linear": lambda value: value,
    "log": math.log,
    # Shows 0 as well, and is a logarithm for what is large.
    "log1p": math.log1p,
}


@dataclass(frozen=True)
class Axis:
    """From the value `low`, at `start` in the drawing, to `high`, at `end`.

    >>> Axis("log", 0.1, 10.0, 0, 200).at(1.0)
    100.0
    """

    scale: str
    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value stands in the drawing."""
        f = SCALES[self.scale]
        share = (f(value) - f(self.low)) / (f(self.high) - f(self.low))
        return round(self.start + share * (self.end - self.start), 2)

    def plain(self) -> dict[str, Any]:
        """For the script that puts its own marks into the same drawing."""
        return {
            "scale": self.scale,
            "low": self.low,
            "high": self.high,
            "start": self.start,
            "end": self.end,
        }


def frame(
    x: Axis,
    y: Axis,
    x_ticks: Sequence[tuple[float, str]],
    y_ticks: Sequence[tuple[float, str]],
    names: tuple[str, str],
) -> str:
    """Rules, ticks and names: the name of y stands above its axis, that of x below."""
    rules = "".join(f"M{x.start:g} {y.at(value):g}H{x.end:g}" for value, _ in y_ticks)
    across = "".join(
        f'<text class="tick-x" x="{x.at(value):g}" y="{y.start + 15:g}">{word}</text>'
        for value, word in x_ticks
    )
    up = "".join(
        f'<text class="tick-y" x="{x.start - 6:g}" y="{y.at(value) + 4:g}">{word}</text>'
        for value, word in y_ticks
    )
    return (
        f'<path class="rules" d="{rules}"/>{across}{up}'
        f'<text class="name-x" x="{x.end:g}" y="{y.start + 31:g}">{escape(names[0])}</text>'
        f'<text class="name-y" x="{x.start - 6:g}" y="{y.end - 12:g}">{escape(names[1])}</text>'
    )
