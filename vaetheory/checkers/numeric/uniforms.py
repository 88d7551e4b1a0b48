"""Sources of uniform numbers: independent ones, or scrambled Sobol points. Every draw of a law is
a function of them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from vaetheory.checkers.numeric.backend import Array, Backend

_WIDTH = 12


class Uniforms:
    """Columns of n uniforms. ``position`` can be set back, and then the same columns come again:
    common random numbers."""

    def __init__(self, backend: Backend, count: int) -> None:
        self.backend = backend
        self.count = count
        self.position = 0
        self._columns: list[Array] = []

    def take(self, columns: int) -> tuple[Array, ...]:
        """The next columns, each of shape (n,), inside (0, 1)."""
        while len(self._columns) < self.position + columns:
            self._columns += self._more()
        taken = self._columns[self.position : self.position + columns]
        self.position += columns
        return tuple(taken)

    @abstractmethod
    def _more(self) -> list[Array]:
        """At least one new column."""


class Plain(Uniforms):
    """Independent uniforms, from NumPy's generator or, on torch, from one on the device."""

    def __init__(self, backend: Backend, count: int, seed: int) -> None:
        super().__init__(backend, count)
        self._generator: Any
        if backend.xp is np:
            self._generator = np.random.default_rng(seed)
        else:
            self._generator = backend.xp.Generator(device=backend.device or "cpu")
            self._generator.manual_seed(seed)

    def _more(self) -> list[Array]:
        backend = self.backend
        if backend.xp is np:
            column = self._generator.random(self.count, dtype=backend.dtype)
            return [np.maximum(column, 0.5 * backend.epsilon)]
        column = backend.xp.rand(
            self.count, generator=self._generator, dtype=backend.dtype, device=backend.device
        )
        half = 0.5 * backend.epsilon
        return [column.clamp(half, 1 - half)]


class Sobol(Uniforms):
    """Scrambled Sobol points (Owen, 1995): each column is uniform, and n of them fill the cube
    evenly. n is a power of 2."""

    def __init__(self, backend: Backend, count: int, seed: int) -> None:
        super().__init__(backend, count)
        self._seeds = np.random.default_rng(seed)

    def _more(self) -> list[Array]:
        from scipy.stats import qmc  # takes most of a second to load; plain sampling needs none

        engine = qmc.Sobol(_WIDTH, scramble=True, rng=self._seeds)
        points = engine.random_base2(int(np.log2(self.count)))
        points = np.clip(points, 2.0**-54, 1 - 2.0**-53)
        return [self.backend.array(column) for column in points.T.copy()]
