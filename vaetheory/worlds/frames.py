"""Where an expression is evaluated: a world, and the cells that the variables in scope stand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from vaetheory.language.expressions import Letter
from vaetheory.language.variables import Variable
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.signature import Name, name_of


class World(Protocol):
    """What evaluation asks of a world."""

    def density(self, request: Request, cells: tuple[Any, ...]) -> Any:
        """The density at these cells, in the order of the request's slots."""

    def coordinate(self, variable: Variable, component: int, cell: Any) -> Any:
        """The number that a random variable (or its component, from 1) takes in a cell."""

    def parameter(self, variable: Variable) -> Any:
        """The value of a parameter."""

    def function(self, name: Variable, arguments: tuple[Any, ...]) -> Any:
        """The value of a named function."""

    def total(self, variable: Variable, integrand: Callable[[Any], Any]) -> Any:
        """∫ integrand d(variable), or the sum."""

    def moving(self, parameter: str) -> World:
        """The same world with a derivative in what the parameter stands for carried along."""


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A density that is asked for, by slots.

    Compared by identity, so that a world can file its tables under it.
    """

    letter: Letter
    of: tuple[str, ...]
    given: tuple[str, ...]


@dataclass(slots=True)
class Frame:
    """A world and the cells that the variables in scope stand on."""

    world: Any
    cells: list[Any]


Evaluator = Callable[[Frame], Any]

DEPTH = 64
"""How many variables may be in scope at once."""


class Scope:
    """Which place in the frame each variable in scope has."""

    def __init__(self, places: Mapping[Name, int]) -> None:
        self.places = dict(places)

    def inside(self, over: tuple[Variable, ...]) -> tuple[Scope, tuple[tuple[int, Variable], ...]]:
        """The scope of a binder, and the places of what it binds."""
        depth = max(self.places.values(), default=-1) + 1
        if depth + len(over) > DEPTH:
            raise UngenerableError(f"more than {DEPTH} variables in scope at once")
        bound = tuple((depth + i, variable) for i, variable in enumerate(over))
        names = {name_of(v): place for place, v in bound}
        # z bound anew hides the components of an outer z
        hidden = {n for n in self.places if n[1] and (n[0], ()) in names}
        kept = {n: place for n, place in self.places.items() if n not in hidden}
        return Scope({**kept, **names}), bound

    def place(self, variable: Variable) -> int:
        """The place of a random variable. Raises UngenerableError for one that is not in scope."""
        found = self.places.get(name_of(variable))
        if found is None:
            raise UngenerableError(f"{variable!r} has no value here")
        return found


def frame(world: World, cells: tuple[Any, ...]) -> Frame:
    """A frame whose first cells are given."""
    return Frame(world, [*cells, *([None] * (DEPTH - len(cells)))])
