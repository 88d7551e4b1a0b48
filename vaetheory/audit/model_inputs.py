"""Inputs that a model accepts: x, and c where its forward asks for one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vaetheory.audit.tracing import ModelError, dtype_of

_BATCH = 6
_USUAL = ((784,), (1, 28, 28), (3, 32, 32), (3, 64, 64))
_CLASSES = (10, 2, 3, 4, 5, 7, 8, 20, 40, 100)


def guess(module: nn.Module, condition: Any = None) -> tuple[Tensor, Any]:
    """Random x in (0, 1), and c (as given, labels or one-hot) where forward needs one.

    Raises `ModelError` where nothing that was tried is accepted.
    """
    needs = _required(module) > 1
    for x in _examples(module):
        for c in _conditions(module, x, condition) if needs else (condition,):
            if _runs(module, x, c):
                return x, c
    asked = "; give example=x and condition=c" if needs else "; give example=x"
    raise ModelError(f"no input shape was found that {type(module).__name__} accepts{asked}")


def _required(module: nn.Module) -> int:
    parameters = inspect.signature(module.forward).parameters.values()
    return sum(
        p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        for p in parameters
    )


def _examples(module: nn.Module) -> Iterator[Tensor]:
    generator = torch.Generator().manual_seed(0)
    for shape in dict.fromkeys([*_shapes(module), *_USUAL]):
        yield torch.rand(_BATCH, *shape, generator=generator, dtype=dtype_of(module))


def _shapes(module: nn.Module) -> list[tuple[int, ...]]:
    """Shapes that the first layer, or (beside c) the last one, suggests."""
    linear = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            widths = [layer.in_features, *(one.out_features for one in reversed(linear))]
            return [(width,) for width in widths if width <= layer.in_features]
        if isinstance(layer, nn.Conv1d):
            return [(layer.in_channels, length) for length in (64, 128, 100)]
        if isinstance(layer, nn.Conv2d):
            channels = [layer.in_channels, 1, 3]
            return [
                (c, side, side) for c in channels if c <= layer.in_channels for side in (28, 32, 64)
            ]
    return []


def _conditions(module: nn.Module, x: Tensor, given: Any) -> Iterator[Any]:
    if given is not None:
        yield given
        return
    beside = [
        layer.in_features - x[0].numel()
        for layer in module.modules()
        if isinstance(layer, nn.Linear) and 1 < layer.in_features - x[0].numel() <= 1000
    ]
    tables = [layer.num_embeddings for layer in module.modules() if isinstance(layer, nn.Embedding)]
    for count in dict.fromkeys([*tables, *beside, *_CLASSES]):
        labels = torch.arange(len(x)) % count
        yield F.one_hot(labels, count).to(x.dtype)
        yield labels


def _runs(module: nn.Module, x: Tensor, c: Any) -> bool:
    try:
        with torch.no_grad():
            module(x) if c is None else module(x, c)
    except (RuntimeError, ValueError, IndexError, TypeError, AttributeError):
        return False
    return True
