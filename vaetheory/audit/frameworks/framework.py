"""What the audit needs of an array library."""

from __future__ import annotations

import abc
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit.roles import Role

Arrays = Mapping[Role, NDArray[np.float64]]
Shape = tuple[int, ...]


class Framework(abc.ABC):
    """Arrays in, arrays out, seeds and gradients."""

    name: str
    # Whether images are [B, H, W, C] by default.
    channels_last: bool = False
    # Whether one call takes milliseconds.
    is_slow: bool = False

    @abc.abstractmethod
    def array(self, values: NDArray[Any]) -> Any:
        """The library's array with these values, float64 where the library has it."""

    @abc.abstractmethod
    def numpy(self, value: Any) -> NDArray[Any] | None:
        """The value as a NumPy array, its dtype kept; None if it is no number or array."""

    @abc.abstractmethod
    def seed(self, seed: int) -> None:
        """Seed every generator that a function of this library could draw from."""

    def refuses(self, error: BaseException) -> bool:
        """Whether a call failed because of how this adapter makes arrays, so that all will."""
        return False

    def plain(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function without the library's wrapper that compiles it."""
        return function

    def key(self, seed: int) -> Any:
        """A random key or generator, for functions that take one."""
        return np.random.default_rng(seed)

    def compile(self, key: Hashable, call: Callable[[Any], Any], arrays: Mapping[Role, Any]) -> Any:
        """`call(arrays)`, compiled once per `key` where the library can and the function lets it.

        `key` stands for everything but the arrays that `call` depends on.
        """
        return call(arrays)

    def session(self) -> AbstractContextManager[Any]:
        """Settings that hold while a function is audited, such as float64 by default."""
        return nullcontext()

    def differentiated(self) -> list[Any]:
        """What `backward()` was called on since this was last asked; empty where there is none."""
        return []

    def two_point_noise(self, sign: float) -> AbstractContextManager[Any] | None:
        """A context in which every standard normal draw is `sign`; None if there is no such.

        The mean over sign = ±1 of a function that is at most cubic in each draw, without products
        of different draws, is its expectation under N(0, 1) exactly: the nodes of the two-point
        Gauss–Hermite rule.
        """
        return None

    def watched(self) -> AbstractContextManager[list[tuple[str, Shape, Shape]]]:
        """A context that lists which shapes meet in entrywise operations, each with its line.

        Empty where the library cannot be watched.
        """
        return nullcontext([])

    def gradients(
        self, objective: Callable[[Mapping[Role, Any]], Any], arrays: Arrays
    ) -> dict[Role, NDArray[np.float64] | None] | None:
        """∂objective/∂array for each array (None: no path); None where there are no gradients."""
        return None


def plain_number(value: Any) -> NDArray[Any] | None:
    """Python and NumPy numbers and arrays as arrays."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | np.number):
        return np.asarray(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        return value
    return None
