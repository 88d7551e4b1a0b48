"""In which order the draws that a statement assumes are averaged out."""

from __future__ import annotations

from collections.abc import Iterable

from vaetheory.language.assumptions import Assumption, Sampled
from vaetheory.language.binding import free_variables


def last_first(assumptions: Iterable[Assumption]) -> tuple[Sampled, ...] | None:
    """The samples, each before those that its law is given: x̃ ~ p(x | z̃) is averaged before z̃.

    None where they go in a circle, so that none can be drawn first.
    """
    pending = [a for a in assumptions if isinstance(a, Sampled)]
    order: list[Sampled] = []
    while pending:
        ready = [a for a in pending if not any(_given(b, a) for b in pending if b is not a)]
        if not ready:
            return None
        order += ready
        pending = [a for a in pending if a not in ready]
    return tuple(order)


def _given(sample: Sampled, other: Sampled) -> bool:
    """Whether the law of one sample is given the other."""
    return any(v.name == other.variable.name for v in free_variables(sample.law))
