"""The exact checker: a statement in random worlds, every comparison decided in exact arithmetic.

Equalities hold when they are decided equal in all worlds of the check; inequalities can only be
refuted. What fails comes with a counterexample that can be redone by hand.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from random import Random

from vaetheory.checkers.claims import FINITE, GAUSSIAN, Claims, claims_of
from vaetheory.checkers.counterexamples import Found, counterexample, shrunk
from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.checkers.search import searched
from vaetheory.language.assumptions import Vanishing
from vaetheory.language.statements import Relation, Statement
from vaetheory.worlds.draws import HEAVY, TAME, TIED, WIDE, Draws, Style
from vaetheory.worlds.exact import UndefinedError
from vaetheory.worlds.expansion import UngenerableError

KIND = "exact"
CYCLE = (TAME, WIDE, TAME, HEAVY, WIDE, TIED, TAME, WIDE, HEAVY, TAME)
PLACES = 1
"""At how many combinations of the free variables a world is asked."""

BESIDE = 2
"""How many Gaussian worlds are asked beside the finite ones, where both apply."""


@dataclass(slots=True)
class _Tally:
    """What the worlds said."""

    decided: dict[str, int] = field(default_factory=dict)
    undecided: int = 0
    undefined: int = 0
    margin: float = float("inf")
    why: list[str] = field(default_factory=list)

    @property
    def worlds(self) -> int:
        """How many worlds came to a decision."""
        return sum(self.decided.values())

    @property
    def figures(self) -> dict[str, object]:
        """What is reported."""
        return {"worlds": self.worlds, "kinds": dict(self.decided)}


def check(
    statement: Statement, *, worlds: int = 20, seed: int = 0, deadline: float | None = None
) -> Evidence:
    """Whether the statement holds in ``worlds`` random worlds; a function of (statement, worlds,
    seed).

    ``deadline`` (seconds) bounds the time: what was not looked at by then is not counted. Never
    raises on a legal statement: what no world can give a value is UNDECIDED with a reason.
    """
    ends = None if deadline is None else time.monotonic() + deadline
    tally = _Tally()
    refusals: list[str] = []
    for kind in (FINITE, GAUSSIAN):
        if tally.worlds and not refusals:
            worlds = BESIDE
        for style in (None, _plain(TAME)) if kind == GAUSSIAN else (None,):
            try:
                found = _ask(claims_of(statement, kind), worlds, seed, ends, tally, style)
            except (UngenerableError, UndefinedError) as refusal:
                refusals.append(f"{kind} worlds: {refusal}")
            except RecursionError:
                refusals.append(f"{kind} worlds: the statement is nested too deeply")
            else:
                if found is not None:
                    return _refuted(found, tally, ends)
                break
    return _survived(statement, tally, refusals)


def _plain(style: Style) -> Style:
    return replace(style, name=f"{style.name}, linear", degree=1)


def _ask(
    claims: Claims, worlds: int, seed: int, ends: float | None, tally: _Tally, style: Style | None
) -> Found | None:
    """Ask so many worlds of one kind; the first that refutes, if any."""
    for number in range(worlds):
        if ends is not None and time.monotonic() > ends:
            tally.why.append(f"the time was up after {tally.worlds} worlds")
            return None
        found = _one_world(claims, seed, number, tally, style or CYCLE[number % len(CYCLE)])
        if found is not None:
            return found
    if claims.statement.relation.direction and tally.decided.get(claims.kind, 0) > BESIDE:
        return searched(claims, seed, ends)
    return None


def _one_world(claims: Claims, seed: int, number: int, tally: _Tally, style: Style) -> Found | None:
    random = Random(f"{seed}|{number}")
    claim = claims.some(random)
    if style.tied and claims.statement.relation is Relation.UP_TO_CONSTANT:
        style = TAME  # what is tied to the named quantity would change with it
    world = claim.world(Draws(f"{seed}|{number}", style))
    asked = False
    for place in claim.some_places(world, random, PLACES):
        try:
            outcome = claim.ask(world, place)
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
            tally.decided[claims.kind] = tally.decided.get(claims.kind, 0) + 1
            return Found(claim, world, place, outcome)
        tally.margin = min(tally.margin, outcome.gap)
    if asked:
        tally.decided[claims.kind] = tally.decided.get(claims.kind, 0) + 1
    return None


def _refuted(found: Found, tally: _Tally, ends: float | None) -> Evidence:
    smallest = shrunk(found, ends)
    why = f"false in a {found.claim.kind} world with {smallest.description}"
    example = counterexample(smallest)
    return Evidence(KIND, Verdict.FAILS, tally.figures, why=why, counterexample=example)


def _survived(statement: Statement, tally: _Tally, refusals: list[str]) -> Evidence:
    figures = tally.figures
    if not tally.worlds:
        reasons = [*dict.fromkeys(refusals), *tally.why[:1]]
        why = "; ".join(reasons) or "the two sides could not be told apart or together"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why=why)
    if statement.relation.direction:
        figures["smallest margin"] = tally.margin
        why = f"survived {tally.worlds} worlds and a search; an inequality holds only by proof"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why=why)
    if tally.undecided:
        why = f"{tally.undecided} comparisons could not be decided"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why=why)
    if tally.undefined and not any(isinstance(a, Vanishing) for a in statement.assumptions):
        # with positive densities a side without a value is a fault, not a matter of conventions
        why = f"in {tally.undefined} worlds a side has no value: {tally.why[0]}"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why=why)
    return Evidence(KIND, Verdict.HOLDS, figures)
