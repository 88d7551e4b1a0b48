"""The places of an expression, each with the variables in scope there, and how to change one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from tests.vaetheory.generation.terms import SPACES, Scope
from vaetheory.language.binding import bound_variables, covers, free_variables
from vaetheory.language.expressions import (
    Expression,
    Function,
    Gradient,
    IndexedProduct,
    IndexedSum,
)

Path = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Place:
    """A subexpression, how to get there, what is in scope, and whether a gradient stands around."""

    path: Path
    expression: Expression
    scope: Scope
    differentiated: bool


def places(expression: Expression) -> list[Place]:
    """Every place of the expression where another one may stand, outermost first."""
    free = tuple(sorted((v for v in free_variables(expression) if v.slot in SPACES), key=repr))
    return list(_places(Place((), expression, free, differentiated=False)))


def _places(here: Place) -> Iterator[Place]:
    yield here
    e = here.expression
    bound = bound_variables(e)
    inside = (*(v for v in here.scope if not any(covers(b, v) for b in bound)), *bound)
    around = here.differentiated or isinstance(e, Gradient)
    if isinstance(e, Function):
        # opaque: worlds have a table of its values at variables, not at expressions
        return
    limits = ("low", "high") if isinstance(e, IndexedSum | IndexedProduct) else ()
    for field in fields(e):  # type: ignore[arg-type]
        value = getattr(e, field.name)
        if field.name in limits:
            continue
        if isinstance(value, Expression):
            yield from _places(Place((*here.path, (field.name, -1)), value, inside, around))
        elif isinstance(value, tuple):
            for i, item in enumerate(value):
                if isinstance(item, Expression):
                    yield from _places(Place((*here.path, (field.name, i)), item, inside, around))


def changed(expression: Expression, path: Path, new: Expression) -> Expression:
    """The expression with another one at the place."""
    if not path:
        return new
    (name, i), *rest = path
    value = getattr(expression, name)
    if i < 0:
        return replace(expression, **{name: changed(value, tuple(rest), new)})  # type: ignore[type-var]
    inner = changed(value[i], tuple(rest), new)
    return replace(expression, **{name: (*value[:i], inner, *value[i + 1 :])})  # type: ignore[type-var]
