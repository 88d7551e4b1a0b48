"""Joint tables of a letter, built from factors; marginals and conditionals of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from operator import itemgetter
from typing import Any

from vaetheory.worlds.exact import ONE
from vaetheory.worlds.rational import product_of
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.values import add_all

Cell = tuple[int, ...]
Table = dict[Cell, Any]


@dataclass(frozen=True, slots=True)
class FactorTable:
    """The values of p(of | given), keyed by the cells of ``of`` followed by those of ``given``."""

    of: tuple[str, ...]
    given: tuple[str, ...]
    values: Table


@dataclass(frozen=True, slots=True)
class Grid:
    """The widths of every slot's cells; ``points`` are the slots that cannot be summed over."""

    widths: Mapping[str, tuple[Fraction, ...]]
    points: frozenset[str]

    def cells(self, slots: tuple[str, ...]) -> list[Cell]:
        """All combinations of cells of these slots."""
        return list(product(*(range(len(self.widths[s])) for s in slots)))

    def volumes(self, slots: tuple[str, ...]) -> dict[Cell, Fraction]:
        """The products of the widths, for all combinations of cells."""
        found: dict[Cell, Fraction] = {(): ONE}
        for slot in slots:
            widths = self.widths[slot]
            found = {
                (*cell, place): volume * width
                for cell, volume in found.items()
                for place, width in enumerate(widths)
            }
        return found


def normalised(weights: Mapping[Cell, Fraction], volumes: Mapping[Cell, Fraction]) -> Table:
    """Weights divided so that ∫ = 1."""
    total = sum((w * volumes[c] for c, w in weights.items()), Fraction(0))
    return {c: w / total for c, w in weights.items()}


def marginal(factors: tuple[FactorTable, ...], slots: tuple[str, ...], grid: Grid) -> Table:
    """The joint density of these slots, keyed in their order.

    What no descendant needs is left out, the rest is summed out.
    """
    needed = set(slots)
    used: list[FactorTable] = []
    for factor in reversed(factors):
        if needed & set(factor.of):
            needed |= {*factor.of, *factor.given}
            used.append(factor)
    used.reverse()
    hidden = tuple(s for f in used for s in f.of if s not in slots)
    if stuck := grid.points & set(hidden):
        raise UngenerableError(
            f"a finite world cannot integrate over {min(stuck)}, whose density is a formula"
        )
    order = (*slots, *hidden)
    if missing := needed - {s for f in used for s in f.of}:
        raise UngenerableError(f"no density of {min(missing)} to build the joint from")
    picked = [(f.values, _picking([order.index(s) for s in (*f.of, *f.given)])) for f in used]
    count = len(slots)
    found: dict[Cell, list[Any]] = {}
    volumes = grid.volumes(hidden)
    for cell in grid.cells(order):
        parts = [values[pick(cell)] for values, pick in picked]
        value = product_of(volumes[cell[count:]], parts)
        found.setdefault(cell[:count], []).append(value)
    return {cell: add_all(values) for cell, values in found.items()}


def _picking(places: list[int]) -> Callable[[Cell], Cell]:
    """The function that takes these places out of a cell."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cell: tuple([cell[i] for i in places])


def conditional(
    factors: tuple[FactorTable, ...], of: tuple[str, ...], given: tuple[str, ...], grid: Grid
) -> Table:
    """p(of | given), keyed by the cells of both.

    Cells where the condition has probability 0 are left out.
    """
    for factor in factors:
        if set(factor.of) == set(of) and set(factor.given) == set(given):
            own = (*factor.of, *factor.given)
            places = [own.index(s) for s in (*of, *given)]
            return {tuple(c[i] for i in places): v for c, v in factor.values.items()}
    joint = marginal(factors, (*of, *given), grid)
    if not given:
        return joint
    below = marginal(factors, given, grid)
    count = len(of)
    return {c: v / below[c[count:]] for c, v in joint.items() if below[c[count:]]}
