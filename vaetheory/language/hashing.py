"""Hashes computed once: terms are deep, and the calculus looks the same ones up again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)


def hashed_once(cls: Class) -> Class:
    """Make a frozen dataclass keep its hash in the slot ``_hash``, which some base class must have.

    The slot is no field: it is neither compared nor pickled, for the hashes of strings differ
    between processes.
    """
    compute: Callable[[Any], int] = cls.__hash__  # type: ignore[assignment]

    def __hash__(self: Any) -> int:
        try:
            return self._hash  # type: ignore[no-any-return]
        except AttributeError:
            found = compute(self)
            object.__setattr__(self, "_hash", found)
            return found

    cls.__hash__ = __hash__  # type: ignore[method-assign, assignment]
    return cls
