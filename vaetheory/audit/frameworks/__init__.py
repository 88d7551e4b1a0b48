"""One adapter per array library; each is imported only when the audited function uses it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from vaetheory.audit.callables import implementation
from vaetheory.audit.frameworks.framework import Framework


def _torch() -> Framework:
    from vaetheory.audit.frameworks.pytorch import Torch

    return Torch()


def _jax() -> Framework:
    from vaetheory.audit.frameworks.jax_numpy import Jax

    return Jax()


def _tensorflow() -> Framework:
    from vaetheory.audit.frameworks.tensorflow_eager import TensorFlow

    return TensorFlow()


def _tensorflow_single() -> Framework:
    from vaetheory.audit.frameworks.tensorflow_eager import TensorFlow

    return TensorFlow("float32")


def _keras() -> Framework:
    from vaetheory.audit.frameworks.keras_backend import Keras

    return Keras()


def _numpy() -> Framework:
    from vaetheory.audit.frameworks.plain_numpy import Numpy

    return Numpy()


_MAKERS: dict[str, Callable[[], Framework]] = {
    "torch": _torch,
    "jax": _jax,
    "tensorflow": _tensorflow,
    "tensorflow in float32": _tensorflow_single,
    "keras": _keras,
    "numpy": _numpy,
}


def mentioned(function: Any) -> list[str]:
    """The libraries that the function's module has names from, most telling first."""
    space = getattr(implementation(function), "__globals__", {})
    roots = set()
    for value in list(space.values()):
        module = getattr(value, "__name__", "") if _is_module(value) else ""
        module = module or str(getattr(value, "__module__", "") or "")
        roots.add(module.split(".")[0])
    return [name for name in _MAKERS if name.partition(" ")[0] in roots]


def _is_module(value: Any) -> bool:
    return type(value).__name__ == "module"


def candidates(function: Any) -> list[Framework]:
    """Adapters worth trying with a function: those it mentions, then plain NumPy arrays."""
    names = mentioned(function) or [name for name in ("torch", "jax") if name in sys.modules]
    names = list(dict.fromkeys([*names, "numpy"]))
    found = []
    for name in names:
        try:
            found.append(_MAKERS[name]())
        except ImportError:
            continue
    return found
