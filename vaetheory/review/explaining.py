"""What is said beside a verdict: the mistake in a line, the rule that explains it, a remark."""

from __future__ import annotations

import time

from vaetheory.checkers.evidence import Counterexample
from vaetheory.language.assumptions import Family
from vaetheory.language.statements import Relation, Statement
from vaetheory.review.clock import TimeIsUp, bounded
from vaetheory.review.deciding import Decider, turned
from vaetheory.review.mistakes import explain
from vaetheory.review.naming import rule_of
from vaetheory.review.report import Mistake


def explained(
    statement: Statement, decider: Decider, shown: Counterexample | None
) -> Mistake | None:
    """The mistake in a line, as long as there is time."""
    key = ("mistake", statement)
    if key not in decider.told:
        if decider.left <= 0:
            return None
        decider.told[key] = explain(statement, decider, shown)
    found: Mistake | None = decider.told[key]
    return found


def named(statement: Statement, decider: Decider) -> str | None:
    """The rules that explain a line, as long as there is time for naming; a family is one."""
    key = ("rule", statement)
    if key in decider.told:
        known: str | None = decider.told[key]
        return known
    found = _searched(statement, decider)
    if found is not None or decider.naming > 0:
        decider.told[key] = found
    return found


def _searched(statement: Statement, decider: Decider) -> str | None:
    # in processor time, so that a busy machine names as much as an idle one
    began = time.process_time()
    seconds = min(decider.left, decider.naming)
    name: str | None = None
    if seconds > 0:
        try:
            with bounded(decider.left):
                name = rule_of(statement, seconds)
        except TimeIsUp:
            name = None
    decider.naming -= time.process_time() - began
    if name is None and any(isinstance(a, Family) for a in statement.assumptions):
        return "family"
    return name


def remarks(statement: Statement, decider: Decider) -> list[str]:
    """What is true beyond the line: that = holds where ≥ is written."""
    bound = statement.relation in (Relation.AT_LEAST, Relation.AT_MOST)
    if bound and decider.left > 0.3 and decider.proved(turned(statement, Relation.EQUAL)):
        return [f"the two sides are equal here: = would say more than {statement.relation.value}"]
    return []
