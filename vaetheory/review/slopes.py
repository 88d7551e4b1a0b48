"""Derivatives with respect to a scalar: ∇_μ μ is 1.

A world takes ∇ along a random direction, which is right for parameters that stand for many numbers.
Where the parameter is a scalar that also stands in the formula, every term without a derivative is
multiplied by ∇_μ μ: both sides then carry the direction once, and the claim is the same.
"""

from __future__ import annotations

from dataclasses import replace

from vaetheory.language.assumptions import Owns
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    Density,
    Expectation,
    Expression,
    Gradient,
    IndexedSum,
    Integral,
    Letter,
    MutualInformation,
    Number,
    Product,
    Sum,
    Value,
    walk,
)
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Variable
from vaetheory.latex.meaning.survey import Facts

_BY_CUSTOM = {r"\theta": "p", r"\phi": "q"}


def owners(statement: Statement, facts: Facts) -> tuple[Owns, ...] | None:
    """Which letters ∇ moves, as the file writes its parameters: q_λ is moved by ∇_λ.

    Where no letter carries the parameter, θ moves p and φ moves q, as is the custom; None for any
    other that stands nowhere in the statement: what it moves is then not known.
    """
    found: list[Owns] = []
    letters = {
        n.letter
        for side in (statement.left, statement.right)
        for n in walk(side)
        if isinstance(n, Density | MutualInformation)
    }
    names = {v.name for v in _free(statement)}
    for parameter in _parameters(statement):
        moved = [x for x in sorted(letters, key=repr) if _carries_it(x, parameter, facts)]
        if not moved and parameter in _BY_CUSTOM:
            owner = _BY_CUSTOM[parameter]
            free = [x for x in letters if x.name.lower() == owner and not _owned(x, facts)]
            moved = sorted(free, key=repr)
        custom = _BY_CUSTOM.get(parameter)
        if moved != sorted((x for x in letters if x.name == custom), key=repr):
            # what is the custom anyway needs no word
            found += [Owns(parameter, x) for x in moved]
        if not moved and parameter not in names and parameter not in _BY_CUSTOM:
            return None
    return tuple(found)


def _owned(letter: Letter, facts: Facts) -> set[str]:
    return facts.owned.get(letter.name, set()) | facts.owned.get(letter.name.lower(), set())


def _carries_it(letter: Letter, parameter: str, facts: Facts) -> bool:
    if letter.subscript:
        return parameter in letter.subscript.split(",")
    return parameter in _owned(letter, facts)


def along_scalars(statement: Statement) -> Statement:
    """The statement with the direction of its scalar parameter in every term."""
    for parameter in _parameters(statement):
        variable = next(
            (v for v in _free(statement) if v.name == parameter and not v.indices), None
        )
        if variable is not None:
            left, right = (
                _carried(side, parameter, variable) for side in (statement.left, statement.right)
            )
            statement = replace(statement, left=left, right=right)
    return statement


def _parameters(statement: Statement) -> list[str]:
    nodes = (n for side in (statement.left, statement.right) for n in walk(side))
    return sorted({n.parameter for n in nodes if isinstance(n, Gradient)})


def _free(statement: Statement) -> list[Variable]:
    return sorted(free_variables(statement.left) | free_variables(statement.right), key=repr)


def _carries(e: Expression, parameter: str) -> bool:
    return any(isinstance(n, Gradient) and n.parameter == parameter for n in walk(e))


def _carried(e: Expression, parameter: str, variable: Variable) -> Expression:
    if isinstance(e, Sum):
        return Sum(tuple(_carried(t, parameter, variable) for t in e.terms))
    if isinstance(e, Number) and not e.value:
        return e
    if not _carries(e, parameter):
        return e * Gradient(Value(variable), parameter)
    match e:
        case Expectation() | IndexedSum() | Integral():
            return replace(e, body=_carried(e.body, parameter, variable))
        case Product(factors=factors):
            # one factor carries the derivative; the others multiply it
            return Product(
                tuple(
                    _carried(f, parameter, variable) if _carries(f, parameter) else f
                    for f in factors
                )
            )
    return e
