"""The joint distribution of a letter over its slots, as a network of conditional laws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Protocol

import numpy as np

from vaetheory.checkers.numeric.backend import Array, dimensions, scalar
from vaetheory.checkers.numeric.carriers import (
    Carrier,
    Components,
    all_cells,
    cell_count,
    is_finite,
)
from vaetheory.checkers.numeric.conditionals import Conditional, Gaussian
from vaetheory.checkers.numeric.context import Context
from vaetheory.checkers.numeric.linear_gaussian import Moments, moments
from vaetheory.language.expressions import Letter

Values = Mapping[str, Components]
_TABLE = 64


class Law(Protocol):
    """The law of one slot given its parents, with the values of all slots at hand."""

    def log_density(self, context: Context, slot: str, values: Values) -> Array:
        """log density of the slot's value given the parents' values."""

    def sample(self, context: Context, slot: str, u: Components, values: Values) -> Components:
        """A draw of the slot given the parents' values."""

    def can_draw(self, context: Context, slot: str) -> bool:
        """Whether ``sample`` works."""


@dataclass(frozen=True)
class Modelled:
    """A conditional law on the features of the parents."""

    letter: Letter
    law: Conditional
    parents: tuple[tuple[str, Carrier], ...]

    def _at(self, context: Context) -> Conditional:
        epsilon = context.shift.get(self.letter, 0.0)
        return self.law.at(epsilon) if epsilon else self.law

    def _features(self, values: Values) -> Components:
        return tuple(f for slot, carrier in self.parents for f in carrier.features(values[slot]))

    def log_density(self, context: Context, slot: str, values: Values) -> Array:
        return self._at(context).log_density(context.backend, values[slot], self._features(values))

    def sample(self, context: Context, slot: str, u: Components, values: Values) -> Components:
        return self._at(context).sample(context.backend, u, self._features(values))

    def can_draw(self, context: Context, slot: str) -> bool:
        return True


