"""Σ_d, ∏_k and z_k written out.

With numbers for D, K and T, no index variable is left in a statement.

This is what the indexed notation means, not a rule of the calculus: a binder over z binds every
component or copy z_1, …, z_D that stands inside it, unless the density itself takes the whole
vector z.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from vaetheory.language.assumptions import Assumption
from vaetheory.language.binding import bound_variables, free_variables, substitute
from vaetheory.language.expressions import (
    Expression,
    IndexedProduct,
    IndexedSum,
    MutualInformation,
    Number,
    Power,
    Product,
    Sum,
    children,
    map_children,
)
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Index, Integers, Variable
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.reparameterization import with_families

Counts = Mapping[Variable, int]

_MOST_TERMS = 64
_MOST_NODES = 20_000


def counts_of(statement: Statement) -> tuple[Variable, ...]:
    """The free variables that stand for whole numbers: D, K, T, and a free index."""
    found: set[Variable] = set()
    for expression in (statement.left, statement.right, *expressions_in(statement.assumptions)):
        found |= {v for v in free_variables(expression) if isinstance(v.space, Integers | Index)}
    return tuple(sorted(found, key=repr))


def expressions_in(assumptions: tuple[Assumption, ...]) -> tuple[Expression, ...]:
    """The expressions that the assumptions speak of."""
    found: list[Expression] = []
    for assumption in assumptions:
        values = [getattr(assumption, f.name) for f in fields(assumption)]
        found += [v for v in values if isinstance(v, Expression)]
    return tuple(found)


def expand_statement(statement: Statement, counts: Counts) -> Statement:
    """The statement with these numbers put in and every indexed sum and product written out."""
    return with_families(
        replace(
            statement,
            left=expand(statement.left, counts),
            right=expand(statement.right, counts),
            assumptions=tuple(_expand_assumption(a, counts) for a in statement.assumptions),
        )
    )


def expand(expression: Expression, counts: Counts) -> Expression:
    """The expression with these numbers put in and every indexed sum and product written out.

    Raises UngenerableError for limits that are not whole numbers, or too far apart, and for a count
    that is the argument of a density.
    """
    numbers = {v: Number(Fraction(n)) for v, n in counts.items()}
    try:
        whole = substitute(expression, numbers)
        if _length(whole) > _MOST_NODES:
            raise UngenerableError("the statement is too long once its sums are written out")
        return _expand(whole)
    except ValueError as error:
        raise UngenerableError(str(error)) from error


def _length(expression: Expression) -> int:
    """About how many nodes the expression has once it is written out."""
    inside = 1 + sum(map(_length, children(expression)))
    if not isinstance(expression, IndexedSum | IndexedProduct):
        return inside
    low, high = _rational(expression.low), _rational(expression.high)
    if low is None or high is None:
        return inside * _MOST_TERMS
    return inside * max(int(high - low) + 1, 1)


@lru_cache(maxsize=20_000)
def _expand(expression: Expression) -> Expression:
    if isinstance(expression, IndexedSum | IndexedProduct):
        low, high = _whole(expression.low), _whole(expression.high)
        if high - low >= _MOST_TERMS:
            raise UngenerableError(f"{high - low + 1} terms in {expression!r}")
        parts = tuple(
            _expand(substitute(expression.body, {expression.index: Number(Fraction(i))}))
            for i in range(low, high + 1)
        )
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return Number(Fraction(0 if isinstance(expression, IndexedSum) else 1))
        return Sum(parts) if isinstance(expression, IndexedSum) else Product(parts)
    expanded = map_children(expression, _expand)
    over = bound_variables(expanded)
    if not over or isinstance(expanded, MutualInformation):
        return expanded
    inside = frozenset[Variable]().union(*(free_variables(c) for c in _scope(expanded)))
    bound = tuple(instance for variable in over for instance in _instances(variable, inside))
    return replace(expanded, over=bound)  # type: ignore[type-var]


def _scope(expression: Expression) -> list[Expression]:
    values = (getattr(expression, f.name) for f in fields(expression))  # type: ignore[arg-type]
    return [v for v in values if isinstance(v, Expression)]


def _instances(variable: Variable, inside: frozenset[Variable]) -> tuple[Variable, ...]:
    """The variables that a binder over ``variable`` binds."""
    resolved = all(i.variable is None for i in variable.indices)
    if variable.indices and resolved:
        return (variable,)
    if any(v.name == variable.name and not v.indices for v in inside):
        # the vector itself is an argument: its components go with it
        return (variable,)
    copies = {v for v in inside if v.name == variable.name}
    return tuple(sorted(copies, key=lambda v: [i.offset for i in v.indices])) or (variable,)


def _expand_assumption(assumption: Assumption, counts: Counts) -> Assumption:
    changed: dict[str, Any] = {}
    for field in fields(assumption):
        value = getattr(assumption, field.name)
        if isinstance(value, Expression):
            changed[field.name] = expand(value, counts)
    return replace(assumption, **changed) if changed else assumption


def _whole(limit: Expression) -> int:
    value = _rational(limit)
    if value is None or value.denominator != 1:
        raise UngenerableError(f"the limit {limit!r} of a sum or a product is not a whole number")
    return int(value)


def _rational(expression: Expression) -> Fraction | None:
    match expression:
        case Number(value=value):
            return value
        case Sum(terms=parts) | Product(factors=parts):
            total = Fraction(0 if isinstance(expression, Sum) else 1)
            for part in map(_rational, parts):
                if part is None:
                    return None
                total = total + part if isinstance(expression, Sum) else total * part
            return total
        case Power(base=base, exponent=exponent):
            below, above = _rational(base), _rational(exponent)
            if below and above is not None and above.denominator == 1:
                return below ** int(above)
    return None
