"""What makes a statement ambiguous: one name for two things. About such a statement nothing is
proved.
"""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.assumptions import (
    Assumption,
    Dag,
    Different,
    Family,
    Owns,
    Reparameterized,
    SameDensity,
    Sampled,
    Vanishing,
)
from vaetheory.language.binding import bound_variables, covers
from vaetheory.language.expressions import (
    Density,
    Expression,
    FamilyDensity,
    Gradient,
    IndexedProduct,
    IndexedSum,
    MutualInformation,
    Value,
    walk,
)
from vaetheory.language.variables import Space, Subscript, Variable


def ambiguity(expressions: tuple[Expression, ...]) -> str:
    """Why the expressions cannot be read in one way; the empty string where they can.

    A name (with its indices) stands for one variable, of one slot and space; a slot has one space;
    a vector has as many components wherever its density is a product over them; no binder binds
    what a gradient is taken with respect to; and no index is bound again inside its own sum.
    """
    nodes = [node for e in expressions for node in walk(e)]
    variables = dict.fromkeys(v for node in nodes for v in _occurring(node))
    return (
        _names(variables)
        or _slots(nodes)
        or _components(nodes)
        or _gradients(nodes)
        or _nested_indices(nodes)
    )


def spoken_of(assumption: Assumption) -> tuple[Expression, ...]:
    """The expressions in an assumption."""
    match assumption:
        case SameDensity(first=first, second=second) | Different(first=first, second=second):
            return (first, second)
        case Family(density=density, definition=definition):
            return (density, definition)
        case Vanishing(density=density):
            return (density,)
        case Sampled(variable=variable, law=law):
            return (Value(variable), law)
        case Reparameterized(variable=variable, transform=transform, noise=noise):
            return (Value(variable), transform, noise)
        case Dag() | Owns():
            return ()
    return ()


def _occurring(node: Expression) -> Iterator[Variable]:
    match node:
        case Value(variable=variable):
            yield variable
        case Density(of=of, given=given):
            yield from (*of, *given)
        case MutualInformation(given=given):
            yield from given
    yield from bound_variables(node)


def _names(variables: dict[Variable, None]) -> str:
    known: dict[tuple[str, tuple[Subscript, ...]], Variable] = {}
    for variable in variables:
        other = known.setdefault((variable.name, variable.indices), variable)
        if (other.slot, other.space) != (variable.slot, variable.space):
            return (
                f"{variable!r} names two variables: of slots {other.slot!r} and {variable.slot!r},"
                f" or of two spaces"
            )
    for variable in variables:
        for other in variables:
            if other.indices and other.name == variable.name and other != variable:
                shares = other.indices[: len(variable.indices)] == variable.indices
                if shares and not covers(variable, other):
                    return f"{other!r}, by name a part of {variable!r}, fills another slot"
    return ""


def _slots(nodes: list[Expression]) -> str:
    spaces: dict[str, Space] = {}
    for node in nodes:
        arguments: tuple[Variable, ...] = ()
        match node:
            case Density(of=of, given=given):
                arguments = of + given
            case MutualInformation(left=left, right=right, given=given):
                arguments = left + right + given
        for variable in arguments:
            if spaces.setdefault(variable.slot, variable.space) != variable.space:
                return f"the slot {variable.slot!r} is filled by variables of two spaces"
    return ""


def _components(nodes: list[Expression]) -> str:
    ranges: dict[tuple[str, str], tuple[Expression, Expression]] = {}
    for node in nodes:
        match node:
            case IndexedProduct(
                body=FamilyDensity(argument=Value(variable=inner)), index=index, low=low, high=high
            ):
                if not inner.indices or inner.indices[-1] != Subscript(index):
                    continue
                if ranges.setdefault((inner.name, inner.slot), (low, high)) != (low, high):
                    return f"{inner.name} has one number of components here and another there"
    return ""


def _gradients(nodes: list[Expression]) -> str:
    bound = {v.name for node in nodes for v in bound_variables(node)}
    for node in nodes:
        if isinstance(node, Gradient) and node.parameter in bound:
            return f"∇ is taken with respect to {node.parameter}, which is integrated over"
    return ""


def _nested_indices(nodes: list[Expression]) -> str:
    """Under Σ_k E_{q(z_k)} Σ_k f(z_k), nobody knows which k is meant."""
    for node in nodes:
        if isinstance(node, IndexedSum | IndexedProduct):
            for inner in walk(node.body):
                if isinstance(inner, IndexedSum | IndexedProduct) and inner.index == node.index:
                    return f"the index {node.index!r} is bound again inside its own sum or product"
    return ""
