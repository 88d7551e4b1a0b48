"""NumPy: values only, no gradients."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit.frameworks.framework import Framework, plain_number


class Numpy(Framework):
    """Functions of NumPy arrays."""

    name = "numpy"

    def array(self, values: NDArray[Any]) -> Any:
        return values.copy()

    def numpy(self, value: Any) -> NDArray[Any] | None:
        return plain_number(value)

    def seed(self, seed: int) -> None:
        seed_numpy(seed)

    def two_point_noise(self, sign: float) -> AbstractContextManager[Any] | None:
        return numpy_noise(sign)


def seed_numpy(seed: int) -> None:
    """Seed Python's and NumPy's global generators, which old loss functions draw from."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002


@contextmanager
def numpy_noise(sign: float) -> Iterator[None]:
    """NumPy's global normal generators answer `sign` standard deviations from the mean."""

    def standard(size: Any = None) -> Any:
        return np.full(() if size is None else size, sign)

    def normal(loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        shape = np.broadcast(loc, scale).shape if size is None else size
        return loc + scale * np.full(shape, sign)

    with (
        mock.patch("numpy.random.randn", lambda *size: standard(size)),
        mock.patch("numpy.random.standard_normal", standard),
        mock.patch("numpy.random.normal", normal),
    ):
        yield
