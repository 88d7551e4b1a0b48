"""Runs a torch model with controlled noise and finds x̂, μ, s and z among what it returns."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vaetheory.audit import outputs
from vaetheory.audit import source as source_
from vaetheory.audit.frameworks.pytorch import Torch
from vaetheory.audit.names import role_of
from vaetheory.audit.roles import Role

Array = NDArray[np.float64]
_FRAMEWORK = Torch()


class ModelError(ValueError):
    """The model could not be run, or its outputs could not be told apart."""


@dataclass(frozen=True)
class Pass:
    """One forward pass: what was found by role, and the z that the decoder was given."""

    arrays: dict[Role, Array]
    latent: Array | None


@dataclass
class Traced:
    """A model with the arguments (x, or x and c) that it is run on.

    `names` are those of its returned tuple; `module` is where layers are watched, if it is one.
    """

    model: Callable[..., Any]
    arguments: tuple[Any, ...]
    names: list[str]
    module: nn.Module | None = None

    def given(self, condition: Any) -> Traced:
        """The same model on the same x with another condition."""
        return replace(self, arguments=(self.arguments[0], condition))

    def run(self, *, sign: float | None = None, seed: int = 0) -> Pass:
        """One pass, with every standard normal draw set to `sign`, or seeded."""
        taken: list[Tensor] = []
        _FRAMEWORK.seed(seed)
        with torch.no_grad(), _hooked(self.module, taken):
            context = _FRAMEWORK.two_point_noise(sign) if sign is not None else None
            with context if context is not None else nullcontext():
                output = self.model(*self.arguments)
        found = outputs.components(output, _FRAMEWORK, self.names)
        example = self.arguments[0]
        arrays = _by_role(found, tuple(example.shape[1:]), len(example))
        z = arrays.get(Role.SAMPLE)
        return Pass(arrays, z if z is not None else _latent(taken, arrays))


def _latent(taken: list[Tensor], arrays: dict[Role, Array]) -> Array | None:
    """The last layer input of μ's shape: z on its way into the decoder.

    With c beside it, z is the first or the last K columns: those that lie within eight standard
    deviations of μ but are not 0 or 1 throughout, as the columns of a one-hot c are.
    """
    mean = arrays.get(Role.MEAN)
    if mean is None:
        return None
    fits = [t for t in taken if tuple(t.shape) == mean.shape]
    if fits:
        return fits[-1].double().numpy()
    wide = [t for t in taken if t.ndim == 2 and mean.ndim == 2 and t.shape[1] > mean.shape[1]]
    count = mean.shape[1]
    for tensor in reversed(wide):
        values = tensor.double().numpy()
        for part in (values[:, :count], values[:, -count:]):
            if len(part) == len(mean) and not np.isin(part, (0.0, 1.0)).any(axis=None):
                return np.asarray(part)
    return None


@contextmanager
def _hooked(module: nn.Module | None, taken: list[Tensor]) -> Iterator[None]:
    """Record the first tensor that every layer is given."""

    def record(layer: nn.Module, inputs: tuple[Any, ...]) -> None:
        taken.extend(t.detach().clone() for t in inputs[:1] if isinstance(t, Tensor))

    layers = list(module.modules())[1:] if module is not None else []
    handles = [layer.register_forward_pre_hook(record) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _by_role(
    found: list[outputs.Component], event: tuple[int, ...], batch: int
) -> dict[Role, Array]:
    """Components by name first, then by shape and order: x̂ as large as x, then μ, s (and z)."""
    arrays: dict[Role, Array] = {}
    rest: list[Array] = []
    for component in found:
        values = component.values.astype(np.float64)
        role = role_of(component.name.rpartition(".")[2])
        if values.ndim == 0 or values.shape[0] != batch:
            continue
        if role in (Role.MEAN, Role.SCALE, Role.SAMPLE) and role not in arrays:
            arrays[role] = values
        elif values[0].size == int(np.prod(event)) and Role.RECONSTRUCTION not in arrays:
            arrays[Role.RECONSTRUCTION] = values
        elif values[0].size != int(np.prod(event)):
            rest.append(values)
    for role, values in zip(
        [r for r in (Role.MEAN, Role.SCALE, Role.SAMPLE) if r not in arrays], rest, strict=False
    ):
        arrays[role] = values
    return arrays


def trace(module: nn.Module, example: Any, condition: Any) -> Traced:
    """A module whose forward takes x (and c) and returns the usual tuple, dict or record."""
    return Traced(module, _arguments(example, condition), source_.read(module).returned, module)


def _arguments(example: Any, condition: Any) -> tuple[Any, ...]:
    return (example,) if condition is None else (example, condition)


def trace_coders(
    encoder: Callable[..., Any], decoder: Callable[..., Any],
    sampler: Callable[[Any, Any], Any], example: Any, condition: Any,
) -> Traced:  # fmt: skip
    """An encoder that returns (μ, s), a sampler (μ, s) → z, and a decoder z → x̂."""

    def model(x: Any, *c: Any) -> dict[str, Any]:
        mean, scale = encoder(x, *c)
        z = sampler(mean, scale)
        return {"x_hat": decoder(z, *c), "mu": mean, "s": scale, "z": z}

    return Traced(model, _arguments(example, condition), [])


def dtype_of(module: nn.Module) -> torch.dtype:
    """The dtype of the module's parameters."""
    return next((p.dtype for p in module.parameters()), torch.get_default_dtype())


def forward_names(module: nn.Module) -> list[str]:
    """The parameter names of a module's forward."""
    return list(inspect.signature(module.forward).parameters)
