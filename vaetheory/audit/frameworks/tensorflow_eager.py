"""TensorFlow 2, eagerly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit.frameworks.framework import Arrays, Framework, plain_number
from vaetheory.audit.frameworks.plain_numpy import seed_numpy
from vaetheory.audit.roles import Role

_MIXED = re.compile(
    r"was expected to be an? (float|double) tensor but is an? (float|double) tensor"
)


class TensorFlow(Framework):
    """Functions of eager tensors, in float64; in float32 for those that make float32 themselves."""

    name = "tensorflow"
    channels_last = True
    is_slow = True

    def __init__(self, precision: str = "float64") -> None:
        import tensorflow as tf

        self.tf = tf
        self.precision = precision
        self._noted: list[Any] = []
        self._gradient = tf.GradientTape.gradient

    def array(self, values: NDArray[Any]) -> Any:
        return self.tf.constant(values, dtype=self.precision)

    def refuses(self, error: BaseException) -> bool:
        """Whether `tf.exp(0.)`, which is float32, met an argument in float64."""
        return self.precision == "float64" and _MIXED.search(str(error)) is not None

    def numpy(self, value: Any) -> NDArray[Any] | None:
        if isinstance(value, self.tf.Tensor | self.tf.Variable):
            array = np.asarray(value.numpy())
            return array if array.dtype.kind in "fiu" else None
        return plain_number(value)

    @contextmanager
    def session(self) -> Iterator[None]:
        """In place of `tape.gradient`: only notes what would be differentiated."""

        def note(tape: Any, target: Any, sources: Any, *_: Any, **__: Any) -> Any:
            self._noted.append(target)
            return [None for _ in sources] if isinstance(sources, list | tuple) else None

        with mock.patch.object(self.tf.GradientTape, "gradient", note):
            yield

    def differentiated(self) -> list[Any]:
        noted, self._noted = self._noted, []
        return noted

    def seed(self, seed: int) -> None:
        seed_numpy(seed)
        self.tf.random.set_seed(seed)

    def gradients(
        self, objective: Callable[[Mapping[Role, Any]], Any], arrays: Arrays
    ) -> dict[Role, NDArray[np.float64] | None] | None:
        inputs = {role: self.tf.Variable(self.array(a)) for role, a in arrays.items()}
        with self.tf.GradientTape() as tape:
            total = self.tf.reduce_sum(objective(inputs))
        found = self._gradient(tape, total, list(inputs.values()))
        return {
            role: None if g is None else np.asarray(g.numpy())
            for role, g in zip(inputs, found, strict=True)
        }
