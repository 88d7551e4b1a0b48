"""Linear-Gaussian worlds: joint normal distributions with rational parameters.

All moments are exact.

A factor p(u | v) is a normal density whose mean is linear in v. Families with a formula (a normal
density with a polynomial mean, a Bernoulli) stand beside them, so that parametric statements are
decided by the same evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

from vaetheory.language.assumptions import Family, SameDensity
from vaetheory.language.expressions import Density, Letter
from vaetheory.language.statements import Statement
from vaetheory.language.text import letter_text
from vaetheory.language.variables import FiniteSet, Interval, Reals, Variable
from vaetheory.worlds.draws import STYLES, Draws, Key, Style
from vaetheory.worlds.evaluation import evaluator
from vaetheory.worlds.fields import (
    Field,
    as_polynomial,
    integrated,
    is_zero,
    normal_density,
    number_of,
)
from vaetheory.worlds.frames import Evaluator, Request, frame
from vaetheory.worlds.ownership import (
    moves,
    named_variable,
    owned_letters,
    slope_of_parameter,
)
from vaetheory.worlds.plan import Factor, Plan, plan_of
from vaetheory.worlds.polynomials import Polynomial
from vaetheory.worlds.random_polynomials import random_polynomial
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.signature import CONTINUUM, Cells, Signature, name_of, signature_of
from vaetheory.worlds.values import Dual, add_all

Point = tuple[Any, ...]
"""Where a variable stands: one value per component, a rational number or a polynomial."""

POINTS = 1
REALS = Reals()


@dataclass(slots=True)
class GaussianWorld:
    """One world. ``mover`` names the parameter whose derivative is carried along, if any."""

    statement: Statement
    signature: Signature
    plan: Plan
    draws: Draws
    sizes: dict[str, int]
    _places: dict[tuple[str, int], int]
    mover: str = ""
    still: GaussianWorld | None = None
    written: dict[str, str] = field(default_factory=dict)
    _fresh: int = 0
    _factors: dict[Letter, tuple[Field, ...]] = field(default_factory=dict)
    _densities: dict[Any, Any] = field(default_factory=dict)
    _formulas: dict[Family, Evaluator] = field(default_factory=dict)
    _numbers: dict[Any, Any] = field(default_factory=dict)
    _moving: dict[str, GaussianWorld] = field(default_factory=dict)

    def kind(self, variable: Variable) -> Cells:
        """What a random variable ranges over."""
        found = self.signature.kind(variable)
        if found is None:
            raise UngenerableError(f"{variable!r} is no random variable")
        return found

    def formal(self, slot: str) -> Point:
        """The formal coordinates of a slot.

        Numbered below 0, so that they meet no other variable.
        """
        found = []
        for component in range(dimension(self.signature.cells[slot])):
            found.append(Polynomial.variable(self._places[slot, component]))
        return tuple(found)

    def density(self, request: Request, cells: tuple[Point, ...]) -> Any:
        """p(of | given) at these points."""
        for factor in self.plan[request.letter]:
            if factor.formula is not None and factor.is_density_of(request.of, request.given):
                return self._at(
                    factor.formula, dict(zip((*request.of, *request.given), cells, strict=True))
                )
        found = self._densities.get(request)
        if found is None:
            found = self.formula(request.letter, request.of, request.given)
            self._densities[request] = found
        replaced: dict[int, Polynomial] = {}
        for slot, point in zip((*request.of, *request.given), cells, strict=True):
            for formal, actual in zip(self.formal(slot), point, strict=True):
                (place,) = formal.variables
                replaced[place] = as_polynomial(actual)
        if isinstance(found, Dual):
            return Dual(
                *(Field.of(part).substituted(replaced) for part in (found.value, found.slope))
            )
        return found.substituted(replaced)

    def formula(self, letter: Letter, of: tuple[str, ...], given: tuple[str, ...] = ()) -> Any:
        """A conditional density as a field in the formal coordinates of its slots."""
        factors = self.plan[letter]
        for place, factor in enumerate(factors):
            if factor.is_density_of(of, given):
                return self.factors(letter)[place]
        joint = self._marginal(letter, (*of, *given))
        return joint if not given else joint / self._marginal(letter, given)

    def _marginal(self, letter: Letter, slots: tuple[str, ...]) -> Any:
        needed = set(slots)
        density: Any = Fraction(1)
        hidden: list[str] = []
        for factor, value in reversed(
            list(zip(self.plan[letter], self.factors(letter), strict=True))
        ):
            if needed & set(factor.of):
                needed |= {*factor.of, *factor.given}
                hidden += [s for s in factor.of if s not in slots]
                density = value * density
        for slot in hidden:
            if not self.signature.cells[slot].continuous:
                raise UngenerableError(f"a Gaussian world has no sum over the finite {slot}")
            for formal in self.formal(slot):
                (place,) = formal.variables
                density = integrated(density, place)
        return density

    def factors(self, letter: Letter) -> tuple[Any, ...]:
        """The densities that the letter's joint is the product of."""
        found = self._factors.get(letter)
        if found is None:
            done: list[Any] = []
            for place, factor in enumerate(self.plan[letter]):
                done.append(self._factor(letter, factor, place, done))
            found = self._factors[letter] = tuple(done)
        return found

    def _factor(self, letter: Letter, factor: Factor, place: int, done: list[Any]) -> Any:
        if factor.formula is not None:
            return self._at(
                factor.formula, {s: self.formal(s) for s in (*factor.of, *factor.given)}
            )
        if self.still is not None:
            same = self.still.factors(letter)[place]
            owned = owned_letters(self.statement, self.signature, self.mover)
            if letter not in owned:
                return same
            if factor.copied is not None and factor.copied.letter in owned:
                return self._taken_over(factor, letter)
            # equal to a density that stays where it is: equal here, and not nearby
            return self._with_slope(letter, factor, same)
        if factor.copied is not None:
            return self._taken_over(factor, letter)
        return self._random(letter, factor)

    def _at(self, family: Family, points: Mapping[str, Point]) -> Any:
        """A density that is given by a formula, with points put in for its slots."""
        arguments = (*family.density.of, *family.density.given)
        value = self._formulas.get(family)
        if value is None:
            value = self._formulas[family] = evaluator(family.definition, arguments)
        result = value(frame(self, tuple(points[v.slot] for v in arguments)))
        return result if isinstance(result, Dual) else Field.of(result)

    def _taken_over(self, factor: Factor, letter: Letter) -> Field:
        source = factor.copied
        assert source is not None
        if source.letter == letter:
            raise UngenerableError("a letter whose density at one slot is taken over from another")
        of, given = tuple(v.slot for v in source.of), tuple(v.slot for v in source.given)
        mine = {theirs: own for own, theirs in factor.renamed}
        replaced: dict[int, Polynomial] = {}
        for slot in (*of, *given):
            for theirs, own in zip(self.formal(slot), self.formal(mine[slot]), strict=True):
                (place,) = theirs.variables
                replaced[place] = own
        density: Field = self.formula(source.letter, of, given)
        return density.substituted(replaced)

    def _random(self, letter: Letter, factor: Factor) -> Field:
        """∏ N(u_i; a_i + Σ_j b_ij v_j, s_i): every coordinate given those before it."""
        label = letter_text(letter)
        before = [(s, i, x) for s in factor.given for i, x in enumerate(self.formal(s))]
        density = Field.of(Fraction(1))
        for slot in factor.of:
            if not self.signature.cells[slot].continuous:
                raise UngenerableError(
                    f"a Gaussian world has no random table for the finite {slot}"
                )
            for component, coordinate in enumerate(self.formal(slot)):
                at = (slot, component)
                mean = Polynomial.of(self.draws.number(label, REALS, (*at, "mean")))
                for other, i, x in before:
                    mean = mean + x.scaled(self.draws.number(label, REALS, (*at, other, i)))
                variance = self.draws.variance(label, at)
                self._write(label, (slot, component), mean, variance)
                density = density * normal_density(coordinate, mean, variance)
                before.append((slot, component, coordinate))
        return density

    def _with_slope(self, letter: Letter, factor: Factor, density: Field) -> Dual:
        """A tangent of the density: p·(s − E[s]) for a random quadratic score s."""
        label = letter_text(letter)
        own = [
            (f"{slot}{i or ''}", x) for slot in factor.of for i, x in enumerate(self.formal(slot))
        ]
        score = Polynomial({})
        for name, x in own:
            for mark, monomial in ((name, x), (f"{name}·{name}", x * x)):
                score = score + monomial.scaled(self.draws.slope(label, (factor.of, mark)))
        mean = density * Field.of(score)
        for _, x in own:
            (place,) = x.variables
            mean = mean.integral(place)
        return Dual(density, density * (Field.of(score) - mean))

    def _write(
        self,
        label: str,
        coordinate: tuple[str, int],
        mean: Polynomial,
        variance: Fraction,
    ) -> None:
        """Note a density as a reader would write it, for counterexamples."""
        names = {place: _coordinate_text(c) for c, place in self._places.items()}
        own = _coordinate_text(coordinate)
        above = [names[v] for v in sorted(mean.variables, reverse=True)]
        bar = f" | {', '.join(above)}" if above else ""
        terms = [f"{c}·{names[p[0]]}" if p else f"{c}" for p, c in sorted(mean.terms.items())]
        self.written[f"{label}({own}{bar})"] = f"N({own}; {' + '.join(terms) or 0}, {variance})"

    def coordinate(self, variable: Variable, component: int, cell: Point) -> Any:
        """A component (counted from 1; 0 for the variable itself) of a point."""
        if component > len(cell):
            raise UngenerableError(f"{variable!r} has {len(cell)} components, not {component}")
        value = cell[max(component, 1) - 1]
        return Field.of(value) if isinstance(value, Polynomial) else value

    def parameter(self, variable: Variable) -> Any:
        """The value of a parameter, with a slope where it is what moves."""
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
        """A random polynomial; where its range is bounded, a table of rational points."""
        parts: list[Any] = []
        for argument in arguments:
            point = argument[1] if isinstance(argument, tuple) else (argument,)
            parts += [Field.of(p) if isinstance(p, Polynomial) else p for p in point]
        label = f"{name!r}"
        if isinstance(name.space, Interval | FiniteSet) or name.space == Reals(positive=True):
            if not all(isinstance(p, Fraction) for p in parts):
                raise UngenerableError(f"{label} has a bounded range: no polynomial will do")
            found: Any = self.draws.number(label, name.space, tuple(parts) or ("constant",))
            return (
                Dual(found, self.draws.slope(label, tuple(parts))) if self._moves(name) else found
            )
        return random_polynomial(self.draws, label, parts, self._moves(name))

    def _moves(self, variable: Variable) -> bool:
        return moves(self.statement, self.signature, self.mover, variable)

    def total(self, variable: Variable, integrand: Callable[[Point], Any]) -> Any:
        """∫ integrand d(variable) over the real line, or the sum over a finite set."""
        cells = self.kind(variable)
        if not cells.continuous:
            return add_all([integrand(point) for point in _finite_points(cells)])
        if cells.space not in (CONTINUUM, REALS):
            raise UngenerableError(
                f"a Gaussian world integrates over all of ℝ, not over {variable!r}"
            )
        places = []
        for _ in range(dimension(cells)):
            self._fresh += 1
            places.append(self._fresh)
        value = integrand(tuple(Polynomial.variable(p) for p in places))
        for place in places:
            value = integrated(value, place)
        return value

    def moving(self, parameter: str) -> GaussianWorld:
        """The same world with the derivative with respect to ``parameter`` carried along."""
        if self.mover:
            raise UngenerableError("a gradient inside a gradient")
        if named_variable(self.signature, parameter):
            raise UngenerableError(f"a gradient by {parameter}, which densities range over")
        found = self._moving.get(parameter)
        if found is None:
            found = self._moving[parameter] = GaussianWorld(
                self.statement, self.signature, self.plan, self.draws, self.sizes, self._places,
                mover=parameter, still=self, _fresh=self._fresh + 1000,
            )  # fmt: skip
        return found

    def places(self, free: tuple[Variable, ...]) -> list[tuple[Point, ...]]:
        """A few places where the free variables may stand."""
        return [
            tuple(self._place(v, number) for v in free) for number in range(POINTS if free else 1)
        ]

    def _place(self, variable: Variable, number: int) -> Point:
        cells = self.kind(variable)
        if not cells.continuous:
            points = _finite_points(cells)
            return points[self.draws.stream(f"{variable!r}", ("at", number)).randrange(len(points))]
        label = f"{variable!r}"
        space = cells.space if isinstance(cells.space, Interval | Reals) else REALS
        return tuple(
            self.draws.number(label, space, ("at", number, i)) for i in range(dimension(cells))
        )

    def moved(self, variable: Variable, place: Point) -> Point:
        """Another place for a variable."""
        return next(p for p in (self._place(variable, n) for n in range(2, 40)) if p != place)

    def number(self, value: Any) -> Any:
        """The value of a side as a number."""
        return number_of(value)

    def differ(self, first: Density, second: Density, at: Mapping[Variable, Point]) -> bool:
        """Whether two densities differ somewhere, given the free variables."""
        return not _same(self, first, second)


