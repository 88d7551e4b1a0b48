"""Machine-checked derivations behind variational autoencoders.

    >>> import vaetheory
    >>> vaetheory.theorems.get("elbo-identity").statement
    log p(x) = ELBO[q(z|x); p(x, z)] + KL[q(z|x) ‖ p(z|x)]

``vaetheory.theorems`` is the catalogue, ``vaetheory.check(text)`` reviews a derivation in LaTeX or
Markdown, ``vaetheory.audit(function)`` tells what a loss function computes, ``vaetheory.language``
builds expressions. Rooms load when they are first used: importing this package loads neither NumPy
nor SymPy nor torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_ROOMS = (
    "audit",
    "checkers",
    "derivation",
    "language",
    "latex",
    "review",
    "rules",
    "theorems",
    "worlds",
)


def __getattr__(name: str) -> Any:
    if name == "check":
        return import_module("vaetheory.review").check
    if name in _ROOMS:
        return import_module(f"vaetheory.{name}")
    raise AttributeError(f"module 'vaetheory' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext vaetheory``: show expressions and derivations as mathematics in a notebook."""
    import_module("vaetheory.presentation.notebook").register(shell)


def __dir__() -> list[str]:
    return sorted([*globals(), "check", *_ROOMS])
