"""The exact checker: a statement in random worlds, every comparison decided in exact arithmetic.

Equalities hold when they are decided equal in all worlds of the check; inequalities can only be
refuted. What fails comes with a counterexample that can be redone by hand.
"""

from __future__ import annotations

import math
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
from vaetheory.worlds.refusals import UngenerableError

KIND = "exact"
CYCLE = (TAME, WIDE, TAME, HEAVY, WIDE, TIED, TAME, WIDE, HEAVY, TAME)
PLACES = 1
"""At how many combinations of the free variables a world is asked."""

PATIENCE = 3
"""After how many refusals in a row worlds of a kind are given up."""

BESIDE = 1
"""How many Gaussian worlds are asked beside the finite ones, where both apply."""


@dataclass(slots=True)
class _Tally:
    """What the worlds of one kind said."""

    decided: int = 0
    undecided: int = 0
    undefined: int = 0
    refused: int = 0
    margin: float = float("inf")
    why: list[str] = field(default_factory=list)

    def confirms(self, statement: Statement) -> bool:
        """Whether an equality held wherever it was asked, and had a value there.

        Zeros may leave sides without one (∞ − ∞, 0/0); with positive densities that is a fault.
        """
        vanishing = any(isinstance(a, Vanishing) for a in statement.assumptions)
        whole = not self.undecided and not self.refused and (vanishing or not self.undefined)
        return bool(self.decided) and whole


def check(
    statement: Statement,
    *,
    worlds: int = 20,
    seed: int = 0,
    deadline: float | None = None,
    search: bool = True,
    shrink: bool = True,
) -> Evidence:
    """Whether the statement holds in ``worlds`` random worlds.

    A function of (statement, worlds, seed, search). An inequality that survives them is also
    searched downhill for a world that refutes it, unless ``search`` is False. ``deadline``
    (seconds) bounds the time: what was not looked at by then is not counted. Without ``shrink``
    the counterexample is left to be made, and made smaller, by ``Evidence.shown``. Never raises on
    a legal statement: what no world can give a value is UNDECIDED with a reason.
    """
    ends = None if deadline is None else time.monotonic() + deadline
    tallies: dict[str, _Tally] = {}
    for kind in (FINITE, GAUSSIAN):
        first = next(iter(tallies.values()), None)
        number = BESIDE if first is not None and first.decided else worlds
        for style in (None, _plain(TAME)) if kind == GAUSSIAN else (None,):
            tallies[kind] = _Tally()
            try:
                claims = claims_of(statement, kind)
                found = _ask(claims, number, seed, ends, tallies[kind], style)
                if search and found is None and _is_searched(claims, tallies[kind], ends):
                    found = searched(claims, seed, ends)
            except RecursionError:
                found = None
                tallies[kind].why.append("the statement is nested too deeply")
            if found is not None:
                return _refuted(found, tallies, ends) if shrink else _open(found, tallies)
            if tallies[kind].decided:
                break
    return _survived(statement, tallies, search)


def _plain(style: Style) -> Style:
    return replace(style, name=f"{style.name}, linear", degree=1)


def _ask(
    claims: Claims, worlds: int, seed: int, ends: float | None, tally: _Tally, style: Style | None
) -> Found | None:
    """Ask so many worlds of one kind; the first that refutes, if any."""
    for number in range(worlds):
        if ends is not None and time.monotonic() > ends:
            tally.why.append(f"the time was up after {tally.decided} worlds")
            return None
        # where D or K is drawn, another number may have a world
        patience = 3 * PATIENCE if claims.counted else PATIENCE
        if tally.refused >= patience and not tally.decided:
            return None
        try:
            found = _one_world(claims, seed, number, tally, style or CYCLE[number % len(CYCLE)])
        except UngenerableError as refusal:
            # another number of dimensions or samples may still have a world
            tally.refused += 1
            tally.why.append(f"{claims.kind} worlds: {refusal}")
            continue
        except UndefinedError as fault:
            # a formula of an assumption has no value at these parameters
            tally.undefined += 1
            tally.why.append(str(fault))
            continue
        if found is not None:
            return found
    return None


def _is_searched(claims: Claims, tally: _Tally, ends: float | None) -> bool:
    late = ends is not None and time.monotonic() > ends
    return bool(claims.statement.relation.direction) and tally.decided > BESIDE and not late


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
            tally.decided += 1
            return Found(claim, world, place, outcome)
        tally.margin = min(tally.margin, outcome.gap)
    tally.decided += asked
    return None


def _figures(tallies: dict[str, _Tally]) -> dict[str, object]:
    kinds = {kind: tally.decided for kind, tally in tallies.items() if tally.decided}
    return {"worlds": sum(kinds.values()), "kinds": kinds}


def _refuted(found: Found, tallies: dict[str, _Tally], ends: float | None) -> Evidence:
    smallest = shrunk(found, ends)
    why = f"false in a {found.claim.kind} world with {smallest.description}"
    example = counterexample(smallest)
    return Evidence(KIND, Verdict.FAILS, _figures(tallies), why=why, counterexample=example)


def _open(found: Found, tallies: dict[str, _Tally]) -> Evidence:
    """Refuted, with the counterexample to be made when it is asked for."""

    def shown(seconds: float) -> Evidence:
        return _refuted(found, tallies, time.monotonic() + seconds)

    why = f"false in a {found.claim.kind} world"
    return Evidence(KIND, Verdict.FAILS, _figures(tallies), why=why, shown=shown)


def _survived(statement: Statement, tallies: dict[str, _Tally], search: bool) -> Evidence:
    figures = _figures(tallies)
    asked = [tally for tally in tallies.values() if tally.decided]
    reasons = [w for tally in tallies.values() for w in dict.fromkeys(tally.why)]
    if not asked:
        why = "; ".join(reasons[:3]) or "the two sides could not be told apart or together"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why=why)
    if statement.relation.direction:
        margin = min(tally.margin for tally in asked)
        figures["smallest margin"] = margin if math.isfinite(margin) else None
        tried = f"{figures['worlds']} worlds" + (" and a search" if search else "")
        why = f"survived {tried}; an inequality holds only by proof"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why=why)
    if asked[0].confirms(statement):
        return Evidence(KIND, Verdict.HOLDS, figures)
    if asked[0].undecided:
        why = f"{asked[0].undecided} comparisons could not be decided"
    else:
        missed = asked[0].undefined + asked[0].refused
        why = f"in {missed} worlds a side has no value: {asked[0].why[0]}"
    return Evidence(KIND, Verdict.UNDECIDED, figures, why=why)