@dataclass(frozen=True, eq=False)
class Joint:
    """∏ p(slot | parents). ``order`` lists the slots with parents first."""

    letter: Letter
    order: tuple[str, ...]
    parents: Mapping[str, tuple[str, ...]]
    carriers: Mapping[str, Carrier]
    laws: Mapping[str, Law]
    _tables: dict[object, np.ndarray] = field(default_factory=dict)

    @cached_property
    def is_linear_gaussian(self) -> bool:
        """Whether every marginal and conditional has a closed form."""
        laws = [law.law if isinstance(law, Modelled) else None for law in self.laws.values()]
        return all(
            isinstance(law, Gaussian) and not law.mean.hidden and not any(law.log_scale.weights)
            for law in laws
        )

    def closure(self, slots: Iterable[str]) -> tuple[str, ...]:
        """The slots with all their ancestors, parents first."""
        found = set(slots)
        for slot in reversed(self.order):
            if slot in found:
                found |= set(self.parents[slot])
        return tuple(s for s in self.order if s in found)

    def is_closed(self, slots: Iterable[str]) -> bool:
        """Whether the slots contain all their ancestors, so that their joint density is a
        product."""
        return set(self.closure(slots)) == set(slots)

    def is_local(self, of: Iterable[str], given: Iterable[str]) -> bool:
        """Whether p(of | given) = ∏ p(slot | parents): all parents are there, and no descendants
        are
        given (the local Markov property)."""
        of, known = set(of), set(given)
        if not all(set(self.parents[slot]) <= known | of for slot in of):
            return False
        return not any(of & set(self.closure((slot,))) for slot in known)

    def log_density(self, context: Context, of: Values, given: Values) -> Array:
        """log p(of | given)."""
        if self.is_linear_gaussian:
            return self._moments(context).log_density(context.backend, of, given)
        both = {**given, **of}
        if self.is_local(of, given):
            return self._product(context, tuple(of), both)
        numerator = self.log_marginal(context, both)
        return numerator - self.log_marginal(context, given) if given else numerator

    def log_product(self, context: Context, values: Values) -> Array:
        """log of the joint density of slots that contain all their ancestors."""
        return self._product(context, tuple(values), values)

    def _product(self, context: Context, slots: tuple[str, ...], values: Values) -> Array:
        total: Array = 0.0
        for slot in slots:
            total = total + self.laws[slot].log_density(context, slot, values)
        return total

    def log_marginal(self, context: Context, values: Values) -> Array:
        """log of the marginal density of these slots, the others summed out on their grids."""
        missing = [s for s in self.closure(values) if s not in values]
        if not missing:
            return self._product(context, tuple(values), values)
        carriers = tuple(self.carriers[s] for s in values)
        if all(map(is_finite, carriers)) and context.depth and cell_count(carriers) <= _TABLE:
            return self._look_up(context, values, carriers)
        return self._sum_out(context, values, missing)

    def _sum_out(self, context: Context, values: Values, missing: list[str]) -> Array:
        """Eliminate one missing slot after the other, each time the one that needs the fewest
        points."""
        full = dict(values)
        inner = context
        places: dict[int, Array] = {}
        for slot in missing:
            place = -(inner.depth + 1)
            inner, full[slot], weights = inner.with_axis(self.carriers[slot], counted=False)
            places[place] = context.backend.log(weights)
        factors = [self.laws[slot].log_density(inner, slot, full) for slot in full]
        while places:
            groups = {place: _touching(factors, place) for place in places}
            place = min(groups, key=lambda p: (_size(groups[p]), -p))
            group = groups[place]
            context.note(_size([*group, places[place]]))
            total = sum(group[1:], group[0] + places.pop(place))
            factors = [f for f in factors if not any(f is g for g in group)]
            factors.append(context.backend.log_sum_exp(total, place))
        total = sum(factors[1:], factors[0])
        while dimensions(total) > context.depth:
            total = total[0]
        return scalar(total)

    def _look_up(self, context: Context, values: Values, carriers: tuple[Carrier, ...]) -> Array:
        slots = tuple(values)
        shift = context.shift.get(self.letter, 0.0)
        key = (slots, context.level, shift)
        if key not in self._tables:
            cells = dict(zip(slots, all_cells(carriers), strict=True))
            flat = Context(context.world, depth=1, level=context.level, shift=context.shift)
            missing = [s for s in self.closure(slots) if s not in values]
            self._tables[key] = np.asarray(self._sum_out(flat, cells, missing))
        index: Array = 0.0
        for slot, carrier in zip(slots, carriers, strict=True):
            for k, part in enumerate(values[slot]):
                nodes = carrier.grid(0)[0][k]
                first, size = nodes.min(), int(nodes.max() - nodes.min()) + 1
                index = index * size + (part - float(first))
        table = context.backend.array(self._tables[key])
        if dimensions(index) == 0:
            return float(table[int(index)])
        whole = context.backend.xp.int64
        return table[index.astype(whole) if isinstance(index, np.ndarray) else index.to(whole)]

    def can_sample(self, context: Context, of: tuple[str, ...], given: Iterable[str]) -> bool:
        """Whether p(of | given) can be drawn from by going through the network."""
        if self.is_linear_gaussian:
            return True
        known = list(given)
        way = self.to_draw(of, known)
        possible = self.is_closed(known) or self.is_local(of, known)
        return possible and all(self.laws[s].can_draw(context, s) for s in way)

    def draw(
        self,
        context: Context,
        of: tuple[str, ...],
        given: Values,
        uniforms: Mapping[str, Components],
    ) -> dict[str, Components]:
        """A draw of ``of`` given ``given``; ``uniforms`` for every slot that ``to_draw`` lists."""
        if self.is_linear_gaussian:
            return self._moments(context).draw(context.backend, of, given, uniforms)
        values = dict(given)
        for slot in self.to_draw(of, given):
            values[slot] = self.laws[slot].sample(context, slot, uniforms[slot], values)
        return {slot: values[slot] for slot in of}

    def to_draw(self, of: tuple[str, ...], given: Iterable[str]) -> tuple[str, ...]:
        """The slots that a draw goes through, in order."""
        if self.is_linear_gaussian:
            return of
        known = set(given)
        if self.is_local(of, known):
            return tuple(s for s in self.order if s in set(of))
        return tuple(s for s in self.closure(of) if s not in known)

    def _moments(self, context: Context) -> Moments:
        epsilon = context.shift.get(self.letter, 0.0)
        key = ("moments", epsilon)
        if key not in self._tables:
            laws = {s: law.law.at(epsilon) for s, law in self.laws.items()}  # type: ignore[attr-defined]
            self._tables[key] = moments(self.order, self.parents, laws)  # type: ignore[assignment]
        return self._tables[key]  # type: ignore[return-value]


def _touching(factors: list[Array], place: int) -> list[Array]:
    """The factors that vary along an axis, counted from the last."""
    return [f for f in factors if dimensions(f) >= -place and f.shape[place] > 1]


def _size(factors: list[Array]) -> int:
    """The number of points of the sum of the factors."""
    return prod(np.broadcast_shapes(*(tuple(f.shape) for f in factors)))
