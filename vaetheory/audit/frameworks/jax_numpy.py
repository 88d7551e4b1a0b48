"""JAX, in float64 (x64 is switched on for the audit)."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit.frameworks.framework import Arrays, Framework, Shape, plain_number
from vaetheory.audit.frameworks.plain_numpy import numpy_noise, seed_numpy
from vaetheory.audit.roles import Role

_PROMOTED = re.compile(r"automatic rank promotion for \w+ on shapes (\([\d, ]*\)) (\([\d, ]*\))")

_PASSED = ("jax", "jaxlib", "warnings", "unittest")


class Jax(Framework):
    """Functions of JAX arrays.

    A function without memory is compiled: called op by op, an audit would take a quarter of a
    minute. `jax.grad` and `jax.value_and_grad` inside a function only note what they would
    differentiate, and `jax.jit` around it is taken off, since stand-ins for a model are no arrays.
    """

    name = "jax"
    channels_last = True
    is_slow = True

    def __init__(self) -> None:
        import jax

        self.jax = jax
        self._noted: list[Any] = []
        self._grad = jax.grad
        self._sign: float | None = None
        self._compiled: dict[Hashable, Callable[[dict[str, Any]], Any]] = {}
        self._refused: set[Hashable] = set()

    def array(self, values: NDArray[Any]) -> Any:
        return self.jax.numpy.asarray(values)

    def numpy(self, value: Any) -> NDArray[Any] | None:
        if isinstance(value, self.jax.Array):
            array = np.asarray(value)
            return array if array.dtype.kind in "fiu" else None
        return plain_number(value)

    def seed(self, seed: int) -> None:
        seed_numpy(seed)

    def key(self, seed: int) -> Any:
        return self.jax.random.PRNGKey(seed)

    def plain(self, function: Callable[..., Any]) -> Callable[..., Any]:
        while hasattr(function, "lower") and hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        return function

    @contextmanager
    def session(self) -> Iterator[None]:
        """x64 while the function is audited; compiled quickly, as each shape runs seldom."""
        wanted = {"jax_enable_x64": True, "jax_disable_most_optimizations": True}
        before = {name: self.jax.config.values[name] for name in wanted}
        for name, value in wanted.items():
            self.jax.config.update(name, value)
        try:
            with (
                mock.patch.object(self.jax, "grad", self._noting(with_value=False)),
                mock.patch.object(self.jax, "value_and_grad", self._noting(with_value=True)),
            ):
                yield
        finally:
            for name, value in before.items():
                self.jax.config.update(name, value)

    def _noting(self, *, with_value: bool) -> Callable[..., Any]:
        """In place of `jax.grad`: the value is noted, and no gradient is taken."""

        def take(function: Callable[..., Any], *_: Any, has_aux: bool = False, **__: Any) -> Any:
            def differentiated(*args: Any, **kwargs: Any) -> Any:
                found = function(*args, **kwargs)
                self._noted.append(found[0] if has_aux else found)
                gradient = args[0] if args else None
                if with_value:
                    return found, gradient
                return (gradient, found[1]) if has_aux else gradient

            return differentiated

        return take

    def differentiated(self) -> list[Any]:
        noted, self._noted = self._noted, []
        return noted

    def compile(self, key: Hashable, call: Callable[[Any], Any], arrays: Mapping[Role, Any]) -> Any:
        key = (key, self._sign)
        if key in self._refused:
            return call(arrays)
        if key not in self._compiled:
            self._compiled[key] = self.jax.jit(
                lambda named: self._kept(call({Role(name): a for name, a in named.items()}))
            )
        try:
            return self._compiled[key]({str(role): array for role, array in arrays.items()})
        except (self.jax.errors.JAXTypeError, TypeError, ValueError):
            # It looks at values, or returns what is no array: then op by op.
            self._refused.add(key)
            return call(arrays)

    def _kept(self, output: Any) -> Any:
        """The arrays and numbers of an output; anything else becomes None."""
        if isinstance(output, dict):
            return {key: self._kept(value) for key, value in output.items()}
        if isinstance(output, tuple | list) and not hasattr(output, "_fields"):
            return [self._kept(value) for value in output]
        is_number = isinstance(output, int | float | np.ndarray | self.jax.Array)
        return output if is_number or hasattr(output, "_fields") else None

    def two_point_noise(self, sign: float) -> AbstractContextManager[Any] | None:
        return self._two_points(sign)

    @contextmanager
    def _two_points(self, sign: float) -> Iterator[None]:
        def normal(key: Any, shape: Any = (), dtype: Any = None, *_: Any, **__: Any) -> Any:
            return self.jax.numpy.full(shape, sign, dtype)

        before, self._sign = self._sign, sign
        try:
            with numpy_noise(sign), mock.patch.object(self.jax.random, "normal", normal):
                yield
        finally:
            self._sign = before

    @contextmanager
    def watched(self) -> Iterator[list[tuple[str, Shape, Shape]]]:
        """What JAX itself can warn of: entrywise operations on arrays of unequal ranks."""
        seen: list[tuple[str, Shape, Shape]] = []

        def note(message: Warning | str, *_: Any, **__: Any) -> None:
            if found := _PROMOTED.search(str(message)):
                left, right = (_shape(text) for text in found.groups())
                seen.append((_line(), left, right))

        before = self.jax.config.jax_numpy_rank_promotion
        self.jax.config.update("jax_numpy_rank_promotion", "warn")
        try:
            with mock.patch.object(warnings, "warn", note):
                yield seen
        finally:
            self.jax.config.update("jax_numpy_rank_promotion", before)

    def gradients(
        self, objective: Callable[[Mapping[Role, Any]], Any], arrays: Arrays
    ) -> dict[Role, NDArray[np.float64] | None] | None:
        names = {str(role): self.array(values) for role, values in arrays.items()}

        def total(named: dict[str, Any]) -> Any:
            return self.jax.numpy.sum(objective({Role(name): a for name, a in named.items()}))

        found = self._grad(total)(names)
        return {Role(name): np.asarray(g) for name, g in found.items()}


def _shape(text: str) -> Shape:
    return tuple(int(size) for size in re.findall(r"\d+", text))


def _line() -> str:
    """The line outside of JAX and of this package that is running: `losses.py:12`."""
    frame = sys._getframe(2)
    while frame.f_back is not None:
        module = str(frame.f_globals.get("__name__", ""))
        root = module.split(".")[0]
        if root not in _PASSED and not module.startswith("vaetheory.audit."):
            return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        frame = frame.f_back
    return "the loss"
