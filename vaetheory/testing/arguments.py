"""The forms in which code takes a parameter: a standard deviation, a variance, logits, …"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log
from random import Random
from typing import Any

from vaetheory.language.variables import Interval, Reals, Space

Drawn = Any
"""A float, a vector (list of floats) or a matrix (list of rows)."""

Draw = Callable[[Random, int], Drawn]


@dataclass(frozen=True)
class Argument:
    """One form of one parameter of a formula. ``draw`` makes the parameter as the formula has it
    for so many components, ``to_code`` and ``from_code`` go from there to this form and back.
    """

    parameter: str
    draw: Draw
    to_code: Callable[[Drawn], Drawn] = lambda v: v
    from_code: Callable[[Drawn], Drawn] = lambda v: v


def vector(low: float, high: float) -> Draw:
    """Independent components between the bounds, with three digits."""
    return lambda random, n: [round(random.uniform(low, high), 3) for _ in range(n)]


def simplex(random: Random, n: int) -> list[float]:
    """Probabilities of n + 1 outcomes, none of them small."""
    weights = [random.uniform(0.2, 1) for _ in range(n + 1)]
    return [w / sum(weights) for w in weights]


def bits(random: Random, n: int) -> list[float]:
    """Zeros and ones."""
    return [float(random.randrange(2)) for _ in range(n)]


def counts(random: Random, n: int) -> list[float]:
    """Whole numbers from 0 to 6."""
    return [float(random.randrange(7)) for _ in range(n)]


def triangle(random: Random, n: int) -> list[list[float]]:
    """A lower triangle with a positive diagonal."""
    return [
        [round(random.uniform(-0.8, 0.8), 3) if j < i else 0.0 for j in range(i)]
        + [round(random.uniform(0.5, 1.6), 3)]
        + [0.0] * (n - 1 - i)
        for i in range(n)
    ]


def covariance(lower: list[list[float]]) -> list[list[float]]:
    """L Lᵀ."""
    return [[sum(a * b for a, b in zip(r, s, strict=True)) for s in lower] for r in lower]


def cholesky(matrix: list[list[float]]) -> list[list[float]]:
    """The lower triangle L with a positive diagonal and L Lᵀ = matrix.

    Raises ValueError where the matrix is not positive definite.
    """
    lower = [[0.0] * len(matrix) for _ in matrix]
    for i, row in enumerate(matrix):
        for j in range(i + 1):
            rest = row[j] - sum(lower[i][k] * lower[j][k] for k in range(j))
            if i == j and rest <= 0:
                raise ValueError("the matrix is not positive definite")
            lower[i][j] = rest**0.5 if i == j else rest / lower[j][j]
    return lower


def of_space(space: Space) -> Draw:
    """Ordinary values of a parameter that ranges over the space."""
    if isinstance(space, Interval):
        return vector(0.1, 0.9)
    return vector(0.6, 2.5) if space == Reals(positive=True) else vector(-2, 2)


def each(function: Callable[[float], float]) -> Callable[[Drawn], Drawn]:
    """The function on every component."""
    return lambda v: [function(c) for c in v]


def real(parameter: str) -> dict[str, Argument]:
    """A parameter in ℝ."""
    return {parameter: Argument(parameter, vector(-2, 2))}


def scale(tail: str = "") -> dict[str, Argument]:
    """A standard deviation, which the formula has, in four forms."""
    own, draw = f"std{tail}", vector(0.3, 2.5)
    return {
        own: Argument(own, draw),
        f"variance{tail}": Argument(own, draw, each(lambda v: v * v), each(lambda v: v**0.5)),
        f"log_std{tail}": Argument(own, draw, each(log), each(exp)),
        f"log_variance{tail}": Argument(
            own, draw, each(lambda v: 2 * log(v)), each(lambda v: exp(0.5 * v))
        ),
    }


def chance(name: str = "probability") -> dict[str, Argument]:
    """A probability, or its logit."""
    draw = vector(0.05, 0.95)
    return {
        name: Argument(name, draw),
        name.replace("probability", "logits"): Argument(
            name, draw, each(lambda v: log(v / (1 - v))), each(lambda v: 1 / (1 + exp(-v)))
        ),
    }


def factor(tail: str = "") -> dict[str, Argument]:
    """A covariance, or its Cholesky factor, which the formula has."""
    own = f"cholesky{tail}"
    return {
        f"covariance{tail}": Argument(own, triangle, covariance, cholesky),
        own: Argument(own, triangle),
    }
