"""The rules that explain a line, by name."""

from __future__ import annotations

from vaetheory import rules
from vaetheory.language.statements import Relation, Statement

_LIKELY_FIRST = ("arithmetic",)


def rule_of(statement: Statement) -> str | None:
    """The name of a rule that takes one side to the other in one kind of step; None where it
    takes several.
    """
    for rule in rules.RULES.values():
        try:
            relation = rule.shows(statement)
        except (ValueError, TypeError, RecursionError):
            continue
        if relation is not None and _enough(relation, statement.relation):
            return rule.name
    return None


def _enough(shown: Relation, claimed: Relation) -> bool:
    if shown is claimed:
        return True
    return shown is Relation.EQUAL and claimed in (Relation.AT_LEAST, Relation.AT_MOST)
