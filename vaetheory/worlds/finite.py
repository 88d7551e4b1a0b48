"""Finite worlds: every density is a rational table over cells that have widths.

Densities are piecewise constant: the cell of a continuous variable has a rational width, and the
densities may exceed 1. Without widths H ≥ 0 and −E[log p(x|z)] ≥ 0 look true. A world is a function
of (statement, seed, style) and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

from vaetheory.language.assumptions import Family, SameDensity
from vaetheory.language.expressions import Density, Letter
from vaetheory.language.statements import Statement
from vaetheory.language.text import letter_text
from vaetheory.language.variables import FiniteSet, Variable
from vaetheory.worlds.draws import STYLES, Draws, Key, Style
from vaetheory.worlds.evaluation import cost, evaluator
from vaetheory.worlds.exact import ONE, Exact, UndefinedError
from vaetheory.worlds.frames import Request, frame
from vaetheory.worlds.ownership import (
    moves,
    named_variable,
    owned_letters,
    slope_of_parameter,
)
from vaetheory.worlds.plan import Factor, Plan, plan_of
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.signature import Cells, Signature, name_of, signature_of
from vaetheory.worlds.tables import Cell, FactorTable, Grid, Table, conditional, normalised
from vaetheory.worlds.values import Dual, add_all

MOST_CELLS = 4096
"""No joint table is made larger than this."""

MOST_STEPS = 50_000
"""No side of a statement takes more steps than about this in one world."""


@dataclass(slots=True)
class FiniteWorld:
    """One world. ``mover`` names the parameter whose derivative is carried along, if any."""

    statement: Statement
    signature: Signature
    plan: Plan
    draws: Draws
    sizes: dict[str, int]
    grid: Grid
    mover: str = ""
    still: FiniteWorld | None = None
    _widths: dict[str, tuple[Fraction, ...]] = field(default_factory=dict)
    _factors: dict[Letter, tuple[FactorTable, ...]] = field(default_factory=dict)
    _tables: dict[Any, Table] = field(default_factory=dict)
    _numbers: dict[Any, Any] = field(default_factory=dict)
    _moving: dict[str, FiniteWorld] = field(default_factory=dict)

    def kind(self, variable: Variable) -> Cells:
        """The cells that a random variable ranges over."""
        found = self.signature.kind(variable)
        if found is None:
            raise UngenerableError(f"{variable!r} is no random variable")
        return found

    def density(self, request: Request, cells: Cell) -> Any:
        """p(of | given) at these cells.

        Raises UndefinedError where the condition has probability 0.
        """
        table = self._tables.get(request)
        if table is None:
            table = self._tables[request] = self.table(request.letter, request.of, request.given)
        value = table.get(cells)
        if value is None:
            raise UndefinedError("a density given what has probability 0")
        return value

    def table(self, letter: Letter, of: tuple[str, ...], given: tuple[str, ...] = ()) -> Table:
        """The table of a conditional density, keyed by the cells of its slots in this order."""
        key = (letter, of, given)
        found = self._tables.get(key)
        if found is None:
            found = self._tables[key] = conditional(self.factors(letter), of, given, self.grid)
        return found

    def factors(self, letter: Letter) -> tuple[FactorTable, ...]:
        """The tables that the letter's joint is the product of."""
        found = self._factors.get(letter)
        if found is None:
            found = ()
            for factor in self.plan[letter]:
                found = (*found, self._table_of(letter, factor, found))
            self._factors[letter] = found
        return found

    def _table_of(
        self, letter: Letter, factor: Factor, before: tuple[FactorTable, ...]
    ) -> FactorTable:
        slots = (*factor.of, *factor.given)
        if factor.formula is not None:
            table = self._by_formula(factor.formula, slots)
        elif self.still is not None:
            table = next(t.values for t in self.still.factors(letter) if t.of == factor.of)
            owned = self._owned()
            if letter in owned and factor.copied is not None and factor.copied.letter in owned:
                table = self._taken_over(factor, letter, before)
            elif letter in owned:
                # equal to a density that stays where it is: equal here, and not nearby
                table = self._with_slopes(letter, factor, table)
        elif factor.copied is not None:
            table = self._taken_over(factor, letter, before)
        else:
            table = self._random(letter, factor)
        return FactorTable(factor.of, factor.given, table)

    def _by_formula(self, family: Family, slots: tuple[str, ...]) -> Table:
        arguments = (*family.density.of, *family.density.given)
        value = evaluator(family.definition, arguments)
        return {cell: value(frame(self, cell)) for cell in self.grid.cells(slots)}

    def _taken_over(self, factor: Factor, letter: Letter, before: tuple[FactorTable, ...]) -> Table:
        assert factor.copied is not None
        source = factor.copied
        of, given = tuple(v.slot for v in source.of), tuple(v.slot for v in source.given)
        if source.letter == letter:
            table = conditional(before, of, given, self.grid)
        else:
            table = self.table(source.letter, of, given)
        mine_of = {other: mine for mine, other in factor.renamed}
        theirs = [mine_of[s] for s in (*of, *given)]
        slots = (*factor.of, *factor.given)
        for mine, other in zip(theirs, (*of, *given), strict=True):
            if self.grid.widths[mine] != self.grid.widths[other]:
                raise UngenerableError(f"{mine} and {other} do not range over the same space")
        places = [slots.index(s) for s in theirs]
        cells = self.grid.cells(slots)
        return {c: table[key] for c in cells if (key := tuple(c[i] for i in places)) in table}

    def _random(self, letter: Letter, factor: Factor) -> Table:
        label = letter_text(letter)
        volumes = self.grid.volumes(factor.of)
        table: Table = {}
        for condition in self.grid.cells(factor.given):
            at: Key = (factor.of, factor.given, condition)
            weights = {c: self.draws.weight(label, (*at, c), factor.vanishing) for c in volumes}
            if not any(weights.values()):
                weights[next(iter(weights))] = Fraction(1)
            table.update({(*c, *condition): v for c, v in normalised(weights, volumes).items()})
        return table

    def _with_slopes(self, letter: Letter, factor: Factor, still: Table) -> Table:
        """A tangent of a conditional density, p·(s − E[s]) for random s: it integrates to 0."""
        label = letter_text(letter)
        volumes = self.grid.volumes(factor.of)
        table: Table = {}
        for condition in self.grid.cells(factor.given):
            row = {c: still[(*c, *condition)] for c in volumes}
            scores = {c: self.draws.slope(label, (factor.of, condition, c)) for c in row}
            mean = sum((row[c] * volumes[c] * s for c, s in scores.items()), Fraction(0))
            table.update(
                {(*c, *condition): Dual(v, v * (scores[c] - mean)) for c, v in row.items()}
            )
        return table

    def coordinate(self, variable: Variable, component: int, cell: int) -> Fraction:
        """The number that the variable, or a component of it counted from 1, takes in a cell."""
        cells = self.kind(variable)
        if cells.bits:
            # the first component is the highest bit; a single bit is its own number
            return Fraction((cell >> (cells.bits - max(component, 1))) & 1)
        key = (cells.name, component, cell)
        found = self._numbers.get(key)
        if found is None:
            found = Fraction(cells.first + cell)
            if not isinstance(cells.space, FiniteSet) or component:
                found = self._apart(cells, component, cell)
            self._numbers[key] = found
        return found

    def _apart(self, cells: Cells, component: int, cell: int) -> Fraction:
        """A number for a cell, apart from those of the cells before it."""
        drawn: list[Fraction] = []
        for place in range(cell + 1):
            part = f"values of {cells.name}"
            drawn.append(self.draws.number(part, cells.space, (component, place), drawn))
        return drawn[-1]

    def parameter(self, variable: Variable) -> Any:
        """The value of a parameter, with a slope of 1 where it is what moves."""
        key = name_of(variable)
        found = self._numbers.get(key)
        if found is None:
            label = f"{variable!r}"
            found = self.draws.number(label, variable.space)
            if self._moves(variable):
                found = Dual(found, slope_of_parameter(self.draws, self.mover, variable))
            self._numbers[key] = found
        return found

    def function(self, name: Variable, arguments: tuple[Any, ...]) -> Any:
        """An entry of the random table of a function of cells and rational numbers."""
        cells = tuple(a[1] if isinstance(a, tuple) else a for a in arguments)
        if any(isinstance(c, Dual | Exact) for c in cells):
            raise UngenerableError(
                f"{name!r} is opaque: it has no derivative and no value at irrational numbers"
            )
        key = (name_of(name), cells)
        found = self._numbers.get(key)
        if found is None:
            label = f"{name!r}"
            found = self.draws.number(label, name.space, cells or ("constant",))
            if self._moves(name):
                found = Dual(found, self.draws.slope(label, cells))
            self._numbers[key] = found
        return found

    def _moves(self, variable: Variable) -> bool:
        return moves(self.statement, self.signature, self.mover, variable)

    def _owned(self) -> set[Letter]:
        return owned_letters(self.statement, self.signature, self.mover)

    def total(self, variable: Variable, integrand: Callable[[int], Any]) -> Any:
        """Σ integrand(cell) · width."""
        cells = self.kind(variable)
        if cells.points:
            raise UngenerableError(
                f"a finite world cannot integrate over {variable!r}, whose density is a formula"
            )
        widths = self.widths(cells)
        return add_all([integrand(c) if w == 1 else integrand(c) * w for c, w in enumerate(widths)])

    def widths(self, cells: Cells) -> tuple[Fraction, ...]:
        """The widths of the cells of a kind."""
        return self._widths[cells.name]

    def places(self, free: tuple[Variable, ...]) -> list[Cell]:
        """All combinations of cells of the free variables."""
        return list(product(*(range(len(self.widths(self.kind(v)))) for v in free)))

    def moved(self, variable: Variable, cell: int) -> int:
        """Another cell of a variable, where it has more than one."""
        return (cell + 1) % len(self.widths(self.kind(variable)))

    def number(self, value: Any) -> Any:
        """The value of a side as a number."""
        return value

    def differ(self, first: Density, second: Density, at: Mapping[Variable, int]) -> bool:
        """Whether two densities differ somewhere, given the free variables."""
        bound = {name_of(v) for v in first.of}
        outside = {v: c for v, c in at.items() if name_of(v) not in bound}
        one, two = (evaluator(d, (*first.of, *outside)) for d in (first, second))
        here = (frame(self, (*own, *outside.values())) for own in self.places(first.of))
        return any(one(f) != two(f) for f in here)

    def moving(self, parameter: str) -> FiniteWorld:
        """The same world with the derivative with respect to ``parameter`` carried along."""
        if self.mover:
            raise UngenerableError("a gradient inside a gradient")
        if named_variable(self.signature, parameter):
            raise UngenerableError(f"a gradient by {parameter}, which densities range over")
        found = self._moving.get(parameter)
        if found is None:
            found = self._moving[parameter] = FiniteWorld(
                self.statement, self.signature, self.plan, self.draws, self.sizes, self.grid,
                mover=parameter, still=self, _widths=self._widths,
            )  # fmt: skip
        return found


