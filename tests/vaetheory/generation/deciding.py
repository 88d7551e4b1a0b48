"""The two deciders on one pair: what the prover says, and what exact worlds say."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from tests.vaetheory.generation.pairs import Pair, pair
from vaetheory.checkers import proof
from vaetheory.checkers.claims import FINITE, claims_of
from vaetheory.checkers.evidence import Verdict
from vaetheory.language.statements import Statement
from vaetheory.worlds.draws import TAME, WIDE, Draws
from vaetheory.worlds.exact import UndefinedError
from vaetheory.worlds.refusals import UngenerableError

STYLES = (TAME, WIDE, TAME)
KINDS = ("equal", "bound", "constant", "estimate")


def in_worlds(statement: Statement, seed: int, worlds: int) -> Verdict:
    """FAILS where one of the finite worlds refutes the statement, HOLDS where all decide for it.

    The same worlds as ``checkers.exact`` makes, but without shrinking what refutes, and without the
    search that looks for worlds that refute an inequality.
    """
    decided = 0
    try:
        claims = claims_of(statement, FINITE)
        for number in range(worlds):
            random = Random(f"{seed}|{number}")
            claim = claims.some(random)
            world = claim.world(Draws(f"{seed}|{number}", STYLES[number % len(STYLES)]))
            for place in claim.some_places(world, random, 1):
                try:
                    outcome = claim.ask(world, place)
                except UndefinedError:
                    continue
                if outcome is None or outcome.holds is None:
                    continue
                if not outcome.holds:
                    return Verdict.FAILS
                decided += 1
    except UngenerableError:
        return Verdict.UNDECIDED
    return Verdict.HOLDS if decided else Verdict.UNDECIDED


@dataclass
class Tally:
    """What came out for many pairs. ``contradictions`` are the numbers of those where a proof was
    found and an exact world refutes it; there must be none. ``equal`` counts the equalities that no
    world tells apart, ``unproved`` are those of them for which no proof was found.
    """

    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    contradictions: list[int] = field(default_factory=list)
    unproved: list[int] = field(default_factory=list)
    equal: int = 0
    proof_seconds: list[float] = field(default_factory=list)
    exact_seconds: list[float] = field(default_factory=list)

    def add(self, number: int, made: Pair, worlds: int) -> None:
        """Ask both about one pair."""
        begun = time.process_time()
        found = proof.check(made.statement).verdict
        between = time.process_time()
        exact = in_worlds(made.statement, number, worlds)
        self.proof_seconds.append(between - begun)
        self.exact_seconds.append(time.process_time() - between)
        kind = made.origin if made.origin in KINDS else "slipped"
        self.outcomes[kind, found.value, exact.value] += 1
        if found is Verdict.HOLDS and exact is Verdict.FAILS:
            self.contradictions.append(number)
        if not made.statement.relation.direction and exact is Verdict.HOLDS:
            self.equal += 1
            if found is not Verdict.HOLDS:
                self.unproved.append(number)


def compare(numbers: Iterable[int], worlds: int = 3) -> Tally:
    """The tally over the pairs with these numbers."""
    tally = Tally()
    for number in numbers:
        tally.add(number, pair(number), worlds)
    return tally
