"""Named mistakes: the one kind of repair that makes a wrong line true."""

from __future__ import annotations

import time
from dataclasses import replace

from vaetheory.checkers.evidence import Counterexample
from vaetheory.language.expressions import Density, walk
from vaetheory.language.statements import Relation, Statement
from vaetheory.review.deciding import Decider, turned
from vaetheory.review.repairs import repairs
from vaetheory.review.report import Mistake

SECONDS = 0.4
BOUND = 0.4
MAXIMUM = 160


# what people do most often, and what explains a line best where it does
_COMMON = ("KL turned round", "sign of a term", "ratio turned over", "lost logarithm")


def explain(
    statement: Statement, decider: Decider, shown: Counterexample | None = None
) -> Mistake | None:
    """The mistake whose repair makes the line true, when there is exactly one kind of it; ``shown``
    is a world where the line is false.

    A common slip explains a line before = for ≥ does, and that before the rarer ones.
    """
    found = _repaired(statement, decider)
    common = [m for m in found if m.name in _COMMON]
    if common:
        return common[0]
    names = {m.name for m in found}
    formula = not any(isinstance(n, Density) for n in walk(statement.right))
    if formula and "wrong scale" in names <= {"wrong scale", "dropped term"}:
        # the formula of a family, with a factor lost: nobody meant a bound by it
        return next(m for m in found if m.name == "wrong scale")
    bound = _relation(statement, decider, shown)
    if bound is not None:
        return bound
    if names == {"σ for σ²", "wrong scale"}:
        return next(m for m in found if m.name == "σ for σ²")
    return found[0] if len(names) == 1 else None


def _repaired(statement: Statement, decider: Decider) -> list[Mistake]:
    # weaker changes would turn an inequality into any other that happens to be true
    only = _COMMON if statement.relation.direction else None
    seconds = SECONDS * decider.patience
    ends = time.process_time() + min(seconds, max(0.0, decider.left - 0.2))
    found: list[Mistake] = []
    for number, repair in enumerate(repairs(statement)):
        if number >= MAXIMUM or time.process_time() > ends:
            break
        if any(m.name == repair.name for m in found) or (only and repair.name not in only):
            continue
        if repair.name == "wrong density" and statement.relation is Relation.UNBIASED:
            continue  # the quantity itself is an estimate of it, but none that could be meant
        if found and found[0].name in _COMMON:
            break
        if decider.proved(replace(statement, right=repair.side)):
            found.append(Mistake(repair.name, repair.said))
    return found


def _relation(
    statement: Statement, decider: Decider, shown: Counterexample | None
) -> Mistake | None:
    if statement.relation is Relation.EQUAL:
        higher = None if shown is None else shown.left_decimal > shown.right_decimal
        for relation in (Relation.AT_LEAST, Relation.AT_MOST):
            if higher is not None and higher != (relation is Relation.AT_LEAST):
                continue  # the world that refutes = refutes this one, too
            if decider.proved(turned(statement, relation), BOUND):
                return Mistake("equality for a bound", f"{relation.value} for =")
    converse = statement.relation.converse
    if statement.relation.direction and decider.proved(turned(statement, converse)):
        said = f"{converse.value} for {statement.relation.value}"
        return Mistake("bound the wrong way round", said)
    return None
