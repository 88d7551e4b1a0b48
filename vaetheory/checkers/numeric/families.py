"""Grids and quantile functions for the named families: how a law with given parameters is summed
and sampled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, log, sqrt

import numpy as np
import scipy.special as sc

from vaetheory.checkers.numeric.backend import Array, Backend
from vaetheory.checkers.numeric.carriers import (
    HALF_LINE,
    UNIT_INTERVAL,
    Affine,
    Carrier,
    Cells,
    Components,
    Real,
    Vector,
)
from vaetheory.checkers.numeric.errors import CannotEvaluate

Parameters = tuple[Array, ...]


@dataclass(frozen=True)
class Panels(Carrier):
    """ℝ for an integrand with kinks: double-exponential rules between them and on both tails."""

    kinks: tuple[float, ...] = (0.0,)

    def grid(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        tail, tail_weights = HALF_LINE.grid(level)
        unit, unit_weights = UNIT_INTERVAL.grid(level)
        nodes, weights = [self.kinks[0] - tail[0, ::-1]], [tail_weights[::-1]]
        for low, high in pairwise(self.kinks):
            nodes.append(low + (high - low) * unit[0])
            weights.append((high - low) * unit_weights)
        nodes.append(self.kinks[-1] + tail[0])
        weights.append(tail_weights)
        return np.concatenate(nodes)[None], np.concatenate(weights)

    @property
    def uniforms(self) -> int:
        return 1

    def propose(self, backend: Backend, u: Components) -> tuple[Components, Array]:
        return Real(0.0, 9.0).propose(backend, u)

    def features(self, value: Components) -> Components:
        return value


@dataclass(frozen=True)
class Simplex(Carrier):
    """x_k > 0 with Σ x_k = 1, in the coordinates x_1, …, x_{K−1}, by breaking a stick of length
    1."""

    size: int

    def grid(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        nodes, weights = replace(UNIT_INTERVAL, step=1 / 8).grid(level)
        pieces = [g.ravel() for g in np.meshgrid(*[nodes[0]] * (self.size - 1), indexing="ij")]
        shares = [w.ravel() for w in np.meshgrid(*[weights] * (self.size - 1), indexing="ij")]
        rest, weight, values = np.ones_like(pieces[0]), np.prod(shares, axis=0), []
        for piece in pieces:
            values.append(rest * piece)
            # dx_k = (what is left) · dv_k
            weight, rest = weight * rest, rest * (1 - piece)
        values.append(rest)
        kept = (np.array(values) > 0).all(axis=0)
        return np.array(values)[:, kept], weight[kept]

    @property
    def uniforms(self) -> int:
        return self.size

    def propose(self, backend: Backend, u: Components) -> tuple[Components, Array]:
        # exponentials over their sum: the uniform law, with density (K − 1)!
        parts = [-backend.log(u_k) for u_k in u]
        return tuple(p / sum(parts) for p in parts), float(sc.gammaln(self.size))

    def features(self, value: Components) -> Components:
        return value


@dataclass(frozen=True)
class Counts(Carrier):
    """{first, first + 1, …}, cut off where nothing is left."""

    first: int
    size: int

    def grid(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        return Cells(self.size * (level + 1), self.first).grid(level)

    @property
    def uniforms(self) -> int:
        return 1

    def propose(self, backend: Backend, u: Components) -> tuple[Components, Array]:
        return Cells(self.size, self.first).propose(backend, u)

    def features(self, value: Components) -> Components:
        return value


def _number(x: Array) -> float:
    """A parameter as one number: the largest, where it is an array."""
    return float(x) if isinstance(x, int | float) else float(x.max())


def _location_scale(base: Carrier) -> Callable[[Backend, Parameters], Carrier]:
    return lambda backend, p: Affine(base, p[0], p[1])


_CARRIERS: dict[str, Callable[[Backend, Parameters], Carrier]] = {
    "normal": lambda backend, p: Affine(Real(0.0, 9.0, 0.3), p[0], backend.power(p[1], 0.5)),
    "bernoulli": lambda backend, p: Cells(2),
    "laplace": _location_scale(Panels()),
    "gumbel": _location_scale(Real(15.0, 25.0, 0.2)),
    "exponential": lambda backend, p: HALF_LINE,
    "gamma": lambda backend, p: HALF_LINE,
    "inverse gamma": lambda backend, p: HALF_LINE,
    "log-normal": lambda backend, p: HALF_LINE,
    "weibull": lambda backend, p: HALF_LINE,
    "half-normal": lambda backend, p: HALF_LINE,
    "pareto": lambda backend, p: Affine(HALF_LINE, p[0], p[0]),
    "beta": lambda backend, p: UNIT_INTERVAL,
    "poisson": lambda backend, p: Counts(0, ceil(_number(p[0]) + 12 * sqrt(_number(p[0])) + 30)),
    "geometric": lambda backend, p: Counts(
        0,
        ceil(min(4000.0, -45 / log(1 - (p[0] if isinstance(p[0], float) else float(p[0].min())))))
        + 2,
    ),
    "categorical": lambda backend, p: Cells(len(p), 1),
}


def carrier_of_family(
    name: str, parameters: Parameters, backend: Backend, kinks: tuple[float, ...] = ()
) -> Carrier:
    """The space of the family, with a grid where its mass lies; on ℝ, ``kinks`` are points where
    the integrand has no derivative."""
    if kinks and name in ("normal", "laplace", "gumbel"):
        location, scale = parameters[0], parameters[1]
        scale = backend.power(scale, 0.5) if name == "normal" else scale
        if isinstance(location, float) and isinstance(scale, float):
            places = sorted({0.0, *((k - location) / scale for k in kinks)})
            return Affine(Panels(tuple(places)), location, scale)
    if name == "dirichlet":
        return Simplex(len(parameters))
    if name == "multivariate normal":
        return Vector(Real(0.0, 12.0, 0.5), dimension_of_normal(len(parameters)))
    if name not in _CARRIERS:
        raise CannotEvaluate(f"there is no grid for the family {name!r}")
    return _CARRIERS[name](backend, parameters)


def dimension_of_normal(parameters: int) -> int:
    """n of a multivariate normal from the number n + n(n+1)/2 of its parameters."""
    return round((sqrt(9 + 8 * parameters) - 3) / 2)


def _categorical(backend: Backend, u: Array, p: Parameters) -> Array | None:
    total = sum(p)
    if not isinstance(total, float) or abs(total - 1) > 1e-12:
        return None
    below: Array = 0.0
    cell: Array = 1.0
    for p_k in p[:-1]:
        below = below + p_k
        cell = cell + (u >= below) * 1.0
    return cell


def _laplace(backend: Backend, u: Array, p: Parameters) -> Array:
    side = u - 0.5
    sign = backend.where(side < 0, -1.0, 1.0)
    return p[0] - p[1] * sign * backend.log(1 - 2 * abs(side))


def _poisson(backend: Backend, u: Array, p: Parameters) -> Array:
    guess = np.ceil(sc.pdtrik(u, p[0]))
    below = np.maximum(guess - 1, 0)
    return np.where(sc.pdtr(below, p[0]) >= u, below, guess)


_QUANTILES: dict[str, Callable[[Backend, Array, Parameters], Array | None]] = {
    "normal": lambda b, u, p: p[0] + b.power(p[1], 0.5) * b.ndtri(u),
    "bernoulli": lambda b, u, p: (u < p[0]) * 1.0,
    "categorical": _categorical,
    "laplace": _laplace,
    "gumbel": lambda b, u, p: p[0] - p[1] * b.log(-b.log(u)),
    "exponential": lambda b, u, p: -b.log(1 - u) / p[0],
    "weibull": lambda b, u, p: p[0] * b.power(-b.log(1 - u), 1 / p[1]),
    "pareto": lambda b, u, p: p[0] * b.power(1 - u, -1 / p[1]),
    "log-normal": lambda b, u, p: b.exp(p[0] + b.power(p[1], 0.5) * b.ndtri(u)),
    "half-normal": lambda b, u, p: p[0] * b.ndtri(0.5 + 0.5 * u),
    "geometric": lambda b, u, p: b.floor(b.log(1 - u) / b.log(1 - p[0])),
    "gamma": lambda b, u, p: sc.gammaincinv(p[0], u) / p[1],
    "inverse gamma": lambda b, u, p: p[1] / sc.gammainccinv(p[0], u),
    "beta": lambda b, u, p: sc.betaincinv(p[0], p[1], u),
    "poisson": _poisson,
}
"""Quantile functions; those that need SciPy (gamma, beta, Poisson) run on NumPy only."""


def draw_family(
    name: str, backend: Backend, u: Components, parameters: Parameters
) -> Components | None:
    """A draw as a function of uniforms, or None where this family has no sampler."""
    if name == "multivariate normal":
        n = dimension_of_normal(len(parameters))
        e = [backend.ndtri(u_d) for u_d in u]
        mean, lower = parameters[:n], iter(parameters[n:])
        return tuple(mean[i] + sum(next(lower) * e[j] for j in range(i + 1)) for i in range(n))
    if name == "dirichlet":
        parts = [sc.gammaincinv(alpha, u_k) for alpha, u_k in zip(parameters, u, strict=True)]
        return tuple(p / sum(parts) for p in parts)
    if name not in _QUANTILES:
        return None
    drawn = _QUANTILES[name](backend, u[0], parameters)
    return None if drawn is None else (drawn,)
