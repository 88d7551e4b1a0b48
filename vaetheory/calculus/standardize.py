"""An average under a normal law, standardized: ∫ N(z; μ, σ²) f(z) dz = ∫ N(ε; 0, 1) f(μ + σε)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from vaetheory.calculus.laws import family_is_normalised
from vaetheory.calculus.linear import ONE, ZERO, Linear, Monomial, as_expression
from vaetheory.calculus.positivity import positive
from vaetheory.language.binding import substitute
from vaetheory.language.distributions import normal
from vaetheory.language.expressions import (
    Density,
    Expression,
    FamilyDensity,
    Number,
    Power,
    Value,
    walk,
)
from vaetheory.language.variables import Reals, Variable

if TYPE_CHECKING:
    from vaetheory.calculus.probability import Calculus

_TWO, _HALF = Number(Fraction(2)), Number(Fraction(1, 2))
_SLOT = "noise"


def standardized(
    calculus: Calculus, monomial: Monomial, variable: Variable
) -> tuple[Linear, Variable] | None:
    """The integrand after z = μ + σε, and ε, where it has a factor N(z; μ, σ²).

    None where there is no such factor or it is in this form already, and where z is an argument of
    an opaque density, which cannot take μ + σε.
    """
    for position, (law, power) in enumerate(monomial):
        match law:
            case FamilyDensity(
                family="normal", argument=Value(variable=argument), parameters=(mean, variance)
            ) if power == ONE and argument == variable:
                if (mean, variance) == (ZERO, ONE) and variable.slot == _SLOT:
                    return None
                scale = _root(variance)
                if scale is None or not family_is_normalised(law, variable):
                    return None
                rest = as_expression({monomial[:position] + monomial[position + 1 :]: Fraction(1)})
                if any(isinstance(e, Density) and variable in e.of + e.given for e in walk(rest)):
                    return None
                noise = Variable(f"ε{variable.name}", Reals(), _SLOT)
                moved = substitute(rest, {variable: mean + scale * Value(noise)})
                return calculus.linear(normal(noise, 0, 1) * moved), noise
    return None


def _root(variance: Expression) -> Expression | None:
    """The positive square root, where the form of the variance shows that there is one."""
    match variance:
        case Power(base=base, exponent=exponent) if exponent == _TWO and positive(base):
            return base
    return Power(variance, _HALF) if positive(variance) else None
