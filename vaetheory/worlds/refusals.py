"""Why a statement has no world."""

from __future__ import annotations


class UngenerableError(ValueError):
    """No world of this kind can be made for the statement; the message says why."""