def random_world(
    statement: Statement,
    seed: int | str = 0,
    style: Style | str = "tame",
    *,
    sizes: Mapping[str, int] | None = None,
    fixed: Mapping[Key, Fraction] | None = None,
    varied: frozenset[str] = frozenset(),
) -> FiniteWorld:
    """A finite world for an expanded statement, by (statement, seed, style).

    ``sizes`` sets numbers of cells by the name of their kind, ``fixed`` single draws, and the parts
    named in ``varied`` are drawn afresh. Raises UngenerableError where the statement or an
    assumption has no finite world, or an index variable is left.
    """
    style = STYLES[style] if isinstance(style, str) else style
    draws = Draws(f"{seed}", style, fixed or {}, varied)
    return world_of(statement, signature_of(statement), draws, sizes or {})


def world_of(
    statement: Statement, signature: Signature, draws: Draws, sizes: Mapping[str, int]
) -> FiniteWorld:
    """A world from the draws; see ``random_world``."""
    kinds = {c.name: c for c in signature.cells.values()}
    chosen = _sizes(kinds, draws, sizes)
    widths = {name: _widths_of(cells, chosen[name], draws) for name, cells in kinds.items()}
    slots = {s: c for s, c in signature.cells.items() if isinstance(s, str)}
    grid = Grid(
        {slot: widths[cells.name] for slot, cells in slots.items()},
        frozenset(slot for slot, cells in slots.items() if cells.points),
    )
    for letter, its in signature.letters.items():
        if len(grid.widths) and _count(its, grid) > MOST_CELLS:
            raise UngenerableError(
                f"the joint of {letter.name} over {len(its)} variables is too large"
            )
    plan = plan_of(signature, statement.assumptions, draws.style.tied)
    world = FiniteWorld(statement, signature, plan, draws, chosen, grid, _widths=widths)
    _check_equalities(world)
    if _steps(signature, tuple(chosen.items())) > MOST_STEPS:
        raise UngenerableError("the sums of a side have too many terms")
    return world


