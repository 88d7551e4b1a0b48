"""What a statement claims of one world: does it hold here, and by how much?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import Any

from vaetheory.checkers.samples import last_first
from vaetheory.language.assumptions import Different, Sampled
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import Expectation, Expression, Function, Letter, walk
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.text import letter_text
from vaetheory.language.variables import Variable
from vaetheory.worlds import decide
from vaetheory.worlds.draws import Draws
from vaetheory.worlds.evaluation import evaluator
from vaetheory.worlds.expansion import Counts, counts_of, expand_statement, expressions_in
from vaetheory.worlds.finite import FiniteWorld, world_of
from vaetheory.worlds.frames import Evaluator, frame
from vaetheory.worlds.gaussian import GaussianWorld, gaussian_world_of
from vaetheory.worlds.ownership import owned_letters
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.signature import Signature, name_of, signature_of
from vaetheory.worlds.values import Dual, Infinite

Place = tuple[Any, ...]
"""A cell, or a point, for every free variable."""

World = FiniteWorld | GaussianWorld
MOST_COUNT = 3
"""How large D, K and T are made."""

FINITE, GAUSSIAN = "finite", "Gaussian"
_BUILDERS: dict[str, Callable[..., World]] = {FINITE: world_of, GAUSSIAN: gaussian_world_of}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one world says at one place: whether the statement holds there, and both sides.

    ``holds`` is None where it cannot be decided; for ≐ the sides are the differences before and
    after ``change``, the other world and place.
    """

    holds: bool | None
    left: Any
    right: Any
    change: tuple[World, Place] | None = None

    @property
    def difference(self) -> Any:
        """left − right; ±∞ where one side is infinite."""
        return self.left - self.right

    @property
    def gap(self) -> float:
        """|left − right| as a float, infinite where one side is."""
        if isinstance(self.left, Infinite) and isinstance(self.right, Infinite):
            return 0.0 if self.left == self.right else float("inf")
        return abs(decide_float(self.difference))


def decide_float(value: Any) -> float:
    """A value as a float."""
    return float(value) if isinstance(value, Infinite) else decide.approximate(value)


class Claim:
    """A statement, expanded for given counts, that worlds of one kind can be asked about."""

    def __init__(self, family: Claims, counts: Counts) -> None:
        self.family = family
        self.kind = family.kind
        self.counts = dict(counts)
        self.statement = _with_samples_drawn(expand_statement(family.statement, counts))
        self.signature: Signature = signature_of(self.statement)
        self.left: Evaluator = evaluator(self.statement.left, self.signature.free)
        self.right: Evaluator = evaluator(self.statement.right, self.signature.free)
        self.differing = [a for a in self.statement.assumptions if isinstance(a, Different)]
        self.varied = _varied(self.statement, self.signature)

    @property
    def loose_kinds(self) -> list[str]:
        """The kinds of cells whose number is free, by name."""
        if self.kind != FINITE:
            return []
        kinds = {c.name: c for c in self.signature.cells.values()}
        return sorted(name for name, cells in kinds.items() if cells.size is None)

    def world(self, draws: Draws, sizes: Mapping[str, int] | None = None) -> World:
        """A world for the statement. Raises UngenerableError."""
        return _BUILDERS[self.kind](self.statement, self.signature, draws, sizes or {})

    def places(self, world: World) -> list[Place]:
        """Where the free variables can stand: all combinations of cells, or a few points."""
        return world.places(self.signature.free)

    def some_places(self, world: World, random: Random, most: int) -> list[Place]:
        """A few of them."""
        places = self.places(world)
        return places if len(places) <= most else random.sample(places, most)

    def ask(self, world: World, place: Place) -> Outcome | None:
        """Whether the statement holds at a place; None where its assumptions claim nothing there.

        Raises UndefinedError where a side has no value, UngenerableError where worlds of this kind
        give it none.
        """
        at = dict(zip(self.signature.free, place, strict=True))
        if any(not world.differ(a.first, a.second, at) for a in self.differing):
            return None
        left, right = self._sides(world, place)
        if self.statement.relation is Relation.UP_TO_CONSTANT:
            return self._ask_again(world, place, left, right)
        return Outcome(_holds(self.statement.relation, left, right), left, right)

    def _sides(self, world: World, place: Place) -> tuple[Any, Any]:
        here = frame(world, place)
        left, right = world.number(self.left(here)), world.number(self.right(here))
        if isinstance(left, Dual) or isinstance(right, Dual):
            raise UngenerableError("a derivative where a number is expected")
        return left, right

    def _ask_again(self, world: World, place: Place, left: Any, right: Any) -> Outcome:
        """For ≐: the difference of the sides before and after the named quantity has changed."""
        parts, moved = self.varied
        if not parts and not moved:
            raise UngenerableError(
                f"≐ up to a constant in {self.statement.quantity!r}, which does not occur"
            )
        kept = {k: v for k, v in world.draws.fixed.items() if k[1] not in parts}
        draws = Draws(world.draws.seed, world.draws.style, kept, frozenset(parts))
        other = self.world(draws, world.sizes) if parts else world
        for letter in self.signature.letters:
            if letter_text(letter) not in parts and _drawn(other, letter) != _drawn(world, letter):
                raise UngenerableError(f"{letter_text(letter)} cannot be kept while {parts} change")
        again = tuple(
            world.moved(variable, cell) if variable in moved else cell
            for variable, cell in zip(self.signature.free, place, strict=True)
        )
        left_again, right_again = self._sides(other, again)
        before, after = left - right, left_again - right_again
        return Outcome(_equal(before, after), before, after, (other, again))


