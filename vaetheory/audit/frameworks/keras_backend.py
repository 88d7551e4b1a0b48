"""Keras 3, on whichever backend it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit.frameworks.framework import Framework, plain_number
from vaetheory.audit.frameworks.plain_numpy import seed_numpy


class Keras(Framework):
    """Functions written with `keras.ops`; values only."""

    name = "keras"
    channels_last = True
    is_slow = True

    def __init__(self) -> None:
        import keras

        self.keras = keras

    def array(self, values: NDArray[Any]) -> Any:
        return self.keras.ops.convert_to_tensor(values, dtype="float64")

    def numpy(self, value: Any) -> NDArray[Any] | None:
        if self.keras.ops.is_tensor(value):
            array = np.asarray(self.keras.ops.convert_to_numpy(value))
            return array if array.dtype.kind in "fiu" else None
        return plain_number(value)

    @contextmanager
    def session(self) -> Iterator[None]:
        """float64 while the function is audited; on JAX, with x64 switched on."""
        before = self.keras.config.floatx()
        self.keras.config.set_floatx("float64")
        with self._on_jax() if self.keras.config.backend() == "jax" else nullcontext():
            try:
                yield
            finally:
                self.keras.config.set_floatx(before)

    def _on_jax(self) -> AbstractContextManager[None]:
        from vaetheory.audit.frameworks.jax_numpy import Jax

        return Jax().session()

    def seed(self, seed: int) -> None:
        seed_numpy(seed)
        self.keras.utils.set_random_seed(seed)
