"""The rules that explain a line, by name: one, or the fewest that do it together."""

from __future__ import annotations

import time

from vaetheory import rules
from vaetheory.calculus.algebra import arrange, expand
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Relation, Statement
from vaetheory.rules.rule import exhaust

# what is unfolded first; a later rule works on what the earlier ones have made
_TOGETHER = (
    "mutual-information-definition",
    "elbo-definition",
    "kl-definition",
    "entropy-definition",
    "expectation",
    "product-rule",
    "family",
    "log-density",
    "log-of-product",
    "log-of-power",
    "log-of-exp",
    "marginalization",
    "linearity",
    "linearity-of-sum",
    "normalization",
)
SECONDS = 0.25


def rule_of(statement: Statement, seconds: float = SECONDS) -> str | None:
    """The name of a rule that takes one side to the other, or of several with + between them.

    None where a line takes more than that.
    """
    for rule in rules.RULES.values():
        try:
            relation = rule.shows(statement)
        except (ValueError, TypeError, RuntimeError):
            continue
        if relation is not None and _enough(relation, statement.relation):
            return rule.name
    if statement.relation is Relation.EQUAL:
        return _several(statement, seconds)
    return None


def _enough(shown: Relation, claimed: Relation) -> bool:
    if shown is claimed:
        return True
    return shown is Relation.EQUAL and claimed in (Relation.AT_LEAST, Relation.AT_MOST)


def _several(statement: Statement, seconds: float) -> str | None:
    """The fewest rules of those that are used together whose rewriting makes both sides one."""
    ends = time.process_time() + seconds
    names = tuple(n for n in _TOGETHER if n in rules.RULES)
    try:
        if not _explain(statement, names):
            return None
        for name in names:
            fewer = tuple(n for n in names if n != name)
            if time.process_time() > ends:
                return None
            if _explain(statement, fewer):
                names = fewer
    except (ValueError, TypeError, RuntimeError):
        return None
    return " + ".join(names) or None


def _explain(statement: Statement, names: tuple[str, ...]) -> bool:
    left, right = (_rewritten(side, names, statement) for side in (statement.left, statement.right))
    return arrange(left) == arrange(right) or expand(left) == expand(right)


def _rewritten(side: Expression, names: tuple[str, ...], statement: Statement) -> Expression:
    for _ in range(3):
        before = side
        for name in names:
            side = exhaust(rules.get(name), side, statement.assumptions)
        if side == before:
            break
    return side
