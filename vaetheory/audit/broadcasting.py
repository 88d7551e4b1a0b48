"""Shapes that were meant to match but broadcast over the batch: [B, 1] against [B] gives [B, B]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vaetheory.audit.calling import Caller, CallFailed
from vaetheory.audit.design import draw
from vaetheory.audit.shapes import Layout, Sizes

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Broadcast:
    """Two shapes and what they made, with B in place of the batch size; `where` is a line."""

    where: str
    left: str
    right: str
    result: str


def broadcasts(caller: Caller, layout: Layout) -> list[Broadcast]:
    """Where a call lets two arrays of unequal rank meet so that the batch appears twice.

    Watched at a batch size that no other axis has. Equal ranks, `z[:, None] - z[None]`, are meant.
    """
    sizes = _telling(layout)
    if sizes is None:
        return []
    values = draw(np.random.default_rng(17), sizes, caller.plan.roles)
    caller = replace(caller, compiled=False)
    with caller.framework.watched() as seen:
        try:
            caller.components(values, sizes)
        except CallFailed:
            return []
    found = []
    for where, left, right in seen:
        result = accident(left, right, sizes.batch)
        if result is not None:
            shown = (_shown(shape, sizes.batch) for shape in (left, right, result))
            found.append(Broadcast(where, *shown))
    return list(dict.fromkeys(found))


def accident(left: Shape, right: Shape, batch: int) -> Shape | None:
    """The broadcast shape, where it has the batch on more axes than either side has.

    >>> accident((7, 1), (7,), 7), accident((7, 1, 4), (1, 7, 4), 7), accident((7, 4), (4,), 7)
    ((7, 7), None, None)
    """
    if len(left) == len(right) or left[:1] != (batch,) or right[:1] != (batch,):
        return None
    try:
        result = np.broadcast_shapes(left, right)
    except ValueError:
        return None
    most = max(left.count(batch), right.count(batch))
    return result if result.count(batch) > most else None


def _telling(layout: Layout) -> Sizes | None:
    """Sizes at which the batch can be told from every other axis."""
    for sizes in (layout.base, *layout.varied):
        if sizes.batch > 1 and sizes.batch not in (*sizes.event, *sizes.latent):
            return sizes
    return None


def _shown(shape: Sequence[int], batch: int) -> str:
    return "[" + ", ".join("B" if size == batch else str(size) for size in shape) + "]"
