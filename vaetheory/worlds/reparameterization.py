"""z = a + b ε with ε ~ N(0, 1), as the family that it makes of z: N(z; a, b²).

Worlds generate the assumption where the transform is affine in standard normal noise; any other is
refused.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from vaetheory.language.assumptions import Assumption, Family, Reparameterized
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import (
    Density,
    Expression,
    FamilyDensity,
    Number,
    Product,
    Sum,
    Value,
    walk,
)
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Variable
from vaetheory.worlds.refusals import UngenerableError

_ZERO, _ONE = Number(Fraction(0)), Number(Fraction(1))


def with_families(statement: Statement) -> Statement:
    """The statement with every reparameterization turned into the family that it says.

    Raises UngenerableError where it is not affine in standard normal noise, or the statement has no
    density of the variable.
    """
    found = [
        _family(a, statement) if isinstance(a, Reparameterized) else a
        for a in statement.assumptions
    ]
    # a family that is stated as well must not be there twice
    return replace(statement, assumptions=tuple(dict.fromkeys(found)))


def _family(assumption: Reparameterized, statement: Statement) -> Assumption:
    noise = _standard_noise(assumption, statement)
    if not _is_affine(assumption.transform, noise):
        raise UngenerableError(f"{assumption.transform!r} is not affine in the noise {noise!r}")
    shift = substitute(assumption.transform, {noise: _ZERO})
    scale = substitute(assumption.transform, {noise: _ONE}) - shift
    density = _density_of(assumption.variable, statement)
    (argument,) = density.of
    return Family(density, FamilyDensity("normal", Value(argument), (shift, scale**2)))


def _standard_noise(assumption: Reparameterized, statement: Statement) -> Variable:
    law = assumption.noise
    for known in statement.assumptions:
        if isinstance(known, Family) and known.density == law:
            law = known.definition
    match law:
        case FamilyDensity("normal", Value(variable=variable), (mean, variance)):
            if mean == _ZERO and variance == _ONE:
                return variable
    raise UngenerableError(f"the noise {law!r} is not a standard normal variable")


def _density_of(variable: Variable, statement: Statement) -> Density:
    """The density that the reparameterized variable is drawn from; q's where there are several."""
    found = {
        node
        for side in (statement.left, statement.right)
        for node in walk(side)
        if isinstance(node, Density) and [v.slot for v in node.of] == [variable.slot]
    }
    ordered = sorted(found, key=lambda d: (d.letter.name != "q", repr(d)))
    if not ordered:
        raise UngenerableError(f"no density of {variable!r} occurs that could be reparameterized")
    return ordered[0]


def _is_affine(expression: Expression, variable: Variable) -> bool:
    if variable not in free_variables(expression) or expression == Value(variable):
        return True
    match expression:
        case Sum(terms=terms):
            return all(_is_affine(term, variable) for term in terms)
        case Product(factors=factors):
            moving = [f for f in factors if variable in free_variables(f)]
            return len(moving) == 1 and _is_affine(moving[0], variable)
    return False
