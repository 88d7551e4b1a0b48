"""Calls the function under a plan: arrays in, the objective as a number out."""

from __future__ import annotations

import contextlib
import inspect
import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit import outputs
from vaetheory.audit.callables import signature
from vaetheory.audit.frameworks.framework import Framework
from vaetheory.audit.hyperparameters import Hyper
from vaetheory.audit.outputs import Component, Selection
from vaetheory.audit.plan import Plan
from vaetheory.audit.roles import Role
from vaetheory.audit.shapes import Sizes
from vaetheory.audit.terms.term import Values

_MASKS = (Role.MASK, Role.MISSING)
_HALVED = ((Role.MEAN, Role.SECOND_MEAN), (Role.SCALE, Role.SECOND_SCALE))


class CallFailed(Exception):
    """The function raised; the message names its exception."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"{type(cause).__name__}: {_first_line(cause)}")
        self.cause = cause


def _first_line(cause: BaseException) -> str:
    lines = str(cause).strip().splitlines()
    return lines[0][:200] if lines else ""


@dataclass(frozen=True, eq=False)
class _Held:
    """An object that is equal to itself only."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@dataclass
class Caller:
    """A function with a plan, an array library and its hyperparameters.

    Hyperparameters outside the arguments are written before every call, so that a counter inside
    the function never moves between two measurements; `drifted` collects those that did move.
    With `compiled`, a library that can compile does so: only for a function without memory, since
    what it does beside its value is done once.
    """

    function: Callable[..., Any]
    plan: Plan
    framework: Framework
    hypers: list[Hyper]
    returned: list[str]
    selection: Selection | None = None
    noise: bool = False
    drifted: set[str] = field(default_factory=set)
    steps: bool = False
    calls: int = 0
    compiled: bool = False

    def raw(
        self, arrays: Mapping[Role, Any], sizes: Sizes, given: Mapping[str, float] | None = None,
        seed: int = 0,
    ) -> Any:  # fmt: skip
        """One call with native arrays; raises `CallFailed`."""
        numbers = {h.name: (given or {}).get(h.name, h.at(sizes)) for h in self.hypers}
        written: dict[str, Any] = {}
        for hyper in self.hypers:
            if hyper.write is not None:
                written[hyper.name] = hyper.native(numbers[hyper.name])
                hyper.write(written[hyper.name])
        natives = {h.name: h.native(numbers[h.name]) for h in self.hypers}
        self.framework.seed(seed)
        self.calls += 1
        if Role.KEY in self.plan.roles:
            arrays = {**arrays, Role.KEY: self.framework.key(seed)}

        def call(given: Mapping[Role, Any]) -> Any:
            positional, keywords = self.plan.arguments(given, natives)
            self.framework.differentiated()
            return self._minimized(self.function(*positional, **keywords))

        try:
            if self.compiled:
                # The function and the plan stand in the key themselves, so that no id is reused.
                key = (_Held(self.function), _Held(self.plan), *natives.items())
                return self.framework.compile(key, call, arrays)
            return call(arrays)
        except (KeyboardInterrupt, MemoryError):
            raise
        except BaseException as error:
            raise CallFailed(error) from error
        finally:
            for hyper in self.hypers:
                if hyper.read is not None and not _same(hyper.read(), written[hyper.name]):
                    self.drifted.add(hyper.name)

    def _minimized(self, output: Any) -> Any:
        """The output; for a training step that calls `backward()`, what it called it on."""
        noted = self.framework.differentiated()
        if not noted:
            return output
        self.steps = True
        return noted[0] if len(noted) == 1 else {f"loss {i}": t for i, t in enumerate(noted, 1)}

    def promote_counters(self) -> None:
        """Probe numbers that a call changed as counters: late, when schedules have ended."""
        self.hypers = [h.as_counter() if h.name in self.drifted else h for h in self.hypers]

    def native(self, values: Values, sizes: Sizes) -> dict[Role, Any]:
        """The arrays of the library, with μ and s packed together where the plan asks for it."""
        packed = self._packed(values)
        if sizes.boolean:
            packed.update({r: a.astype(bool) for r, a in packed.items() if r in _MASKS})
        if sizes.tokens is not None and Role.TARGET in packed:
            packed[Role.TARGET] = packed[Role.TARGET].astype(np.int64)
        return {role: self.framework.array(a) for role, a in packed.items()}

    def _packed(self, values: Values) -> dict[Role, NDArray[np.float64]]:
        packed: dict[Role, NDArray[Any]] = {}
        if Role.PACKED in self.plan.roles:
            packed[Role.PACKED] = np.concatenate([values[Role.MEAN], values[Role.SCALE]], axis=1)
        for whole, part in _HALVED:
            if part in self.plan.roles and whole not in values:
                raise CallFailed(KeyError(f"{part} without {whole}"))
            if part in self.plan.roles:
                packed[whole], packed[part] = np.split(values[whole], 2, axis=1)
        return {**values, **packed}

    def components(
        self, values: Values, sizes: Sizes, given: Mapping[str, float] | None = None, seed: int = 0
    ) -> list[Component]:
        """Every number and array that one call returns."""
        output = self.raw(self.native(values, sizes), sizes, given, seed)
        return outputs.components(output, self.framework, self.returned)

    def array(
        self, values: Values, sizes: Sizes, given: Mapping[str, float] | None = None, seed: int = 0
    ) -> NDArray[np.float64]:
        """The selected objective, unsummed: a scalar or one value per example."""
        output = self.raw(self.native(values, sizes), sizes, given, seed)
        return np.asarray(self._objective(output, lambda v: self._numpy(v)), dtype=np.float64)

    def value(
        self, values: Values, sizes: Sizes, given: Mapping[str, float] | None = None
    ) -> float:
        """The selected objective, summed; its exact expectation where it draws normal noise."""
        if not self.noise:
            return float(self.array(values, sizes, given).sum())
        total = 0.0
        for sign in (1.0, -1.0):
            context = self.framework.two_point_noise(sign)
            with context if context is not None else contextlib.nullcontext():
                total += float(self.array(values, sizes, given).sum()) / 2
        return total

    def gradients(self, values: Values, sizes: Sizes) -> dict[Role, Any] | None:
        """Autograd's ∂(objective)/∂(each array of the plan)."""
        arrays = self._packed(values)
        wanted: dict[Role, NDArray[np.float64]] = {
            role: arrays[role]
            for role in self.plan.roles
            if not role.is_aside and not (role is Role.TARGET and sizes.tokens is not None)
        }
        native = self.native(values, sizes)
        fixed = {role: native[role] for role in arrays if role not in wanted}

        def once(given: Mapping[Role, Any]) -> Any:
            return self._objective(self.raw({**fixed, **given}, sizes), lambda v: v)

        def objective(given: Mapping[Role, Any]) -> Any:
            if not self.noise:
                return once(given)
            # The gradient of the two-point expectation, pathwise as autograd takes it.
            halves = []
            for sign in (1.0, -1.0):
                context = self.framework.two_point_noise(sign)
                with context if context is not None else contextlib.nullcontext():
                    halves.append(once(given) / 2)
            return halves[0] + halves[1]

        found = self.framework.gradients(objective, wanted)
        for whole, part in _HALVED:
            if found is not None and part in found:
                found[whole] = _joined(found[whole], found.pop(part), wanted[part])
        if found is None or Role.PACKED not in found:
            return found
        packed = found.pop(Role.PACKED)
        halves = (None, None) if packed is None else np.split(packed, 2, axis=1)
        return {**found, Role.MEAN: halves[0], Role.SCALE: halves[1]}

    def _numpy(self, value: Any) -> NDArray[np.float64]:
        array = self.framework.numpy(value)
        if array is None:
            raise CallFailed(TypeError(f"the objective is a {type(value).__name__}, not a number"))
        return array.astype(np.float64)

    def _objective(self, output: Any, convert: Callable[[Any], Any]) -> Any:
        assert self.selection is not None
        total: Any = None
        for path, weight in self.selection.parts:
            try:
                part = convert(outputs.at(output, path))
                if weight is not None:
                    part = part * convert(outputs.at(output, weight))
            except LookupError as error:
                raise CallFailed(error) from error
            total = part if total is None else total + part
        return total


def _joined(one: Any, other: Any, like: NDArray[np.float64]) -> Any:
    """Two halves of a gradient; None where neither half has a path."""
    if one is None and other is None:
        return None
    halves = (np.zeros_like(like) if half is None else half for half in (one, other))
    return np.concatenate(list(halves), axis=1)


def _same(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except (TypeError, ValueError, RuntimeError):
        return False


@contextlib.contextmanager
def quietly(framework: Framework) -> Iterator[None]:
    """The library's session with the function's prints and warnings held back."""
    with (
        framework.session(),
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


def defaults_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The defaults in a function's signature, where it tells one."""
    try:
        parameters = signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