@lru_cache(maxsize=1024)
def _steps(signature: Signature, sizes: tuple[tuple[str, int], ...]) -> int:
    """About how many steps the longer side takes."""
    known = dict(sizes)

    def size(variable: Variable) -> int:
        kind = signature.kind(variable)
        return known[kind.name] if kind is not None else 1

    return max(cost(side, size) for side in signature.sides)


def _count(slots: tuple[str, ...], grid: Grid) -> int:
    count = 1
    for slot in slots:
        count *= len(grid.widths[slot])
    return count


def _sizes(kinds: Mapping[str, Cells], draws: Draws, given: Mapping[str, int]) -> dict[str, int]:
    """Numbers of cells, varied.

    At least one is ≥ 3 where the style allows it; fewer where there are many variables.
    """
    loose = sorted(name for name, cells in kinds.items() if cells.size is None)
    most = draws.style.size if len(loose) <= 3 else min(draws.style.size, 3)
    sizes = {name: cells.size or 0 for name, cells in kinds.items()}
    for name in loose:
        low = min(2, most)
        sizes[name] = given.get(name) or draws.size(name, low, most if len(loose) <= 4 else low)
    if loose and most >= 3 and not given and all(sizes[n] < 3 for n in loose):
        sizes[draws.stream("sizes").choice(loose)] = 3
    return sizes