class Claims:
    """The claims of a statement for different whole numbers D, K, T; made once for each."""

    def __init__(self, statement: Statement, kind: str = FINITE) -> None:
        self.statement = statement
        self.kind = kind
        self.counted = counts_of(statement)
        self._made: dict[tuple[int, ...], Claim] = {}

    def claim(self, numbers: tuple[int, ...]) -> Claim:
        """The claim with these numbers for the counted variables, in their order."""
        found = self._made.get(numbers)
        if found is None:
            counts = dict(zip(self.counted, numbers, strict=True))
            found = self._made[numbers] = Claim(self, counts)
        return found

    def some(self, random: Random) -> Claim:
        """A claim with random numbers up to 3."""
        return self.claim(tuple(random.randint(low, max(low, MOST_COUNT)) for low in self.lowest))

    @property
    def lowest(self) -> tuple[int, ...]:
        """The smallest numbers that the counted variables can be."""
        return tuple(getattr(v.space, "low", 1) for v in self.counted)


@lru_cache(maxsize=256)
def claims_of(statement: Statement, kind: str) -> Claims:
    """The claims of a statement; remembered, because a line is often asked about more than once."""
    return Claims(statement, kind)


def _drawn(world: World, letter: Letter) -> list[Any]:
    """The factors of a letter that are no formulas in what may have changed."""
    factors = zip(world.plan[letter], world.factors(letter), strict=True)
    return [table for factor, table in factors if factor.formula is None]


def _holds(relation: Relation, left: Any, right: Any) -> bool | None:
    if not relation.direction:
        return _equal(left, right)
    if isinstance(left, Infinite) and left == right:
        return not relation.strict
    difference = left - right
    found = difference.sign if isinstance(difference, Infinite) else decide.sign(difference)
    if found is None:
        return None
    return found == relation.direction or (found == 0 and not relation.strict)


def _equal(left: Any, right: Any) -> bool | None:
    if isinstance(left, Infinite) or isinstance(right, Infinite):
        return bool(left == right)
    return decide.equal(left, right)


def _with_samples_drawn(statement: Statement) -> Statement:
    """≈ as the equality that it claims: the mean over what is sampled is the other side."""
    if statement.relation is not Relation.UNBIASED:
        return statement
    sampled = last_first(statement.assumptions)
    if sampled is None:
        raise UngenerableError("each sample is drawn given another one: none can be drawn first")
    if not sampled:
        raise UngenerableError("≈ claims an unbiased estimate, but nothing is said to be sampled")
    left, right = statement.left, statement.right
    for assumption in sampled:
        left = _averaged(left, assumption)
        right = _averaged(right, assumption)
    # a side that does not look at the sample is its own mean
    return replace(statement, left=left, right=right)


def _averaged(side: Expression, assumption: Sampled) -> Expression:
    variable = assumption.variable
    copies = sorted((v for v in free_variables(side) if v.name == variable.name), key=name_of)
    for copy in copies:
        law = substitute(assumption.law, {_argument_of(assumption, copy): copy})
        side = Expectation(law, side, (copy,))
    return side


def _argument_of(assumption: Sampled, copy: Variable) -> Variable:
    """The variable of the law that the sample stands for: itself, or the one of the same slot."""
    free = sorted(free_variables(assumption.law), key=name_of)
    exact = [v for v in free if v.name == copy.name]
    return next(iter([*exact, *(v for v in free if v.slot == copy.slot)]), copy)


def _varied(statement: Statement, signature: Signature) -> tuple[set[str], set[Variable]]:
    """For ≐: what the quantity names, as labels of parts of a world and as free variables."""
    name = statement.quantity
    letters = {
        letter_text(letter)
        for letter in signature.letters
        if name in (letter.name, letter_text(letter))
        or letter in owned_letters(statement, signature, name)
    }
    named = {v for v in signature.parameters if name in (v.name, repr(v))}
    functions = {
        node.name
        for side in (statement.left, statement.right, *expressions_in(statement.assumptions))
        for node in walk(side)
        if isinstance(node, Function) and name in (node.name.name, repr(node.name))
    }
    moved = {v for v in signature.free if name in (v.name, repr(v))}
    return letters | {repr(v) for v in named | functions}, moved