def random_gaussian_world(
    statement: Statement,
    seed: int | str = 0,
    style: Style | str = "tame",
    *,
    fixed: Mapping[Key, Fraction] | None = None,
    varied: frozenset[str] = frozenset(),
) -> GaussianWorld:
    """A linear-Gaussian world for an expanded statement; see ``finite.random_world``."""
    style = STYLES[style] if isinstance(style, str) else style
    draws = Draws(f"{seed}", style, fixed or {}, varied)
    return gaussian_world_of(statement, signature_of(statement), draws, {})


def gaussian_world_of(
    statement: Statement, signature: Signature, draws: Draws, sizes: Mapping[str, int]
) -> GaussianWorld:
    """A world from the draws.

    Raises UngenerableError where an assumption has no linear-Gaussian world.
    """
    plan = plan_of(signature, statement.assumptions, draws.style.tied)
    slots = [(s, c) for s, c in signature.cells.items() if isinstance(s, str)]
    coordinates = [(s, i) for s, c in slots for i in range(dimension(c))]
    places = {coordinate: -1 - n for n, coordinate in enumerate(coordinates)}
    world = GaussianWorld(statement, signature, plan, draws, dict(sizes), places)
    for assumption in statement.assumptions:
        if isinstance(assumption, SameDensity):
            first, second = assumption.first, assumption.second
            if not _same(world, first, second):
                raise UngenerableError(f"no world was found with {first!r} = {second!r}")
    return world


def _same(world: GaussianWorld, first: Density, second: Density) -> bool:
    """Whether two densities are one function of the arguments of the first."""
    one, two = (
        world.formula(d.letter, tuple(v.slot for v in d.of), tuple(v.slot for v in d.given))
        for d in (first, second)
    )
    pairs = zip((*second.of, *second.given), (*first.of, *first.given), strict=False)
    renamed = {
        next(iter(theirs.variables)): own
        for theirs_of, own_of in pairs
        for theirs, own in zip(world.formal(theirs_of.slot), world.formal(own_of.slot), strict=True)
    }
    return is_zero(one - two.substituted(renamed))


def _coordinate_text(coordinate: tuple[str, int]) -> str:
    slot, component = coordinate
    return f"{slot}_{component + 1}" if component else slot


def dimension(cells: Cells) -> int:
    """How many coordinates a variable has."""
    return max(cells.components, cells.bits, 1)


def _finite_points(cells: Cells) -> list[Point]:
    if cells.bits:
        return list(product((Fraction(0), Fraction(1)), repeat=cells.bits))
    return [(Fraction(cells.first + i),) for i in range(cells.size or 3)]
