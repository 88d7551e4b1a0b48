"""∝: two densities whose ratio does not depend on the variable, or two losses that differ by a
positive scale and a constant.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    Density,
    Exp,
    Expression,
    FamilyDensity,
    IndexedProduct,
    Integral,
    Log,
    Number,
    Power,
    Product,
    Value,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.review.deciding import Decision

_HALF, _TWO = Number(Fraction(1, 2)), Number(Fraction(2))


def as_logarithms(statement: Statement, latents: tuple[str, ...]) -> list[Statement]:
    """p(z|x) ∝ p(x|z) p(z) as log p(z|x) ≐ log p(x|z) p(z) in z; none where the sides are no
    densities. Where no side says which variable is meant, those of the posterior come first.
    """
    left, right = statement.left, statement.right
    if not _is_positive(left) or not _is_positive(right):
        return []
    quantities: list[str] = []
    for side in (left, right):
        match side:
            case Density(of=(variable,)) | FamilyDensity(argument=Value(variable=variable)):
                quantities.append(variable.name)
                break
    if not quantities:
        both = _names(left) & _names(right)
        quantities = [n for n in latents if n in both]
    return [
        replace(
            statement,
            left=Log(left),
            right=Log(right),
            relation=Relation.UP_TO_CONSTANT,
            quantity=quantity,
        )
        for quantity in quantities[:2]
    ]


def _names(e: Expression) -> set[str]:
    return {v.name for v in free_variables(e)}


def _is_positive(e: Expression) -> bool:
    match e:
        case Density() | FamilyDensity() | Exp():
            return True
        case Number(value=value):
            return value > 0
        case Product(factors=factors):
            return all(_is_positive(f) for f in factors)
        case Power(base=base):
            return _is_positive(base)
        case IndexedProduct(body=body) | Integral(body=body):
            return _is_positive(body)
    return False


def scaled(statement: Statement, scale: Expression | None) -> list[Statement]:
    """The statement with the right side at the scales that are usual: ½, 1/(2σ²), …"""
    one: Expression = Number(Fraction(1))
    scales: list[Expression] = [one, _HALF, _TWO]
    if scale is not None:
        scales += [_HALF / scale**2, one / scale**2, one / (2 * scale), one / scale, scale**2]
    return [
        replace(
            statement,
            relation=Relation.UP_TO_CONSTANT,
            right=statement.right if s == one else s * statement.right,
        )
        for s in scales
    ]


NOT_SETTLED = Decision(
    Verdict.UNDECIDED,
    "",
    "∝ is read as: equal up to a positive scale and a constant; no scale was found that does it",
)
