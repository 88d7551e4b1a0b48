"""One statement → a verdict with its evidence: by proof, or exactly in worlds; results are kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from vaetheory.calculus.positivity import positive
from vaetheory.calculus.ranges import values
from vaetheory.checkers import exact, proof
from vaetheory.checkers.evidence import Counterexample, Evidence, Verdict
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import (
    Expectation,
    Expression,
    IndexedProduct,
    IndexedSum,
    Product,
    Sum,
    map_children,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.review.clock import TimeIsUp, bounded

OUT_OF_TIME = "the time for this file was up"
INTERNAL = "the checker broke down on this line, which is a defect of this program"
SEARCH = 1.2  # seconds for one statement in exact worlds
SHRINKING = 0.6  # seconds for making one counterexample small
HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED


@dataclass(frozen=True, slots=True)
class Decision:
    """What a statement came to, and by which evidence."""

    verdict: Verdict
    kind: str = ""
    why: str = ""
    counterexample: Counterexample | None = None
    shown: Callable[[float], Evidence] | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True)
class Decider:
    """Decides statements until ``ends`` (on the monotonic clock); each only once.

    ``naming`` are the seconds that are left for finding the rules that explain what holds;
    ``patience`` stretches the time that one search may take, for slower machines. ``told`` keeps
    what else was found out about a statement: the rules that show it, the mistake in it.
    """

    ends: float
    seed: int = 0
    worlds: int = 12
    naming: float = 0.4
    known: dict[Statement, Decision] = field(default_factory=dict)
    patience: float = 1.0
    told: dict[tuple[str, Statement], Any] = field(default_factory=dict)

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.ends - time.monotonic()

    def decide(self, statement: Statement) -> Decision:
        """Proof first; then exact worlds, which alone can refute."""
        found = self.known.get(statement)
        if found is None:
            try:
                with bounded(max(0.05, self.left + 0.5)):
                    found = self._decide(statement)
            except TimeIsUp:
                found = Decision(UNDECIDED, "", OUT_OF_TIME)
            except Exception as error:
                # text from strangers builds statements that nobody has tried: the other lines still
                # get their answer
                found = Decision(UNDECIDED, "", f"{INTERNAL}: {type(error).__name__}: {error}")
            self.known[statement] = found
        return found

    def proved(self, statement: Statement, seconds: float | None = None) -> bool:
        """Whether there is a proof, and one that is found in so many seconds."""
        found = self.known.get(statement)
        if found is not None:
            return found.verdict is HOLDS and found.kind == proof.KIND
        key = ("proved", statement)
        if key not in self.told:
            if self.left <= 0:
                return False
            try:
                limit = self.left + 0.2
                with bounded(limit if seconds is None else min(limit, seconds * self.patience)):
                    self.told[key] = proof.check(written_out(statement)).verdict is HOLDS
            except Exception:
                # no proof is no proof; what was claimed has a verdict of its own
                return False
        said: bool = self.told[key]
        return said

    def shown(self, statement: Statement, decision: Decision) -> Decision:
        """A refutation with its counterexample, as small as the time allows."""
        if decision.shown is None:
            return decision
        for seconds in (min(SHRINKING * self.patience, self.left), 0.0):
            try:
                with bounded(max(0.1, 2 * seconds)):
                    made = decision.shown(seconds)
                    found = Decision(FAILS, decision.kind, made.why, made.counterexample)
                    break
            except TimeIsUp:
                continue
        else:
            return Decision(UNDECIDED, "", OUT_OF_TIME)
        if self.known.get(statement) is decision:
            self.known[statement] = found
        return found

    def _decide(self, statement: Statement) -> Decision:
        if self.left <= 0:
            return Decision(UNDECIDED, "", OUT_OF_TIME)
        first = proof.check(written_out(statement))
        if first.verdict is HOLDS:
            return Decision(HOLDS, proof.KIND)
        inner = termwise(statement)
        if inner is not None and self.proved(inner):
            return Decision(HOLDS, proof.KIND)
        second = exact.check(
            statement,
            seed=self.seed,
            worlds=self.worlds,
            deadline=max(0.05, min(SEARCH * self.patience, self.left)),
            # of the readings and assumptions that a line is tried under, one is reported
            shrink=False,
        )
        return _from(second, first)


def written_out(statement: Statement) -> Statement:
    """The statement with ∑_{k=1}^3 f(z_k) as f(z_1) + f(z_2) + f(z_3): the copies are then those
    that an expectation over z_1, z_2, z_3 binds.
    """
    return replace(
        statement, left=_written_out(statement.left), right=_written_out(statement.right)
    )


def _written_out(e: Expression) -> Expression:
    changed = map_children(e, _written_out)
    if isinstance(changed, IndexedSum | IndexedProduct):
        index = changed.index
        copies = any(index == i.variable for v in free_variables(changed.body) for i in v.indices)
        steps = values(changed) if copies else None
        if steps:
            terms = tuple(substitute(changed.body, {index: k}) for k in steps)
            whole = Sum(terms) if isinstance(changed, IndexedSum) else Product(terms)
            return terms[0] if len(terms) == 1 else whole
    return changed


def termwise(statement: Statement) -> Statement | None:
    """The inequality between the bodies of two sums or expectations alike: it carries over, as
    both are monotone.
    """
    if not statement.relation.direction:
        return None
    (factors, left), (others, right) = (_scaled(s) for s in (statement.left, statement.right))
    if factors != others or not all(map(positive, factors)):
        return None
    match left, right:
        case IndexedSum() as left, IndexedSum() as right if (left.low, left.high) == (
            right.low,
            right.high,
        ):
            body = right.body
            if right.index != left.index:
                body = substitute(body, {right.index: left.index})
            return replace(statement, left=left.body, right=body)
        case Expectation() as left, Expectation() as right if (left.law, left.over) == (
            right.law,
            right.over,
        ):
            return replace(statement, left=left.body, right=right.body)
    return None


def _scaled(side: Expression) -> tuple[tuple[Expression, ...], Expression]:
    """(1/N, ∑ …) for 1/N ∑ …"""
    if isinstance(side, Product):
        inner = [f for f in side.factors if isinstance(f, IndexedSum | Expectation)]
        if len(inner) == 1:
            return tuple(f for f in side.factors if f is not inner[0]), inner[0]
    return (), side


def _from(second: Evidence, first: Evidence) -> Decision:
    match second.verdict:
        case Verdict.FAILS if second.shown is not None:
            return Decision(FAILS, exact.KIND, second.why, shown=second.shown)
        case Verdict.HOLDS:
            return Decision(HOLDS, exact.KIND)
    return Decision(UNDECIDED, "", second.why or first.why)


def turned(statement: Statement, relation: Relation) -> Statement:
    """The same sides with another relation."""
    return Statement(
        statement.left, relation, statement.right, statement.assumptions, statement.quantity
    )