def _widths_of(cells: Cells, size: int, draws: Draws) -> tuple[Fraction, ...]:
    if not cells.continuous:
        return (ONE,) * size
    return tuple(draws.width(cells.name, (i,)) for i in range(size))


def _check_equalities(world: FiniteWorld) -> None:
    """Every equality of densities that is assumed must hold in the tables that came out."""
    for assumption in world.statement.assumptions:
        if isinstance(assumption, SameDensity) and not _same(
            world, assumption.first, assumption.second
        ):
            raise UngenerableError(
                f"no world was found with {assumption.first!r} = {assumption.second!r}"
            )


def _same(world: FiniteWorld, first: Density, second: Density) -> bool:
    if len(first.given) < len(second.given):
        first, second = second, first
    mine = world.table(first.letter, *_request(first))
    theirs = world.table(second.letter, *_request(second))
    if len(first.given) == len(second.given):
        return mine == theirs
    of, given = _request(first)
    other_of, other_given = _request(second)
    pairs = dict(zip(other_of, of, strict=True)) | {s: s for s in other_given}
    places = [(*of, *given).index(pairs[s]) for s in (*other_of, *other_given)]
    return all(theirs.get(tuple(c[i] for i in places)) == v for c, v in mine.items())


def _request(density: Density) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(v.slot for v in density.of), tuple(v.slot for v in density.given)
