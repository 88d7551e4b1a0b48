"""Notation that may be meant otherwise than it is read: components whose number is not said, pixels
before a pixel, an entropy that is averaged over its condition.

A line that is true as it is read is not doubted; one that is false may be meant otherwise.
"""

from __future__ import annotations

from vaetheory.language.assumptions import Family
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    Density,
    Entropy,
    Expectation,
    Expression,
    Function,
    IndexedProduct,
    IndexedSum,
    MutualInformation,
    Value,
    walk,
)
from vaetheory.language.statements import Statement
from vaetheory.review.assumptions import densities

_Total = IndexedSum | IndexedProduct
_SIZES = ("D", "J", "K", "d", "k", "n")


def doubted_by_notation(statement: Statement) -> str:
    """Why a line that is false as it is read may be meant otherwise; empty where it may not."""
    sides = (statement.left, statement.right)
    nodes = [n for side in sides for n in walk(side)]
    if _lengths_differ(statement, nodes):
        return "false as it stands, but over how many components each law goes is not clear"
    if any("<" in v.name for d in densities(sides) for v in (*d.of, *d.given)):
        return "false as it stands, but x_{<d} is read as a variable of its own"
    if any(_may_be_averaged(side, nodes) for side in sides):
        return "false for one value, but H may be meant as the average over what is given"
    laws = [a.definition for a in statement.assumptions if isinstance(a, Family)]
    functions = {n.name for side in (*sides, *laws) for n in walk(side) if isinstance(n, Function)}
    if any(f.name.endswith("'") for f in functions):
        return "false as it stands, but f' may be meant as a derivative"
    whole = {f.name for f in functions if not f.indices}
    if whole & {f.name for f in functions if f.indices}:
        return "false as it stands, but a vector and its components have one name here"
    return ""


def _may_be_averaged(side: Expression, nodes: list[Expression]) -> bool:
    """Whether a side has H_q(z|x) outside of any average over x, in a line that has such averages
    or an information.
    """
    inside = [n for e in walk(side) if isinstance(e, Expectation) for n in walk(e.body)]
    bare = [
        n
        for n in walk(side)
        if isinstance(n, Entropy) and _given(n.law) and all(n is not m for m in inside)
    ]
    given = {v for n in bare for v in getattr(n.law, "given", ())}
    over = {v for n in nodes if isinstance(n, Expectation) for v in n.over}
    return bool(bare) and (
        bool(given & over) or any(isinstance(n, MutualInformation) for n in nodes)
    )


def _given(law: Expression) -> bool:
    return isinstance(law, Density) and bool(law.given)


def _lengths_differ(statement: Statement, nodes: list[Expression]) -> bool:
    """Whether a family is read over other components than those that the line sums its parameters
    over, as where μ_j for j ≤ J stands beside x_d for d ≤ D.
    """
    sums = [n for n in nodes if isinstance(n, IndexedSum | IndexedProduct)]
    families = [
        (a.density.of[0].name, a.definition)
        for a in statement.assumptions
        if isinstance(a, Family) and isinstance(a.definition, IndexedProduct)
    ]
    read = {str(law.high) for _, law in families}
    highs = {str(n.high) for n in sums}
    for side in (statement.left, statement.right):
        highs |= {str(Value(v)) for v in free_variables(side) if v.name in _SIZES}
    if not read or len(highs | read) < 2:
        return False
    return not highs <= read or not _agree(families, sums)


def _agree(families: list[tuple[str, IndexedProduct]], sums: list[_Total]) -> bool:
    """Whether every family goes over what the line sums its own letters over; for a family without
    such a sum, as N(z; 0, I), another one of the same variable must.
    """
    told: dict[str, set[str]] = {}
    silent: list[tuple[str, str]] = []
    for name, law in families:
        letters = {v.name for v in free_variables(law.body)}
        found = {str(n.high) for n in sums if letters & _numbered(n)}
        if found - {str(law.high)}:
            return False
        if found:
            told.setdefault(name, set()).update(found)
        else:
            silent.append((name, str(law.high)))
    return all(told.get(name) == {high} for name, high in silent)


def _numbered(total: _Total) -> set[str]:
    """The letters that have the index of the sum below them."""
    inside = free_variables(total.body)
    return {v.name for v in inside if total.index in {i.variable for i in v.indices}}
