"""What a binder binds: which variables, each on which space."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.checkers.numeric.backend import Array
from vaetheory.checkers.numeric.carriers import Carrier
from vaetheory.checkers.numeric.context import Context, Key
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.families import carrier_of_family
from vaetheory.checkers.numeric.meaning import indices, value
from vaetheory.language.binding import covers
from vaetheory.language.expressions import (
    Density,
    Expression,
    FamilyDensity,
    IndexedProduct,
    IndexedSum,
    MutualInformation,
    Value,
    children,
)
from vaetheory.language.variables import Variable

Target = tuple[Key, Carrier]


def bind_grids(
    over: tuple[Variable, ...], law: Expression, more: tuple[Expression, ...], context: Context
) -> tuple[Context, list[Array]]:
    """The context in which the variables are bound to grids, and the weights of each new axis."""
    weights = []
    for key, carrier in targets(over, law, more, context):
        context, nodes, weight = context.with_axis(carrier)
        context = context.bind(key, nodes)
        weights.append(weight)
    return context, weights


def targets(
    over: tuple[Variable, ...], law: Expression, more: tuple[Expression, ...], context: Context
) -> list[Target]:
    """The variables that are really bound, with indices resolved: z itself, or its components z_1
    … z_D."""
    found: list[Target] = []
    for variable in over:
        seen = {
            context_.key(v): (v, context_)
            for expression in (law, *more)
            for v, context_ in occurrences(expression, context)
            if covers(variable, v)
        }
        key = context.key(variable)
        if key in seen or not seen or context.world.is_vector(variable):
            found.append((key, _carrier(variable, law, more, context)))
        else:
            found += [
                (k, _carrier(v, law, more, c))
                for k, (v, c) in sorted(seen.items(), key=lambda i: i[0])
            ]
    return found


def occurrences(expression: Expression, context: Context) -> Iterator[tuple[Variable, Context]]:
    """Every place where a variable stands, with a context in which its indices have values."""
    match expression:
        case IndexedSum(body=body) | IndexedProduct(body=body):
            for inner in indices(expression, context):
                yield from occurrences(body, inner)
            return
        case Value(variable=variable):
            if variable not in context.indices:
                yield variable, context
        case Density(of=of, given=given):
            yield from ((v, context) for v in (*of, *given))
        case MutualInformation(left=left, right=right, given=given):
            yield from ((v, context) for v in (*left, *right, *given))
    for child in children(expression):
        yield from occurrences(child, context)


def families_at(
    key: Key, expression: Expression, context: Context
) -> Iterator[tuple[FamilyDensity, Context]]:
    """The families whose argument is this variable."""
    match expression:
        case IndexedSum(body=body) | IndexedProduct(body=body):
            for inner in indices(expression, context):
                yield from families_at(key, body, inner)
            return
        case FamilyDensity(argument=Value(variable=variable)) if context.key(variable) == key:
            yield expression, context
    for child in children(expression):
        yield from families_at(key, child, context)


def _carrier(
    variable: Variable, law: Expression, more: tuple[Expression, ...], context: Context
) -> Carrier:
    key = context.key(variable)
    for density, inner in families_at(key, law, context):
        parameters = tuple(value(p, inner) for p in density.parameters)
        kinks = tuple(k for e in (law, *more) for k in _kinks(key, e, context))
        return carrier_of_family(density.family, parameters, context.backend, kinks)
    carrier = context.world.carrier(variable)
    if carrier is None:
        raise CannotEvaluate(f"nothing says which space {variable!r} ranges over")
    return carrier


def _kinks(key: Key, expression: Expression, context: Context) -> Iterator[float]:
    """Where Laplace densities of this variable have their peaks."""
    for density, inner in families_at(key, expression, context):
        if density.family == "laplace":
            location = value(density.parameters[0], inner)
            if isinstance(location, float):
                yield location
