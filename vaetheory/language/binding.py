"""Free variables, substitution and renaming: what an expression with binders means does not
depend on their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Expectation,
    Expression,
    IndexedProduct,
    IndexedSum,
    Integral,
    MutualInformation,
    Number,
    Value,
    children,
)
from vaetheory.language.variables import Index, Subscript, Variable

Replacement = Variable | Expression


def bound_variables(expression: Expression) -> tuple[Variable, ...]:
    """The variables that this very node binds."""
    match expression:
        case Expectation() | KL() | Entropy() | Integral() | MutualInformation() | Elbo():
            return expression.over
        case IndexedSum() | IndexedProduct():
            return (expression.index,)
    return ()


@lru_cache(maxsize=100_000)
def free_variables(expression: Expression) -> frozenset[Variable]:
    """The variables that occur in the expression and are not bound in it; index variables in use
    included.
    """
    found = set(_own_variables(expression))
    bounds: set[Variable] = set()
    if isinstance(expression, IndexedSum | IndexedProduct):
        # the limits stand outside the scope of the index
        bounds = set(free_variables(expression.low) | free_variables(expression.high))
        found |= free_variables(expression.body)
    else:
        for child in children(expression):
            found |= free_variables(child)
    bound = bound_variables(expression)
    free = {v for v in found if not any(covers(b, v) for b in bound)}
    return frozenset(free | bounds | _indices(set(bound)))


def covers(binder: Variable, variable: Variable) -> bool:
    """Whether binding ``binder`` binds ``variable``: itself, or one of its components (z binds
    z_d).
    """
    return (
        variable.name == binder.name
        and variable.slot == binder.slot
        and variable.indices[: len(binder.indices)] == binder.indices
    )


def _own_variables(expression: Expression) -> Iterable[Variable]:
    own: tuple[Variable, ...] = ()
    match expression:
        case Value(variable=variable):
            own = (variable,)
        case Density(of=of, given=given):
            own = of + given
        case MutualInformation(left=left, right=right, given=given):
            own = left + right + given
        case _:
            name = getattr(expression, "name", None)
            # the name of a function is a symbol, not an occurrence; its indices do occur
            if isinstance(name, Variable):
                return _indices({name})
    return (*own, *_indices(set(own)))


def _indices(variables: set[Variable]) -> set[Variable]:
    return {i.variable for v in variables for i in v.indices if i.variable is not None}


def substitute(expression: Expression, replacements: Mapping[Variable, Replacement]) -> Expression:
    """Replace free occurrences, renaming binders that would capture.

    A variable may be replaced by a variable anywhere, by any expression where it stands as a value,
    and by a whole number where it is an index. Raises ValueError when a density would have to take
    an expression as its argument.
    """
    free = free_variables(expression)
    relevant = {k: v for k, v in replacements.items() if any(covers(k, f) for f in free)}
    if not relevant:
        return expression
    if isinstance(expression, Value):
        new = relevant.get(expression.variable)
        return (
            new
            if isinstance(new, Expression)
            else Value(_in_variable(expression.variable, relevant))
        )
    if isinstance(expression, IndexedSum | IndexedProduct):
        low, high = substitute(expression.low, relevant), substitute(expression.high, relevant)
        inside = {k: v for k, v in relevant.items() if k != expression.index}
        index, body = _avoid_capture((expression.index,), (expression.body,), inside)
        return replace(
            expression, index=index[0], body=substitute(body[0], inside), low=low, high=high
        )
    over = bound_variables(expression)
    if over:
        inside = {k: v for k, v in relevant.items() if not any(covers(b, k) for b in over)}
        names = [
            f.name
            for f in fields(expression)  # type: ignore[arg-type]
            if isinstance(getattr(expression, f.name), Expression)
        ]
        if isinstance(expression, MutualInformation):
            return _in_node(_rename_node(expression, inside), inside)
        new_over, bodies = _avoid_capture(
            over, tuple(getattr(expression, n) for n in names), inside
        )
        new_over = tuple(_in_variable(v, inside) for v in new_over)
        parts = {n: substitute(b, inside) for n, b in zip(names, bodies, strict=True)}
        return replace(expression, over=new_over, **parts)  # type: ignore[type-var]
    return _in_node(expression, relevant)


def _rename_node(
    expression: MutualInformation, inside: Mapping[Variable, Replacement]
) -> MutualInformation:
    taken = _taken(inside)
    clash = [v for v in expression.over if any(_clash(v, t) for t in taken)]
    if not clash:
        return expression
    fresh = {v: fresh_variable(v, taken.union(expression.over, expression.given)) for v in clash}
    return replace(
        expression,
        left=tuple(fresh.get(v, v) for v in expression.left),
        right=tuple(fresh.get(v, v) for v in expression.right),
    )


def _taken(replacements: Mapping[Variable, Replacement]) -> set[Variable]:
    taken: set[Variable] = set()
    for new in replacements.values():
        taken |= {new, *_indices({new})} if isinstance(new, Variable) else free_variables(new)
    return taken


def _avoid_capture(
    over: tuple[Variable, ...],
    bodies: tuple[Expression, ...],
    inside: Mapping[Variable, Replacement],
) -> tuple[tuple[Variable, ...], tuple[Expression, ...]]:
    taken = _taken(inside)
    clash = [v for v in over if any(_clash(v, t) for t in taken)]
    if not clash:
        return over, bodies
    avoid = taken.union(*(free_variables(b) for b in bodies), over)
    fresh: dict[Variable, Replacement] = {}
    for variable in clash:
        fresh[variable] = new = fresh_variable(variable, avoid)
        avoid.add(new)
    renamed = tuple(fresh.get(v, v) for v in over)
    return renamed, tuple(substitute(b, fresh) for b in bodies)  # type: ignore[return-value]


def _clash(one: Variable, other: Variable) -> bool:
    """Whether a reader would take one for the other, or for a component of it; slots are not
    seen.
    """
    shorter = min(len(one.indices), len(other.indices))
    return one.name == other.name and one.indices[:shorter] == other.indices[:shorter]


def fresh_variable(variable: Variable, avoid: set[Variable]) -> Variable:
    """A variable of the same slot and space whose name is not in use, not even for a component:
    z', z'', …
    """
    new = variable
    while any(_clash(new, v) for v in avoid):
        new = replace(new, name=new.name + "'")
    return new


def _in_variable(variable: Variable, replacements: Mapping[Variable, Replacement]) -> Variable:
    if variable in replacements:
        new = replacements[variable]
        if isinstance(new, Value):
            new = new.variable
        if isinstance(new, Variable):
            if isinstance(variable.space, Index):
                return new
            # an argument keeps the slot that it fills, whatever is put there
            return replace(new, slot=variable.slot)
        raise ValueError(f"the argument {variable!r} of a density cannot be replaced by {new!r}")
    for whole, new in replacements.items():
        if variable.indices and covers(whole, variable) and isinstance(new, Variable):
            # a component goes with its vector: z → z' takes z_d to z'_d
            rest = variable.indices[len(whole.indices) :]
            variable = replace(new, slot=variable.slot, indices=new.indices + rest)
    return replace(
        variable, indices=tuple(_in_subscript(i, replacements) for i in variable.indices)
    )


def _in_subscript(index: Subscript, replacements: Mapping[Variable, Replacement]) -> Subscript:
    if index.variable is None or index.variable not in replacements:
        return index
    match replacements[index.variable]:
        case Variable() as new:
            return Subscript(new, index.offset)
        case Value(variable=new):
            return Subscript(new, index.offset)
        case Number(value=value) if value.denominator == 1:
            return Subscript(None, int(value) + index.offset)
        case other:
            raise ValueError(f"the index {index.variable!r} cannot be replaced by {other!r}")


def _in_node(expression: Expression, replacements: Mapping[Variable, Replacement]) -> Expression:
    changed: dict[str, Any] = {}
    for field in fields(expression):  # type: ignore[arg-type]
        value = getattr(expression, field.name)
        match value:
            case Expression():
                changed[field.name] = substitute(value, replacements)
            case Variable():  # the name of a function
                indices = tuple(_in_subscript(i, replacements) for i in value.indices)
                changed[field.name] = replace(value, indices=indices)
            case tuple():
                changed[field.name] = tuple(
                    substitute(item, replacements)
                    if isinstance(item, Expression)
                    else _in_variable(item, replacements)
                    if isinstance(item, Variable)
                    else item
                    for item in value
                )
    return replace(expression, **changed)  # type: ignore[type-var]
