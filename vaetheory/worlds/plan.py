"""In which order a letter's joint is built from factors.

Its assumptions must hold, and nothing else.

A factor is p(of | given), random, given by a formula, or taken over from another density. An
assumption that cannot be had without making the world more special than it says is refused
(UngenerableError): a world that is too special would let false statements pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from vaetheory.language.assumptions import (
    Assumption,
    Dag,
    Different,
    Family,
    Owns,
    SameDensity,
    Sampled,
    Vanishing,
)
from vaetheory.language.expressions import Density, Letter
from vaetheory.language.variables import Variable
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.signature import Signature

KNOWN = (Dag, Different, Family, Owns, SameDensity, Sampled, Vanishing)


@dataclass(frozen=True, slots=True)
class Factor:
    """p(of | given) of a letter.

    At most one of ``copied`` (a density of the same arguments) and ``formula`` is set.
    """

    of: tuple[str, ...]
    given: tuple[str, ...]
    vanishing: bool = False
    copied: Density | None = None
    renamed: tuple[tuple[str, str], ...] = ()
    formula: Family | None = None

    def is_density_of(self, of: tuple[str, ...], given: tuple[str, ...]) -> bool:
        """Whether this is the density of these slots given those."""
        return set(self.of) == set(of) and set(self.given) == set(given)


@dataclass(frozen=True, slots=True)
class _Wish:
    """A factor that an assumption asks for, to be placed once exactly ``after`` are there."""

    factor: Factor
    after: frozenset[str]


Plan = dict[Letter, tuple[Factor, ...]]


@lru_cache(maxsize=1024)
def plan_of(signature: Signature, assumptions: tuple[Assumption, ...], tied: bool) -> Plan:
    """The factors of every letter, letters in the order in which they can be built.

    Raises UngenerableError, saying which assumption cannot be met.
    """
    for assumption in assumptions:
        if not isinstance(assumption, KNOWN):
            raise UngenerableError(f"no world can be made to meet {assumption!r}")
    same = [a for a in assumptions if isinstance(a, SameDensity)]
    for assumption in same:
        if len(assumption.first.of) != len(assumption.second.of):
            raise UngenerableError(f"{assumption.first!r} and {assumption.second!r} differ in kind")
        if _of_two_copies(assumption):
            said = f"{assumption.first!r} = {assumption.second!r}"
            raise UngenerableError(f"{said} speaks of two values of one variable")
    across = [a for a in same if a.first.letter != a.second.letter]
    refusal: UngenerableError | None = None
    for turned in product((False, True), repeat=len(across)):
        directed = [
            (a.second, a.first) if turn else (a.first, a.second)
            for a, turn in zip(across, turned, strict=True)
        ]
        try:
            return _directed_plan(signature, assumptions, directed, tied)
        except UngenerableError as error:
            refusal = refusal or error
    raise refusal or UngenerableError("no order of building the letters")


def _of_two_copies(assumption: SameDensity) -> bool:
    """Whether it is q(z | x⁽¹⁾) = q(z | x⁽²⁾): true of two values, and of no others."""
    behind = [{v.slot: v for v in d.given} for d in (assumption.first, assumption.second)]
    return any(behind[0][slot] != behind[1][slot] for slot in behind[0].keys() & behind[1].keys())


def _directed_plan(
    signature: Signature,
    assumptions: tuple[Assumption, ...],
    directed: list[tuple[Density, Density]],
    tied: bool,
) -> Plan:
    order = _order(list(signature.letters), [(a.letter, b.letter) for a, b in directed])
    plan: Plan = {}
    for letter in order:
        wishes = [
            *_from_families(letter, assumptions),
            *_from_same(letter, assumptions, directed),
            *_from_vanishing(letter, assumptions),
        ]
        graph = next((a for a in assumptions if isinstance(a, Dag) and a.letter == letter), None)
        slots = signature.letters[letter]
        if graph is not None:
            plan[letter] = tuple(_along(graph, slots, wishes))
        elif tied and not wishes and plan:
            plan[letter] = _tied(slots, plan)
        else:
            plan[letter] = tuple(_greedy(letter, slots, wishes))
    return plan


def _order(letters: list[Letter], needs: list[tuple[Letter, Letter]]) -> list[Letter]:
    """The letters, each after the ones that it takes densities over from."""
    done: list[Letter] = []
    while len(done) < len(letters):
        ready = [
            letter
            for letter in letters
            if letter not in done and all(b in done for a, b in needs if a == letter)
        ]
        if not ready:
            raise UngenerableError("the equalities between densities go round in a circle")
        done.append(ready[0])
    return done


def _slots(density: Density) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(v.slot for v in density.of), tuple(v.slot for v in density.given)


def _from_families(letter: Letter, assumptions: Iterable[Assumption]) -> Iterator[_Wish]:
    for assumption in assumptions:
        if isinstance(assumption, Family) and assumption.density.letter == letter:
            of, given = _slots(assumption.density)
            yield _Wish(Factor(of, given, formula=assumption), frozenset(given))


def _from_same(
    letter: Letter, assumptions: Iterable[Assumption], directed: list[tuple[Density, Density]]
) -> Iterator[_Wish]:
    for assumption in assumptions:
        if not isinstance(assumption, SameDensity) or assumption.first.letter != letter:
            continue
        if assumption.second.letter != letter:
            continue
        (of, given), (other, fewer) = _slots(assumption.first), _slots(assumption.second)
        if len(fewer) > len(given):
            given, fewer = fewer, given
        if set(of) == set(other) and set(fewer) < set(given):
            yield _Wish(Factor(of, fewer), frozenset(given))
        elif set(of) != set(other):
            renamed = tuple(zip((*of, *given), (*other, *fewer), strict=False))
            copied = Factor(of, given, copied=assumption.second, renamed=renamed)
            yield _Wish(copied, frozenset(given))
    for mine, theirs in directed:
        if mine.letter == letter:
            (of, given), (other, others) = _slots(mine), _slots(theirs)
            if len(of) != len(other) or len(given) < len(others):
                raise UngenerableError(f"{mine!r} cannot be the same function as {theirs!r}")
            used = given if len(given) == len(others) else tuple(s for s in given if s in others)
            renamed = tuple(zip((*of, *used), (*other, *others), strict=True))
            yield _Wish(Factor(of, used, copied=theirs, renamed=renamed), frozenset(given))


def _from_vanishing(letter: Letter, assumptions: Iterable[Assumption]) -> Iterator[_Wish]:
    for assumption in assumptions:
        if isinstance(assumption, Vanishing) and assumption.density.letter == letter:
            of, given = _slots(assumption.density)
            yield _Wish(Factor(of, given, vanishing=True), frozenset(given))


def _along(graph: Dag, slots: tuple[str, ...], wishes: list[_Wish]) -> Iterator[Factor]:
    """The factors of a graph, each replaced by the wish for it where there is one."""
    name = graph.letter.name
    listed = {slot for slot, _ in graph.parents}
    if missing := [s for s in slots if s not in listed]:
        raise UngenerableError(f"the graph of {name} does not say where {missing[0]} stands")
    left = list(wishes)
    for slot, parents in graph.parents:
        found = [w for w in left if w.factor.of == (slot,) and set(w.factor.given) == set(parents)]
        left = [w for w in left if w not in found]
        if len(found) > 1 and not all(w.factor.vanishing for w in found):
            raise UngenerableError(f"two assumptions fix the density of {slot} in {name}")
        yield found[0].factor if found else Factor((slot,), parents)
    # what is left may still hold by the graph (conditional independences); the world checks every
    # equality after it is built
    for wish in left:
        if wish.factor.formula is not None or wish.factor.vanishing:
            raise UngenerableError(
                f"no factor {wish.factor.of}|{wish.factor.given} in the graph of {name}"
            )


def _greedy(letter: Letter, slots: tuple[str, ...], wishes: list[_Wish]) -> Iterator[Factor]:
    """Wishes as soon as exactly what they need is there.

    What nobody asks for is random, given all before it.
    """
    covered: list[str] = []
    left = list(wishes)
    while left:
        ready = next((w for w in left if w.after == set(covered)), None)
        if ready is not None:
            if set(ready.factor.of) & set(covered):
                raise UngenerableError(f"two assumptions fix {ready.factor.of} in {letter.name}")
            left.remove(ready)
            yield ready.factor
            covered += ready.factor.of
            continue
        claimed = {s for w in left for s in w.factor.of}
        ahead = [w for w in left if set(covered) < w.after]
        missing = [s for w in ahead for s in sorted(w.after - set(covered)) if s not in claimed]
        if not missing:
            raise UngenerableError(
                f"the assumptions on {letter.name} cannot all be met by one joint"
            )
        smallest = min(ahead, key=lambda w: len(w.after))
        more = tuple(
            s for s in slots if s in smallest.after - set(covered) and s not in claimed
        ) or (missing[0],)
        yield Factor(more, tuple(covered))
        covered += more
    rest = tuple(s for s in slots if s not in covered)
    if rest:
        yield Factor(rest, tuple(covered))


def _tied(slots: tuple[str, ...], plan: Plan) -> tuple[Factor, ...]:
    """A letter that agrees with an earlier one on the slots that they share."""
    for letter, factors in plan.items():
        theirs = {s for f in factors for s in f.of}
        shared = tuple(s for s in slots if s in theirs)
        if shared:
            copied = Factor(
                shared, (), copied=_marginal(letter, shared), renamed=tuple((s, s) for s in shared)
            )
            rest = tuple(s for s in slots if s not in theirs)
            return (copied, Factor(rest, shared)) if rest else (copied,)
    return (Factor(slots, ()),)


def _marginal(letter: Letter, slots: tuple[str, ...]) -> Density:
    return Density(letter, tuple(Variable(s) for s in slots))


__all__ = ["Factor", "Plan", "plan_of"]
