"""Which products of densities are normalised, and over which variables: ∫ law d(over) = 1."""

from __future__ import annotations

from vaetheory.calculus.algebra import arrange, same
from vaetheory.calculus.linear import ONE
from vaetheory.language.binding import covers, free_variables
from vaetheory.language.distributions import FAMILIES
from vaetheory.language.expressions import (
    Density,
    Expression,
    FamilyDensity,
    IndexedProduct,
    Product,
    Sum,
    Value,
)
from vaetheory.language.variables import Continuum, FiniteSet, Interval, Reals, Subscript, Variable


def is_law(law: Expression, over: tuple[Variable, ...]) -> bool:
    """Whether the law integrates to one over exactly these variables.

    Each variable stands before the bar of one factor, and there is an order in which each factor is
    given only earlier ones: p(z₁ | z₂) p(z₂) is a law, p(z₁ | z₂) p(z₂ | z₁) is none.
    """
    factors = law.factors if isinstance(law, Product) else (law,)
    placed: list[tuple[Expression, tuple[Variable, ...]]] = []
    for factor in factors:
        own = normalised_in(factor)
        if own is None:
            return False
        placed.append((factor, own))
    everything = [v for _, own in placed for v in own]
    if len(everything) != len(over) or set(everything) != set(over) or len(set(over)) != len(over):
        return False
    known: set[Variable] = set()
    while placed:
        ready = [(f, own) for f, own in placed if not _uses(f, set(over) - known - set(own))]
        if not ready:
            return False
        known |= {v for _, own in ready for v in own}
        placed = [item for item in placed if item not in ready]
    return True


def _uses(e: Expression, variables: set[Variable]) -> bool:
    return any(covers(b, v) for v in free_variables(e) for b in variables)


def normalised_in(factor: Expression) -> tuple[Variable, ...] | None:
    """The variables over which one density integrates to one, whatever the rest of its arguments
    are.
    """
    match factor:
        case Density(of=of):
            return of
        case FamilyDensity(argument=Value(variable=variable)) if family_is_normalised(
            factor, variable
        ):
            return (variable,)
        case IndexedProduct(body=body, index=index):
            own = normalised_in(body)
            if (
                own is None
                or len(own) != 1
                or not own[0].indices
                or own[0].indices[-1] != Subscript(index)
            ):
                return None
            whole = Variable(own[0].name, own[0].space, own[0].slot, own[0].indices[:-1])
            given = body.given if isinstance(body, Density) else ()
            if any(covers(whole, v) for v in given) or index in free_variables(Value(whole)):
                return None
            if isinstance(body, FamilyDensity) and any(_uses(e, {whole}) for e in body.parameters):
                return None
            return (whole,)
    return None


def family_is_normalised(law: FamilyDensity, variable: Variable) -> bool:
    """Whether a named family's density integrates to one over the variable: its space is the
    family's support, the parameters do not depend on it, and the probabilities of a
    categorical add up to one.
    """
    family = FAMILIES.get(law.family)
    if (
        family is None
        or law.argument != Value(variable)
        or any(_uses(e, {variable}) for e in law.parameters)
    ):
        return False
    if law.family == "categorical" and not same(arrange(Sum(law.parameters)), ONE):
        return False
    if isinstance(variable.space, Continuum):
        return isinstance(family.support, Reals | Interval)
    return variable.space == family.support


def all_finite(over: tuple[Variable, ...]) -> bool:
    """Whether the variables are summed over: then a law is at most one, and its entropy not
    negative.
    """
    return all(isinstance(v.space, FiniteSet) for v in over)
