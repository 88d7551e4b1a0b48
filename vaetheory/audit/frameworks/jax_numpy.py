"""JAX, in float64 (x64 is switched on for the audit)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit.frameworks.framework import Arrays, Framework, plain_number
from vaetheory.audit.frameworks.plain_numpy import seed_numpy
from vaetheory.audit.roles import Role


class Jax(Framework):
    """Functions of JAX arrays."""

    name = "jax"

    def __init__(self) -> None:
        import jax

        self.jax = jax

    def array(self, values: NDArray[Any]) -> Any:
        return self.jax.numpy.asarray(values)

    def numpy(self, value: Any) -> NDArray[Any] | None:
        if isinstance(value, self.jax.Array):
            array = np.asarray(value)
            return array if array.dtype.kind in "fiu" else None
        return plain_number(value)

    def seed(self, seed: int) -> None:
        seed_numpy(seed)

    @contextmanager
    def session(self) -> Iterator[None]:
        """x64 while the function is audited."""
        before = self.jax.config.jax_enable_x64
        self.jax.config.update("jax_enable_x64", True)
        try:
            yield
        finally:
            self.jax.config.update("jax_enable_x64", before)

    def gradients(
        self, objective: Callable[[Mapping[Role, Any]], Any], arrays: Arrays
    ) -> dict[Role, NDArray[np.float64] | None] | None:
        names = {str(role): self.array(values) for role, values in arrays.items()}

        def total(named: dict[str, Any]) -> Any:
            return self.jax.numpy.sum(objective({Role(name): a for name, a in named.items()}))

        found = self.jax.grad(total)(names)
        return {Role(name): np.asarray(g) for name, g in found.items()}
