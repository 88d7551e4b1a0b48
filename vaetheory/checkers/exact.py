"""The exact checker: a statement in random worlds, every comparison decided in exact arithmetic.

Equalities hold when they are decided equal in all worlds of the check; inequalities can only be
refuted. What fails comes with a counterexample that can be redone by hand.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random

from vaetheory.checkers.claims import FiniteClaim
from vaetheory.checkers.counterexamples import Found, counterexample, shrunk
from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.checkers.search import searched
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Variable
from vaetheory.worlds.draws import HEAVY, TAME, TIED, WIDE, Draws
from vaetheory.worlds.exact import UndefinedError
from vaetheory.worlds.expansion import UngenerableError, counts_of

KIND = "exact"
CYCLE = (TAME, WIDE, TAME, HEAVY, WIDE, TIED, TAME, WIDE, HEAVY, TAME)
PLACES = 2
"""At how many combinations of the free variables a world is asked."""

MOST_COUNT = 3


@dataclass(slots=True)
class _Tally:
    """What the worlds said."""

    decided: int = 0
    undecided: int = 0
    undefined: int = 0
    margin: float = float("inf")
    why: list[str] = field(default_factory=list)


def check(
    statement: Statement, *, worlds: int = 20, seed: int = 0, deadline: float | None = None
) -> Evidence:
    """Whether the statement holds in ``worlds`` random worlds; a function of (statement, worlds,
    seed).

    ``deadline`` (seconds) bounds the time: what was not looked at by then is not counted. Never
    raises on a legal statement: what no world can give a value is UNDECIDED with a reason.
    """
    ends = None if deadline is None else time.monotonic() + deadline
    try:
        return _check(statement, worlds, seed, ends)
    except (UngenerableError, UndefinedError) as refusal:
        return Evidence(KIND, Verdict.UNDECIDED, {"worlds": 0}, why=str(refusal))
    except RecursionError:
        return Evidence(
            KIND, Verdict.UNDECIDED, {"worlds": 0}, why="the statement is nested too deeply"
        )


def _check(statement: Statement, worlds: int, seed: int, ends: float | None) -> Evidence:
    claims = Claims(statement)
    tally = _Tally()
    for number in range(worlds):
        if ends is not None and time.monotonic() > ends:
            tally.why.append(f"the time was up after {number} worlds")
            break
        found = _one_world(claims, seed, number, tally)
        if found is not None:
            return _refuted(claims, found, tally, ends)
    if statement.relation.direction and tally.decided:
        found = searched(claims, seed, ends)
        if found is not None:
            return _refuted(claims, found, tally, ends)
    return _survived(statement, tally, worlds)


class Claims:
    """The claims of a statement for different whole numbers D, K, T; made once for each."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.counted = counts_of(statement)
        self._made: dict[tuple[int, ...], FiniteClaim] = {}

    def claim(self, numbers: tuple[int, ...]) -> FiniteClaim:
        """The claim with these numbers for the counted variables, in their order."""
        found = self._made.get(numbers)
        if found is None:
            counts: dict[Variable, int] = dict(zip(self.counted, numbers, strict=True))
            found = self._made[numbers] = FiniteClaim(self.statement, counts)
        return found

    def some(self, random: Random) -> FiniteClaim:
        """A claim with random numbers up to 3."""
        lows = [getattr(v.space, "low", 1) for v in self.counted]
        return self.claim(tuple(random.randint(low, max(low, MOST_COUNT)) for low in lows))


def _one_world(claims: Claims, seed: int, number: int, tally: _Tally) -> Found | None:
    random = Random(f"{seed}|{number}")
    claim, statement = claims.some(random), claims.statement
    style = CYCLE[number % len(CYCLE)]
    if style.tied and statement.relation is Relation.UP_TO_CONSTANT:
        style = TAME  # what is tied to the named quantity would change with it
    world = claim.world(Draws(f"{seed}|{number}", style))
    asked = False
    for cells in claim.some_places(world, random, PLACES):
        try:
            outcome = claim.ask(world, cells)
        except UndefinedError as error:
            tally.undefined += 1
            tally.why.append(str(error))
            continue
        if outcome is None:
            continue
        if outcome.holds is None:
            tally.undecided += 1
            continue
        asked = True
        if not outcome.holds:
            tally.decided += 1
            return Found(claim, world, cells, outcome)
        tally.margin = min(tally.margin, outcome.gap)
    tally.decided += asked
    return None


def _refuted(claims: Claims, found: Found, tally: _Tally, ends: float | None) -> Evidence:
    smallest = shrunk(claims, found, ends)
    figures = {"worlds": tally.decided, "kinds": {"finite": tally.decided}}
    return Evidence(
        KIND,
        Verdict.FAILS,
        figures,
        why=f"false in a world with {smallest.description}",
        counterexample=counterexample(smallest),
    )


def _survived(statement: Statement, tally: _Tally, worlds: int) -> Evidence:
    figures: dict[str, object] = {"worlds": tally.decided, "kinds": {"finite": tally.decided}}
    if not tally.decided:
        reason = tally.why[0] if tally.why else "the two sides could not be told apart or together"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why=f"no world could decide it: {reason}")
    if statement.relation.direction:
        figures["smallest margin"] = tally.margin
        why = f"survived {tally.decided} worlds and a search; an inequality holds only by proof"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why=why)
    if tally.undecided or tally.decided < min(worlds, 3):
        why = (
            f"{tally.undecided} comparisons could not be decided"
            if tally.undecided
            else tally.why[0]
        )
        return Evidence(KIND, Verdict.UNDECIDED, figures, why=why)
    return Evidence(KIND, Verdict.HOLDS, figures)
