"""PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from numpy.typing import NDArray
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from vaetheory.audit.frameworks.framework import Arrays, Framework, Shape, plain_number
from vaetheory.audit.frameworks.plain_numpy import numpy_noise, seed_numpy
from vaetheory.audit.roles import Role


class Torch(Framework):
    """Functions of torch tensors, on the CPU, in float64."""

    name = "torch"

    def __init__(self) -> None:
        self._noted: list[torch.Tensor] = []

    def array(self, values: NDArray[Any]) -> Any:
        return torch.from_numpy(np.array(values))

    def numpy(self, value: Any) -> NDArray[Any] | None:
        if isinstance(value, torch.Tensor):
            if value.dtype is torch.bool or value.is_complex():
                return None
            detached = value.detach().cpu()
            half = detached.dtype in (torch.bfloat16, torch.float16)
            return np.asarray((detached.float() if half else detached).numpy())
        return plain_number(value)

    def seed(self, seed: int) -> None:
        seed_numpy(seed)
        # Not torch.manual_seed: it also queues a seed, with a traceback, for every idle device.
        torch.default_generator.manual_seed(seed)

    @contextmanager
    def session(self) -> Iterator[None]:
        """float64 by default, one thread, `.cuda()` as a no-op; all restored at the end.

        Distributions do not check their arguments: a Bernoulli's log_prob is probed at grey x too,
        where its formula goes on.
        """
        dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
        state = torch.get_rng_state()
        validates = torch.distributions.Distribution._validate_args
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(1)
        torch.distributions.Distribution.set_default_validate_args(False)
        try:
            with (
                mock.patch.object(torch.Tensor, "cuda", lambda tensor, *_, **__: tensor),
                mock.patch.object(torch.Tensor, "backward", self._backward),
            ):
                yield
        finally:
            torch.distributions.Distribution.set_default_validate_args(validates)
            torch.set_default_dtype(dtype)
            torch.set_num_threads(threads)
            torch.set_rng_state(state)

    @property
    def _backward(self) -> Callable[..., None]:
        """In place of `Tensor.backward`: only notes what would be differentiated."""

        def note(tensor: torch.Tensor, *_: Any, **__: Any) -> None:
            self._noted.append(tensor)

        return note

    def differentiated(self) -> list[Any]:
        noted, self._noted = self._noted, []
        return noted

    def two_point_noise(self, sign: float) -> AbstractContextManager[Any] | None:
        return _two_points(sign)

    @contextmanager
    def watched(self) -> Iterator[list[tuple[str, Shape, Shape]]]:
        """Entrywise operations as the function writes them, above autograd and dispatch."""
        mode = _Meetings()
        with mode:
            yield mode.seen

    def gradients(
        self, objective: Callable[[Mapping[Role, Any]], Any], arrays: Arrays
    ) -> dict[Role, NDArray[np.float64] | None] | None:
        inputs = {role: self.array(a).requires_grad_() for role, a in arrays.items()}
        total = objective(inputs)
        if not isinstance(total, torch.Tensor):
            return None
        if not total.requires_grad:
            return dict.fromkeys(arrays)
        found = torch.autograd.grad(total.sum(), list(inputs.values()), allow_unused=True)
        return {
            role: None if g is None else np.asarray(g.detach().double().numpy())
            for role, g in zip(inputs, found, strict=True)
        }


_ENTRYWISE = frozenset((
    "add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "pow", "rsub",
    "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__",
    "__rtruediv__", "__pow__", "__rpow__", "__rdiv__", "__div__", "maximum", "minimum", "mse_loss",
    "l1_loss", "smooth_l1_loss", "huber_loss", "gaussian_nll_loss", "poisson_nll_loss", "where",
))  # fmt: skip


class _Meetings(TorchFunctionMode):
    """Notes the shapes of the first two tensors of every entrywise operation."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, Shape, Shape]] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if getattr(func, "__name__", "") in _ENTRYWISE:
            both = [a for a in (*args, *(kwargs or {}).values()) if isinstance(a, torch.Tensor)]
            if len(both) > 1 and both[0].shape != both[1].shape:
                self.seen.append((_line(), tuple(both[0].shape), tuple(both[1].shape)))
        return func(*args, **(kwargs or {}))


def _line() -> str:
    """The line outside of torch and of this package that is running: `losses.py:12`."""
    frame = sys._getframe(2)
    while frame.f_back is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.split(".")[0] != "torch" and not module.startswith("vaetheory.audit."):
            return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        frame = frame.f_back
    return "the loss"


_NORMAL_LIKE = {"randn", "randn_like", "normal", "normal_"}


class _TwoPoints(TorchDispatchMode):
    """Replaces standard normal draws by a constant, below autograd and distributions alike."""

    def __init__(self, sign: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.sign = sign

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here, and to import torch._dynamo takes four seconds."""
        return False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        if name not in _NORMAL_LIKE:
            return result
        if name in ("randn", "randn_like"):
            return torch.full_like(result, self.sign)
        mean, std = _moments(func, args, kwargs or {})
        constant = torch.full_like(result, self.sign) * std + mean
        return result.copy_(constant) if name == "normal_" else constant


def _moments(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """Mean and standard deviation of a call of `normal` or `normal_`, from its schema."""
    names = [argument.name for argument in func._schema.arguments]
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    return given.get("mean", 0.0), given.get("std", 1.0)


@contextmanager
def _two_points(sign: float) -> Iterator[None]:
    with numpy_noise(sign), _TwoPoints(sign):
        yield
