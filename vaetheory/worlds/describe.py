"""A world as data to redo a calculation from: exact strings, cells counted from 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vaetheory.language.expressions import Density, MutualInformation, walk
from vaetheory.language.text import letter_text
from vaetheory.language.variables import Variable
from vaetheory.worlds.display import exact_text
from vaetheory.worlds.expansion import expressions_in
from vaetheory.worlds.finite import FiniteWorld
from vaetheory.worlds.gaussian import GaussianWorld
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.tables import Table
from vaetheory.worlds.values import Dual


def described(
    world: FiniteWorld | GaussianWorld,
    free: tuple[Variable, ...],
    place: tuple[Any, ...],
    counts: Mapping[Variable, int],
) -> dict[str, Any]:
    """Every letter that the statement uses, parameters, and where the free variables stand.

    Of a finite world the tables, with the widths of the cells; of a Gaussian one the densities.
    """
    found: dict[str, Any] = {}
    if counts:
        found["counts"] = {repr(v): n for v, n in counts.items()}
    if isinstance(world, GaussianWorld):
        if world.written:
            found["densities"] = dict(world.written)
        at = {repr(v): ", ".join(map(str, p)) for v, p in zip(free, place, strict=True)}
    else:
        found |= _cells(world)
        at = {repr(v): f"cell {c + 1}" for v, c in zip(free, place, strict=True)}
    if numbers := _numbers(world):
        found["numbers"] = numbers
    if at:
        found["at"] = at
    return found


def _cells(world: FiniteWorld) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if world.sizes:
        found["cells"] = dict(sorted(world.sizes.items()))
    kinds = {c.name: c for c in world.signature.cells.values() if c.continuous}
    if kinds:
        found["widths"] = {n: [str(w) for w in world.widths(k)] for n, k in sorted(kinds.items())}
    if tables := _tables(world):
        found["tables"] = tables
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
            # ∇ moves p to p·(1 + ε (score − E[score])), and a parameter by ε times its direction
            what = "score" if label in letters else "direction"
            found[f"{what} of {label}{_arguments(rest)}"] = str(value)
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
        if len(rest) == 2:
            return f"({', '.join(rest[0])}), coefficient of {rest[1]}"
        slots, condition, cell = rest
        of = ", ".join(f"{s}={c + 1}" for s, c in zip(slots, cell, strict=False))
        given = ", ".join(str(c + 1) for c in condition)
        return f"({of}{' | ' * bool(given)}{given})"
    return f"({', '.join(str(r + 1) if isinstance(r, int) else str(r) for r in rest)})"
