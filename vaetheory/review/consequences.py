"""Lines that follow from a wrong one: log p(x) = A, which is false, and then log p(x) = B with
B = A. One slip gives one report.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from vaetheory.language.expressions import Number
from vaetheory.language.statements import Relation, Statement
from vaetheory.review.deciding import Decider

_FACTORS = tuple(Fraction(f) for f in ("1", "-1", "1/2", "-1/2", "2", "-2"))
_LOOKED_AT = 4  # wrong lines, the nearest first


def follows(
    statement: Statement, wrong: list[tuple[int, Statement]], decider: Decider
) -> int | None:
    """The number of the wrong line that the statement follows from: the differences between their
    sides are the same, or one is a simple multiple of the other; None where there is no such line.
    """
    if statement.relation is not Relation.EQUAL:
        return None
    for number, earlier in wrong[: -_LOOKED_AT - 1 : -1]:
        if earlier.relation is not Relation.EQUAL or decider.left <= 0:
            continue
        given = tuple(dict.fromkeys((*statement.assumptions, *earlier.assumptions)))
        gap, lost = statement.left - statement.right, earlier.left - earlier.right
        for factor in _FACTORS:
            same = replace(statement, left=gap, right=Number(factor) * lost, assumptions=given)
            if decider.proved(same):
                return number
    return None
