"""What a statement says about its letters: their slots, which conditionals must be local, and an
order of the slots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import permutations

from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.language.assumptions import Assumption, Dag, Family, SameDensity
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Expectation,
    Expression,
    Letter,
    MutualInformation,
    Product,
    walk,
)
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Variable

Slots = tuple[str, ...]


@dataclass
class Local:
    """A conditional that has to be one of the factors of its letter: of ``slot`` given exactly
    ``parents``."""

    slot: str
    parents: Slots
    definition: Family | None = None
    same_as: Density | None = None


@dataclass
class Structure:
    """A letter as the statement uses it."""

    letter: Letter
    slots: dict[str, Variable] = field(default_factory=dict)
    used: list[tuple[Slots, Slots, int]] = field(default_factory=list)
    locals: dict[str, Local] = field(default_factory=dict)
    dag: dict[str, Slots] | None = None
    after: dict[str, set[str]] = field(default_factory=dict)

    def add(self, of: Iterable[Variable], given: Iterable[Variable], weight: int) -> None:
        """Note one use of a density."""
        of, given = tuple(of), tuple(given)
        for variable in (*of, *given):
            self.slots.setdefault(variable.slot, variable)
        self.used.append((tuple(v.slot for v in of), tuple(v.slot for v in given), weight))

    def require(self, local: Local) -> None:
        """Ask for a local factor. Raises CannotEvaluate where two cannot both be had."""
        known = self.locals.get(local.slot)
        if known and set(known.parents) != set(local.parents):
            raise CannotEvaluate(
                f"{self.letter.name}({local.slot}|…) cannot be given by two assumptions at once"
            )
        if known and local.definition is None and local.same_as is None:
            return
        self.locals[local.slot] = local

    def parents(self) -> dict[str, Slots]:
        """The parents of every slot, ancestors first."""
        if self.dag is not None:
            for slot, local in self.locals.items():
                if set(self.dag[slot]) != set(local.parents):
                    raise CannotEvaluate(
                        f"the graph of {self.letter.name} has other parents for {slot}"
                    )
            return self.dag
        order = self._order()
        result: dict[str, Slots] = {}
        for k, slot in enumerate(order):
            result[slot] = self.locals[slot].parents if slot in self.locals else order[:k]
        return result

    def _order(self) -> Slots:
        if len(self.slots) > 6:
            raise CannotEvaluate(f"{self.letter.name} has {len(self.slots)} slots and no graph")
        allowed = [o for o in permutations(sorted(self.slots)) if self._is_allowed(o)]
        if not allowed:
            raise CannotEvaluate(
                f"no order of the slots of {self.letter.name} fits the assumptions"
            )
        return max(allowed, key=self._score)

    def _is_allowed(self, order: Slots) -> bool:
        place = {slot: k for k, slot in enumerate(order)}
        for slot, local in self.locals.items():
            if any(place[p] > place[slot] for p in (*local.parents, *self.after.get(slot, ()))):
                return False
        return True

    def _score(self, order: Slots) -> float:
        """Prefer orders in which the densities that are averaged over are local, and generative
        ones otherwise."""
        prefixes = [set(order[:k]) for k in range(len(order) + 1)]
        score = 0.0
        for of, given, weight in self.used:
            local = set(given) in prefixes and set(given) | set(of) in prefixes
            score += weight * local
        observed = [k for k, slot in enumerate(order) if slot[0] in "xy"]
        sign = -1.0 if self.is_recognition else 1.0
        return score + sign * 100 * sum(observed)

    @property
    def is_recognition(self) -> bool:
        """q(z | x) goes from data to latents, p(x | z) from latents to data."""
        return self.letter.name[0] in "qr"


def expressions_of(assumption: Assumption) -> Iterator[Expression]:
    """The expressions that an assumption speaks of."""
    for f in fields(assumption):
        item = getattr(assumption, f.name)
        if isinstance(item, Expression):
            yield item


def structures(statement: Statement) -> dict[Letter, Structure]:
    """The letters of a statement. Raises CannotEvaluate where the assumptions cannot be met
    together."""
    found: dict[Letter, Structure] = {}

    def note(
        letter: Letter, of: Iterable[Variable], given: Iterable[Variable], weight: int
    ) -> None:
        found.setdefault(letter, Structure(letter)).add(of, given, weight)

    sides = [statement.left, statement.right]
    for expression in [*sides, *(e for a in statement.assumptions for e in expressions_of(a))]:
        for node in walk(expression):
            match node:
                case Density(letter=letter, of=of, given=given):
                    note(letter, of, given, 1)
                case MutualInformation(letter=letter, left=left, right=right, given=given):
                    note(letter, left + right, given, 1)
                case Expectation(law=law) | Entropy(law=law) | KL(first=law) | Elbo(posterior=law):
                    for part in law.factors if isinstance(law, Product) else (law,):
                        if isinstance(part, Density):
                            note(part.letter, part.of, part.given, 4)
    for assumption in statement.assumptions:
        _assume(assumption, found)
    return found


def _assume(assumption: Assumption, found: dict[Letter, Structure]) -> None:
    match assumption:
        case Dag(letter=letter, parents=parents):
            structure = found.setdefault(letter, Structure(letter))
            structure.dag = dict(parents)
            for slot in structure.dag:
                structure.slots.setdefault(slot, Variable(slot))
            missing = set(structure.slots) - set(structure.dag)
            if missing:
                raise CannotEvaluate(
                    f"the graph of {letter.name} leaves out {', '.join(sorted(missing))}"
                )
        case Family(density=density):
            if len(density.of) != 1:
                raise CannotEvaluate(f"the family of {density!r} is needed one variable at a time")
            parents_ = tuple(v.slot for v in density.given)
            found[density.letter].require(
                Local(density.of[0].slot, parents_, definition=assumption)
            )
        case SameDensity(first=first, second=second):
            _assume_same(first, second, found)


def _assume_same(first: Density, second: Density, found: dict[Letter, Structure]) -> None:
    if [v.slot for v in first.of] != [v.slot for v in second.of] or len(first.of) != 1:
        raise CannotEvaluate(f"no world makes {first!r} and {second!r} one function")
    slot = first.of[0].slot
    givens = [tuple(v.slot for v in d.given) for d in (first, second)]
    if first.letter == second.letter:
        small, large = sorted(givens, key=len)
        if not set(small) < set(large):
            raise CannotEvaluate(f"no world makes {first!r} and {second!r} one function")
        structure = found[first.letter]
        structure.require(Local(slot, small))
        structure.after.setdefault(slot, set()).update(large)
        return
    if set(givens[0]) != set(givens[1]):
        # q(z|x) = p(z): the one with more behind its bar does not depend on the rest
        (small, lender), (large, borrower) = sorted(
            zip(givens, (first, second), strict=True), key=lambda pair: len(pair[0])
        )
        if not set(small) < set(large):
            raise CannotEvaluate(f"no world makes {first!r} and {second!r} one function")
        structure = found[borrower.letter]
        structure.require(Local(slot, small, same_as=lender))
        structure.after.setdefault(slot, set()).update(large)
        return
    try:
        found[first.letter].require(Local(slot, givens[0], same_as=second))
        found[first.letter].parents()
    except CannotEvaluate:
        found[first.letter].locals.pop(slot, None)
        found[second.letter].require(Local(slot, givens[0], same_as=first))
        found[second.letter].parents()
