"""A world as data to redo a calculation from: exact strings, cells counted from 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vaetheory.language.expressions import Density, MutualInformation, walk
from vaetheory.language.text import letter_text
from vaetheory.language.variables import Variable
from vaetheory.worlds.display import exact_text
from vaetheory.worlds.expansion import UngenerableError, expressions_in
from vaetheory.worlds.finite import FiniteWorld
from vaetheory.worlds.gaussian import GaussianWorld
from vaetheory.worlds.tables import Table
from vaetheory.worlds.values import Dual


def described_gaussian(
    world: GaussianWorld,
    free: tuple[Variable, ...],
    place: tuple[Any, ...],
    counts: Mapping[Variable, int],
) -> dict[str, Any]:
    """The normal densities of every letter, parameters, and where the statement fails."""
    found: dict[str, Any] = {}
    if counts:
        found["counts"] = {repr(v): n for v, n in counts.items()}
    found["densities"] = dict(world.written)
    if numbers := _numbers(world):
        found["numbers"] = numbers
    if free:
        found["at"] = {repr(v): ", ".join(map(str, p)) for v, p in zip(free, place, strict=True)}
    return found


def described(
    world: FiniteWorld,
    free: tuple[Variable, ...],
    cells: tuple[int, ...],
    counts: Mapping[Variable, int],
) -> dict[str, Any]:
    """The tables of every letter that the statement uses, widths, coordinates, parameters, and
    where it fails.
    """
    found: dict[str, Any] = {}
    if counts:
        found["counts"] = {repr(v): n for v, n in counts.items()}
    if world.sizes:
        found["cells"] = dict(sorted(world.sizes.items()))
    widths = {
        name: [str(w) for w in world.widths(kind)]
        for name, kind in sorted({c.name: c for c in world.signature.cells.values()}.items())
        if kind.continuous
    }
    if widths:
        found["widths"] = widths
    found["tables"] = _tables(world)
    numbers = _numbers(world)
    if numbers:
        found["numbers"] = numbers
    if free:
        found["at"] = {repr(v): c + 1 for v, c in zip(free, cells, strict=True)}
    return found


def _tables(world: FiniteWorld) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for letter, slots in world.signature.letters.items():
        of, given = _shown(world, letter_text(letter), slots)
        try:
            _add(tables, letter_text(letter), of, given, world.table(letter, of, given))
        except UngenerableError:
            # a letter with a formula on the real line has no joint table; its factors are what was
            # chosen
            for factor in world.factors(letter):
                _add(tables, letter_text(letter), factor.of, factor.given, factor.values)
    return tables


def _shown(
    world: FiniteWorld, letter: str, slots: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The one conditional density that the statement uses of a letter, or else its joint."""
    statement = world.statement
    sides = (statement.left, statement.right, *expressions_in(statement.assumptions))
    used = set()
    for node in (n for side in sides for n in walk(side)):
        if isinstance(node, Density) and letter_text(node.letter) == letter:
            used.add((tuple(v.slot for v in node.of), tuple(v.slot for v in node.given)))
        elif isinstance(node, MutualInformation) and letter_text(node.letter) == letter:
            return slots, ()
    return used.pop() if len(used) == 1 else (slots, ())


def _add(
    tables: dict[str, dict[str, str]],
    letter: str,
    of: tuple[str, ...],
    given: tuple[str, ...],
    table: Table,
) -> None:
    name = f"{letter}({', '.join(of)}{' | ' * bool(given)}{', '.join(given)})"
    slots = (*of, *given)
    tables[name] = {
        ", ".join(f"{s}={c + 1}" for s, c in zip(slots, cell, strict=True)): exact_text(
            value.value if isinstance(value, Dual) else value
        )
        for cell, value in sorted(table.items())
    }


def _numbers(world: FiniteWorld | GaussianWorld) -> dict[str, str]:
    """The parameters, the coordinates of cells, functions and directions of gradients."""
    letters = {letter_text(letter) for letter in world.signature.letters}
    found: dict[str, str] = {}
    for key, value in world.draws.taken.items():
        kind, label, *rest = key
        if kind == "slope":
            found[f"direction of {label}{_arguments(rest)}"] = str(value)
        elif kind == "number" and label not in letters and "at" not in rest:
            found[_entry(str(label), rest)] = str(value)
    return dict(sorted(found.items()))


def _entry(label: str, rest: list[Any]) -> str:
    if label.startswith("values of "):
        component, cell = rest
        name = label.removeprefix("values of ") + (f"_{component}" if component else "")
        return f"{name} in cell {cell + 1}"
    if len(rest) == 1 and isinstance(rest[0], str):
        return label if rest[0] == "constant" else f"{label}: coefficient of {rest[0]}"
    return label + _arguments(rest)


def _arguments(rest: list[Any]) -> str:
    """The cells (counted from 1) or numbers that an entry belongs to."""
    if not rest:
        return ""
    if isinstance(rest[0], tuple):
        slots, condition, cell = rest
        of = ", ".join(f"{s}={c + 1}" for s, c in zip(slots, cell, strict=False))
        given = ", ".join(str(c + 1) for c in condition)
        return f"({of}{' | ' * bool(given)}{given})"
    return f"({', '.join(str(r + 1) if isinstance(r, int) else str(r) for r in rest)})"
