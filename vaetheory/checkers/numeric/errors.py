"""Why a statement has no value in a numeric world; the message is the ``why`` of an undecided
verdict."""

from __future__ import annotations


class CannotEvaluate(Exception):
    """The statement is legal, but this kind of evidence cannot tell. The message says what stands
    in the way."""
