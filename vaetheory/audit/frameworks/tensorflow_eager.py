"""TensorFlow 2, eagerly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit.frameworks.framework import Arrays, Framework, plain_number
from vaetheory.audit.frameworks.plain_numpy import seed_numpy
from vaetheory.audit.roles import Role


class TensorFlow(Framework):
    """Functions of eager tensors, float64."""

    name = "tensorflow"

    def __init__(self) -> None:
        import tensorflow as tf

        self.tf = tf

    def array(self, values: NDArray[Any]) -> Any:
        return self.tf.constant(values, dtype=self.tf.float64)

    def numpy(self, value: Any) -> NDArray[Any] | None:
        if isinstance(value, self.tf.Tensor | self.tf.Variable):
            array = np.asarray(value.numpy())
            return array if array.dtype.kind in "fiu" else None
        return plain_number(value)

    def seed(self, seed: int) -> None:
        seed_numpy(seed)
        self.tf.random.set_seed(seed)

    def gradients(
        self, objective: Callable[[Mapping[Role, Any]], Any], arrays: Arrays
    ) -> dict[Role, NDArray[np.float64] | None] | None:
        inputs = {role: self.tf.Variable(values) for role, values in arrays.items()}
        with self.tf.GradientTape() as tape:
            total = self.tf.reduce_sum(objective(inputs))
        found = tape.gradient(total, list(inputs.values()))
        return {
            role: None if g is None else np.asarray(g.numpy())
            for role, g in zip(inputs, found, strict=True)
        }
