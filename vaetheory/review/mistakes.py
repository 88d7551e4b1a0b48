"""Named mistakes: the one repair that makes a wrong line true."""

from __future__ import annotations

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.statements import Relation, Statement
from vaetheory.review.deciding import Decider, turned
from vaetheory.review.report import Mistake


def explain(statement: Statement, decider: Decider) -> Mistake | None:
    """The mistake whose repair makes the line true, when there is exactly one."""
    if statement.relation is Relation.EQUAL:
        for relation in (Relation.AT_LEAST, Relation.AT_MOST):
            if decider.proved(turned(statement, relation)):
                return Mistake("equality for a bound", f"{relation.value} for =")
    if statement.relation.direction:
        if decider.proved(turned(statement, statement.relation.converse)):
            return Mistake(
                "bound the wrong way round",
                f"{statement.relation.converse.value} for {statement.relation.value}",
            )
    return None


__all__ = ["Verdict", "explain"]
