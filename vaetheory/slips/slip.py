"""What a slip is: a mistake, as a function from an expression to wrong expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

from vaetheory.language.binding import bound_variables, free_variables
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Variable

Scope = frozenset[Variable]
"""The variables that may be used at a place: free ones, and those bound around it."""

Change = Callable[[Expression, Scope], Iterator[Expression]]


@dataclass(frozen=True, slots=True)
class Slip:
    """A named mistake. ``change`` makes it at one node; calling the slip makes it once, anywhere.

    ``why`` says, in a sentence, what leads students to it; ``frees`` tells that a bound variable
    may become free.
    """

    name: str
    why: str
    change: Change
    frees: bool = False

    def __call__(self, expression: Expression) -> Iterator[Expression]:
        """Every expression that making the mistake once gives, without repetitions."""
        seen = {expression}
        for wrong in _everywhere(expression, free_variables(expression), self.change):
            if wrong not in seen:
                seen.add(wrong)
                yield wrong


@dataclass(frozen=True, slots=True)
class StatementSlip:
    """A named mistake in how two sides are related: = for ≥, the wrong quantity held constant."""

    name: str
    why: str
    change: Callable[[Statement], Iterator[Statement]]

    def __call__(self, statement: Statement) -> Iterator[Statement]:
        """Every statement that the mistake gives."""
        yield from self.change(statement)


def _everywhere(expression: Expression, scope: Scope, change: Change) -> Iterator[Expression]:
    """The expression with the change made at one node, outermost first."""
    yield from change(expression, scope)
    inside = scope | set(bound_variables(expression))
    for field in fields(expression):  # type: ignore[arg-type]
        value = getattr(expression, field.name)
        if isinstance(value, Expression):
            for wrong in _everywhere(value, inside, change):
                yield replace(expression, **{field.name: wrong})  # type: ignore[type-var]
        elif isinstance(value, tuple):
            for place, item in enumerate(value):
                if isinstance(item, Expression):
                    for wrong in _everywhere(item, inside, change):
                        changed = (*value[:place], wrong, *value[place + 1 :])
                        yield replace(expression, **{field.name: changed})  # type: ignore[type-var]


def without(items: tuple[Expression, ...], place: int) -> tuple[Expression, ...]:
    """The items with one left out."""
    return items[:place] + items[place + 1 :]
