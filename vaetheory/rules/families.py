"""Rules about named families: reparameterizing a normal, products of normals, products of
Gumbels.
"""

from __future__ import annotations

from vaetheory.calculus.algebra import read
from vaetheory.calculus.laws import family_is_normalised
from vaetheory.calculus.linear import ONE, as_expression
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.distributions import normal
from vaetheory.language.distributions.gumbel import gumbel
from vaetheory.language.expressions import (
    Exp,
    Expectation,
    Expression,
    FamilyDensity,
    Log,
    Power,
    Product,
    Value,
    to_expression,
)
from vaetheory.language.notation import HALF
from vaetheory.language.variables import Reals, Variable
from vaetheory.rules.rule import Assumptions, rule

_NOISE = Variable(r"\epsilon", Reals())


@rule(
    "location-scale",
    "Reparameterizing a normal",
    r"\mathbb{E}_{\mathcal N(z;\mu,\sigma^2)}[f(z)]=\mathbb{E}_{\mathcal "
    r"N(\epsilon;0,1)}[f(\mu+\sigma\epsilon)]",
    "σ > 0",
)
def location_scale(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A normal variable is its mean plus its standard deviation times standard noise: the law no
    longer holds any parameter.
    """
    del assumptions
    match e:
        case Expectation(
            law=FamilyDensity(family="normal", parameters=(mean, variance)) as law,
            body=body,
            over=(variable,),
        ) if family_is_normalised(law, variable) and (mean, variance) != (to_expression(0), ONE):
            if _NOISE in free_variables(body) | free_variables(law):
                return None
            scale = (
                variance.base
                if isinstance(variance, Power) and variance.exponent == to_expression(2)
                else variance**HALF
            )
            transformed = substitute(body, {variable: mean + scale * Value(_NOISE)})
            return Expectation(normal(_NOISE, 0, 1), transformed, (_NOISE,))
    return None


@rule(
    "gaussian-product",
    "Product of two normal densities",
    r"\mathcal N(x;az,s)\,\mathcal N(z;0,1)=\mathcal N(x;0,a^2+s)\,\mathcal N\!\Big(z;\tfrac{a "
    r"x}{a^2+s},\tfrac{s}{a^2+s}\Big)",
    "the mean of x is linear in z",
    unproved="Completing the square is an identity between rational functions of w² + σ², and the "
    "normal form does not bring those to a common denominator.",
)
def gaussian_product(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A normal prior times a normal likelihood with a linear mean is the normal evidence times
    the normal posterior (complete the square).
    """
    del assumptions
    if not isinstance(e, Product):
        return None
    for prior in e.factors:
        match prior:
            case FamilyDensity(
                family="normal", argument=Value(variable=z), parameters=(mean, variance)
            ) if mean == to_expression(0) and variance == ONE:
                for likelihood in e.factors:
                    slope = _slope(likelihood, z)
                    if slope is not None and isinstance(likelihood, FamilyDensity):
                        noise = likelihood.parameters[1]
                        total = slope**2 + noise
                        evidence = normal(likelihood.argument, 0, total)
                        posterior = normal(
                            Value(z), slope * likelihood.argument / total, noise / total
                        )
                        rest = tuple(f for f in e.factors if f is not prior and f is not likelihood)
                        return Product((evidence, posterior, *rest))
    return None


def _slope(likelihood: Expression, z: Variable) -> Expression | None:
    """a, where the factor is N(x; a z, s) with x, a and s free of z."""
    match likelihood:
        case FamilyDensity(family="normal", argument=argument, parameters=(mean, noise)):
            if z in free_variables(argument) | free_variables(noise) or z not in free_variables(
                mean
            ):
                return None
            form = read(mean, distribute=True)
            if len(form) != 1:
                return None
            ((monomial, coefficient),) = form.items()
            rest = tuple(f for f in monomial if f != (Value(z), ONE))
            slope = as_expression({rest: coefficient})
            return (
                slope if len(rest) == len(monomial) - 1 and z not in free_variables(slope) else None
            )
    return None


@rule(
    "gumbel-product",
    "A Gumbel below its maximum",
    r"\mathrm{Gumbel}(g;\log a)\,e^{-b\,e^{-g}}=\frac{a}{a+b}\,\mathrm{Gumbel}(g;\log(a+b))",
    "a, b > 0; scale one",
    unproved="The normal form does not integrate exponentials of exponentials.",
)
def gumbel_product(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A Gumbel density times the probability that independent Gumbels stay below it is a Gumbel
    density again, shifted to the sum of the weights.
    """
    del assumptions
    if not isinstance(e, Product):
        return None
    for density in e.factors:
        match density:
            case FamilyDensity(
                family="gumbel", argument=g, parameters=(Log(argument=weight), scale)
            ) if scale == ONE:
                for below in e.factors:
                    if isinstance(below, Exp):
                        other = _tail(below, g)
                        if other is not None:
                            rest = tuple(
                                f for f in e.factors if f is not density and f is not below
                            )
                            total = weight + other
                            return Product((weight / total, gumbel(g, Log(total), 1), *rest))
    return None


def _tail(below: Exp, g: Expression) -> Expression | None:
    """b, where the factor is exp(−b e^(−g)) with b free of g."""
    form = read(below.argument, distribute=True)
    total: list[Expression] = []
    for monomial, coefficient in form.items():
        inner = [f for f in monomial if isinstance(f[0], Exp)]
        if len(inner) != 1 or not _is_minus(inner[0][1], g):
            return None
        total.append(as_expression({tuple(f for f in monomial if f not in inner): -coefficient}))
    if not total:
        return None
    combined = total[0]
    for term in total[1:]:
        combined = combined + term
    return None if free_variables(combined) & free_variables(g) else combined


def _is_minus(exponent: Expression, g: Expression) -> bool:
    return read(exponent, distribute=True) == read(-g, distribute=True)
