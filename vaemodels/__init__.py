"""Convolutional VAE and conditional VAE whose objectives are held against the derived formulas.

import vaemodels

run = vaemodels.train("cvae", epochs=20)
images = run.sample(classes=[3, 1, 4])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vaemodels.config import Config, preset
    from vaemodels.errors import VaeModelsError
    from vaemodels.runs import Run, load, train

__all__ = ["Config", "Run", "VaeModelsError", "load", "preset", "train"]

_HOMES = {
    "Config": "config",
    "preset": "config",
    "VaeModelsError": "errors",
    "Run": "runs",
    "load": "runs",
    "train": "runs",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the command line starts without torch."""
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(f"vaemodels.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'vaemodels' has no attribute {name!r}")
