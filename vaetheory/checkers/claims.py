"""What a statement claims, as something that one world can be asked: does it hold here, and by how
much?
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from random import Random
from typing import Any

from vaetheory.language.assumptions import Different, Sampled
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import Expectation, Expression, Function, walk
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.text import letter_text
from vaetheory.language.variables import Variable
from vaetheory.worlds import decide
from vaetheory.worlds.draws import Draws
from vaetheory.worlds.evaluation import Evaluator, evaluator, frame
from vaetheory.worlds.expansion import Counts, UngenerableError, expand_statement, expressions_in
from vaetheory.worlds.finite import FiniteWorld, owned_letters, world_of
from vaetheory.worlds.signature import Signature, name_of, signature_of
from vaetheory.worlds.values import Dual, Infinite

Cells = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one world says at one place: whether the statement holds there, and both sides.

    ``holds`` is None where it cannot be decided; for ≐ the sides are the differences before and
    after the change.
    """

    holds: bool | None
    left: Any
    right: Any

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


class FiniteClaim:
    """A statement, expanded for given counts, that finite worlds can be asked about."""

    def __init__(self, statement: Statement, counts: Counts) -> None:
        self.counts = dict(counts)
        self.statement = _with_samples_drawn(expand_statement(statement, counts))
        self.signature: Signature = signature_of(self.statement)
        self.left: Evaluator = evaluator(self.statement.left, self.signature.free)
        self.right: Evaluator = evaluator(self.statement.right, self.signature.free)
        self.differing = [a for a in self.statement.assumptions if isinstance(a, Different)]
        self.varied = _varied(self.statement, self.signature)

    @property
    def loose_kinds(self) -> list[str]:
        """The kinds of cells whose number is free, by name."""
        kinds = {c.name: c for c in self.signature.cells.values()}
        return sorted(name for name, cells in kinds.items() if cells.size is None)

    def world(self, draws: Draws, sizes: dict[str, int] | None = None) -> FiniteWorld:
        """A world for the statement. Raises UngenerableError."""
        return world_of(self.statement, self.signature, draws, sizes or {})

    def places(self, world: FiniteWorld) -> list[Cells]:
        """All combinations of cells of the free variables."""
        sizes = [range(len(world.widths(world.kind(v)))) for v in self.signature.free]
        return list(product(*sizes))

    def some_places(self, world: FiniteWorld, random: Random, most: int) -> list[Cells]:
        """A few of them."""
        places = self.places(world)
        return places if len(places) <= most else random.sample(places, most)

    def ask(self, world: FiniteWorld, cells: Cells) -> Outcome | None:
        """Whether the statement holds at a place; None where it claims nothing there (two densities
        that must differ do not).

        Raises UndefinedError where a side has no value, UngenerableError where finite worlds give
        it none.
        """
        if any(not self._differ(world, cells, a) for a in self.differing):
            return None
        left, right = self._sides(world, cells)
        if self.statement.relation is Relation.UP_TO_CONSTANT:
            return self._ask_again(world, cells, left, right)
        return Outcome(_holds(self.statement.relation, left, right), left, right)

    def _sides(self, world: FiniteWorld, cells: Cells) -> tuple[Any, Any]:
        here = frame(world, cells)
        left, right = self.left(here), self.right(here)
        if isinstance(left, Dual) or isinstance(right, Dual):
            raise UngenerableError("a derivative where a number is expected")
        return left, right

    def _ask_again(self, world: FiniteWorld, cells: Cells, left: Any, right: Any) -> Outcome:
        """For ≐: the difference of the sides before and after the named quantity has changed."""
        parts, moved = self.varied
        if not parts and not moved:
            raise UngenerableError(
                f"≐ up to a constant in {self.statement.quantity!r}, which does not occur"
            )
        draws = replace(world.draws, varied=frozenset(parts), _streams={}, taken={})
        other = self.world(draws, world.sizes) if parts else world
        for letter in self.signature.letters:
            if letter_text(letter) not in parts and other.factors(letter) != world.factors(letter):
                raise UngenerableError(f"{letter_text(letter)} cannot be kept while {parts} change")
        places = list(cells)
        for place, variable in enumerate(self.signature.free):
            if variable in moved:
                places[place] = (cells[place] + 1) % len(world.widths(world.kind(variable)))
        again = self._sides(other, tuple(places))
        before, after = left - right, again[0] - again[1]
        return Outcome(_equal(before, after), before, after)

    def _differ(self, world: FiniteWorld, cells: Cells, assumption: Different) -> bool:
        first, second = assumption.first, assumption.second
        bound = {name_of(v) for v in first.of}
        free = self.signature.free
        at = {name_of(v): c for v, c in zip(free, cells, strict=True) if name_of(v) not in bound}
        scope = (*first.of, *(v for v in free if name_of(v) in at))
        one, two = evaluator(first, scope), evaluator(second, scope)
        sizes = [range(len(world.widths(world.kind(v)))) for v in first.of]
        for own in product(*sizes):
            here = frame(world, (*own, *at.values()))
            if one(here) != two(here):
                return True
        return False


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
    sampled = [a for a in statement.assumptions if isinstance(a, Sampled)]
    left, right = statement.left, statement.right
    for assumption in sampled:
        left = _averaged(left, assumption)
        right = _averaged(right, assumption)
    if (left, right) == (statement.left, statement.right):
        raise UngenerableError(
            "≈ claims an unbiased estimate, but nothing on either side is sampled"
        )
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
    """For ≐: the labels of the parts of a world that the quantity names, and the free variables
    that it names.
    """
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
