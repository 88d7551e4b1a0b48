"""Canonical names for bound variables, so that E_q(z)[f(z)] and E_q(z')[f(z')] become one
expression.

A binder's variables are named after its height (how many binders are nested inside it), which does
not depend on where the expression stands, so that equal subexpressions get equal names.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from vaetheory.language.binding import bound_variables, covers, free_variables, substitute
from vaetheory.language.expressions import (
    Expression,
    IndexedProduct,
    IndexedSum,
    MutualInformation,
    children,
    map_children,
)
from vaetheory.language.variables import Index, Variable

MARK = "·"


@lru_cache(maxsize=100_000)
def height(expression: Expression) -> int:
    """The largest number of binders nested in the expression."""
    inner = max((height(child) for child in children(expression)), default=0)
    return inner + bool(bound_variables(expression))


@lru_cache(maxsize=50_000)
def rename_bound(expression: Expression) -> Expression:
    """The expression with every bound variable canonically named, inner binders first."""
    expression = map_children(expression, rename_bound)
    bound = bound_variables(expression)
    if not bound:
        return expression
    ordered = sorted(bound, key=lambda v: (v.slot, repr(v)))
    names = _names(ordered, height(expression), free_variables(expression))
    if all(v == new for v, new in names.items()):
        return _reorder(expression, tuple(ordered))
    fields: dict[str, Any] = {}
    if isinstance(expression, IndexedSum | IndexedProduct):
        return replace(
            expression, index=names[expression.index], body=substitute(expression.body, names)
        )
    if isinstance(expression, MutualInformation):
        return replace(
            expression,
            left=tuple(sorted((names[v] for v in expression.left), key=repr)),
            right=tuple(sorted((names[v] for v in expression.right), key=repr)),
        )
    for name in expression.__dataclass_fields__:  # type: ignore[attr-defined]
        value = getattr(expression, name)
        if isinstance(value, Expression):
            fields[name] = substitute(value, names)
    return replace(expression, over=tuple(names[v] for v in ordered), **fields)  # type: ignore[type-var]


def _reorder(expression: Expression, ordered: tuple[Variable, ...]) -> Expression:
    if isinstance(expression, IndexedSum | IndexedProduct | MutualInformation):
        return expression
    return replace(expression, over=ordered)  # type: ignore[type-var]


def _names(
    ordered: list[Variable], level: int, free: frozenset[Variable]
) -> dict[Variable, Variable]:
    while True:
        names = {v: _canonical(v, level, position) for position, v in enumerate(ordered)}
        if not any(covers(new, v) for new in names.values() for v in free):
            return names
        # an expression that has grown inside a binder that was named before it grew
        level += 1


def _canonical(variable: Variable, level: int, position: int) -> Variable:
    name = f"{MARK}{level}.{position}"
    # an index fills no slot of a density: its own is only its old name
    return Variable(
        name, variable.space, name if isinstance(variable.space, Index) else variable.slot
    )
