"""Where an expression is evaluated: the world, what is bound to which value, and how fine the
grids are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from vaetheory.checkers.numeric.backend import NUMPY, Array, Backend
from vaetheory.checkers.numeric.carriers import Affine, Carrier, Components
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.language.expressions import Letter
from vaetheory.language.variables import Subscript, Variable

if TYPE_CHECKING:
    from vaetheory.checkers.numeric.world import World

Key = tuple[str, tuple[int, ...]]
"""A variable with its indices resolved to numbers: z_k under k = 2 is ``("z", (2,))``."""


@dataclass
class Meter:
    """The most grid points that were alive at once; what a Monte Carlo run must divide its samples
    by."""

    limit: int = 6_000_000
    widest: int = 1


@dataclass(frozen=True)
class Context:
    """An immutable environment; binding a variable makes a new one."""

    world: World
    backend: Backend = NUMPY
    values: Mapping[Key, Components] = field(default_factory=dict)
    indices: Mapping[Variable, int] = field(default_factory=dict)
    depth: int = 0
    level: int = 0
    points: int = 1
    shift: Mapping[Letter | Key, float] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)

    def key(self, variable: Variable) -> Key:
        """The variable with its indices as numbers. Raises CannotEvaluate where an index has no
        value."""
        return variable.name, tuple(self.subscript(i) for i in variable.indices)

    def subscript(self, index: Subscript) -> int:
        """The number that an index stands for."""
        if index.variable is None:
            return index.offset
        if index.variable in self.indices:
            return self.indices[index.variable] + index.offset
        return self.world.integer(index.variable) + index.offset

    def bind(self, key: Key, value: Components) -> Context:
        """The same with a variable bound to arrays that have at most ``depth`` axes."""
        return replace(self, values={**self.values, key: value})

    def with_index(self, index: Variable, number: int) -> Context:
        """The same with an index variable at a number."""
        return replace(self, indices={**self.indices, index: number})

    def with_axis(
        self, carrier: Carrier, counted: bool = True
    ) -> tuple[Context, Components, Array]:
        """One more axis in front, for the grid of a carrier: the context, the nodes and the
        weights.

        Raises CannotEvaluate when the grid would not fit in memory, unless it is counted elsewhere.
        """
        nodes, weights = carrier.grid(self.level)
        context = self.deeper(len(weights) if counted else 1)
        shape = (-1,) + (1,) * self.depth
        array = self.backend.array
        values = tuple(array(n).reshape(shape) for n in nodes)
        weight = array(weights).reshape(shape)
        if isinstance(carrier, Affine):
            return context, (carrier.location + carrier.scale * values[0],), weight * carrier.scale
        return context, values, weight

    def deeper(self, count: int) -> Context:
        """The same with room for one more axis of ``count`` points in front."""
        points = self.points * count
        self.note(points)
        return replace(self, depth=self.depth + 1, points=points)

    def note(self, points: int) -> None:
        """Keep count of arrays of this many points. Raises CannotEvaluate when they are too
        many."""
        self.meter.widest = max(self.meter.widest, points)
        if points > self.meter.limit:
            raise CannotEvaluate(f"the grid would need more than {self.meter.limit:,} points")

    def lookup(self, variable: Variable) -> Components:
        """The value of a variable: bound, a component of what is bound, or drawn by the world."""
        name, indices = key = self.key(variable)
        if key in self.values:
            return self.values[key]
        if indices:
            whole = self.values.get((name, indices[:-1]))
            if whole is None and self.world.is_vector(variable):
                whole = self.world.free_value((name, indices[:-1]), variable)
            if whole is not None:
                return (component(whole, indices[-1], variable),)
        return self.world.free_value(key, variable, self.shift.get(key, 0.0))


def component(whole: Components, number: int, variable: Variable) -> Array:
    """The component of this number, counted from 1."""
    if not 1 <= number <= len(whole):
        raise CannotEvaluate(f"{variable!r} asks for component {number} of {len(whole)}")
    return whole[number - 1]
