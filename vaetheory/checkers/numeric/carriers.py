"""What a slot ranges over in a numeric world, with a grid for quadrature and a proposal for
importance sampling."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import log, pi, prod

import numpy as np

from vaetheory.checkers.numeric.backend import NUMPY, Array, Backend

Components = tuple[Array, ...]
"""A value: one array per component of the space."""


class Carrier:
    """The space of a slot. A value is a tuple of arrays, one per component."""

    @abstractmethod
    def grid(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        """Nodes, shape (components, m), and weights, shape (m,); a higher level is finer and
        wider."""

    @property
    @abstractmethod
    def uniforms(self) -> int:
        """How many uniform numbers a draw from the proposal takes."""

    @abstractmethod
    def propose(self, backend: Backend, u: Components) -> tuple[Components, Array]:
        """A draw from a wide law on the space, and the log density of that law there."""

    @abstractmethod
    def features(self, value: Components) -> Components:
        """Numbers that a conditional law may depend on."""


@dataclass(frozen=True)
class Real(Carrier):
    """ℝ. The grid is the trapezoidal rule on centre ± reach, which converges exponentially for
    analytic integrands that
    decay at both ends (Trefethen and Weideman, SIAM Review 2014)."""

    center: float = 0.0
    reach: float = 9.0
    step: float = 0.35

    def grid(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        reach = self.reach * (1 + 0.15 * level)
        step = self.step / 1.4**level
        half = int(np.ceil(reach / step))
        return self.center + step * np.arange(-half, half + 1)[None], np.full(2 * half + 1, step)

    @property
    def uniforms(self) -> int:
        return 1

    @property
    def scale(self) -> float:
        """The standard deviation of the proposal."""
        return self.reach / 4.5

    def propose(self, backend: Backend, u: Components) -> tuple[Components, Array]:
        e = backend.ndtri(u[0])
        return (self.center + self.scale * e,), -0.5 * e * e - 0.5 * log(2 * pi) - log(self.scale)

    def features(self, value: Components) -> Components:
        return value


@dataclass(frozen=True)
class Vector(Carrier):
    """A product of ``size`` equal one-component carriers: ℝ², {0, 1}³."""

    part: Carrier
    size: int

    def grid(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        nodes, weights = self.part.grid(level)
        axes = np.meshgrid(*[nodes[0]] * self.size, indexing="ij")
        shares = np.meshgrid(*[weights] * self.size, indexing="ij")
        return np.stack([a.ravel() for a in axes]), np.prod([s.ravel() for s in shares], axis=0)

    @property
    def uniforms(self) -> int:
        return self.size * self.part.uniforms

    def propose(self, backend: Backend, u: Components) -> tuple[Components, Array]:
        draws = [self.part.propose(backend, (u_d,)) for u_d in u]
        return tuple(value[0] for value, _ in draws), sum(density for _, density in draws)

    def features(self, value: Components) -> Components:
        return tuple(f for component in value for f in self.part.features((component,)))


@dataclass(frozen=True)
class Cells(Carrier):
    """A finite set {first, first + 1, …}, with counting measure."""

    size: int
    first: int = 0

    def grid(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        return self.first + np.arange(float(self.size))[None], np.ones(self.size)

    @property
    def uniforms(self) -> int:
        return 1

    def propose(self, backend: Backend, u: Components) -> tuple[Components, Array]:
        cell = backend.floor(u[0] * self.size)
        return (self.first + backend.where(cell >= self.size, self.size - 1.0, cell),), -log(
            self.size
        )

    def features(self, value: Components) -> Components:
        return tuple((value[0] == self.first + k) * 1.0 for k in range(1, self.size))


@dataclass(frozen=True)
class Mapped(Carrier):
    """A carrier seen through a change of variable t ↦ g(t): (0, ∞) or (0, 1) by double-exponential
    maps.

    ``forward`` gives the value, ``jacobian`` its derivative; the grid is trapezoidal in t.
    """

    forward: Callable[[Backend, Array], Array]
    jacobian: Callable[[Backend, Array], Array]
    low: float
    high: float
    step: float

    def grid(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        step = self.step / 2**level
        # further out on each level: what is cut off shows in the difference of two levels
        reach = 1 - 0.3 / 2**level
        first, last = np.ceil(reach * self.low / step), np.floor(reach * self.high / step)
        t = step * np.arange(first, last + 1)
        weights = step * self.jacobian(NUMPY, t)
        kept = weights > 0
        return self.forward(NUMPY, t)[None, kept], weights[kept]

    @property
    def uniforms(self) -> int:
        return 1

    def propose(self, backend: Backend, u: Components) -> tuple[Components, Array]:
        e = backend.ndtri(u[0])
        t = 0.5 * e
        density = -0.5 * e * e - 0.5 * log(2 * pi) - log(0.5)
        return (self.forward(backend, t),), density - backend.log(self.jacobian(backend, t))

    def features(self, value: Components) -> Components:
        return value


@dataclass(frozen=True, eq=False)
class Affine(Carrier):
    """location + scale · t for t on another carrier; location and scale may be arrays of outer
    variables."""

    base: Carrier
    location: Array
    scale: Array

    def grid(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        return self.base.grid(level)

    @property
    def uniforms(self) -> int:
        return self.base.uniforms

    def propose(self, backend: Backend, u: Components) -> tuple[Components, Array]:
        (t,), density = self.base.propose(backend, u)
        return (self.location + self.scale * t,), density - backend.log(self.scale)

    def features(self, value: Components) -> Components:
        return value


def _positive(backend: Backend, t: Array) -> Array:
    return backend.exp(0.5 * pi * backend.sinh(t))


def _positive_jacobian(backend: Backend, t: Array) -> Array:
    return 0.5 * pi * backend.cosh(t) * _positive(backend, t)


def _unit(backend: Backend, t: Array) -> Array:
    return backend.expit(pi * backend.sinh(t))


def _unit_jacobian(backend: Backend, t: Array) -> Array:
    p = _unit(backend, t)
    return pi * backend.cosh(t) * p * (1 - p)


HALF_LINE = Mapped(_positive, _positive_jacobian, low=-5.5, high=5.5, step=1 / 16)
"""(0, ∞) by the double-exponential rule x = exp(π/2 · sinh t) (Takahasi and Mori, 1974)."""

UNIT_INTERVAL = Mapped(_unit, _unit_jacobian, low=-5.5, high=3.1, step=1 / 16)
"""(0, 1) by the double-exponential rule; 1 − x below the rounding unit cannot be told from 0."""


def is_finite(carrier: Carrier) -> bool:
    """Whether the space has finitely many points, so that a density on it is a table."""
    match carrier:
        case Cells():
            return True
        case Vector(part=part):
            return is_finite(part)
    return False


def cell_count(carriers: tuple[Carrier, ...]) -> int:
    """The number of points of a product of finite carriers."""
    return prod(len(c.grid(0)[1]) for c in carriers)


def all_cells(carriers: tuple[Carrier, ...]) -> list[Components]:
    """The points of a product of finite carriers, one array per component, in the order that
    ``cell_index`` counts."""
    grids = [c.grid(0)[0] for c in carriers]
    rows = list(product(*[range(g.shape[1]) for g in grids]))
    return [
        tuple(g[c, [row[k] for row in rows]] for c in range(g.shape[0]))
        for k, g in enumerate(grids)
    ]
