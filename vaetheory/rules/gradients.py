"""Rules about gradients with respect to the parameters of a density."""

from __future__ import annotations

from vaetheory.calculus.algebra import expand, terms_of
from vaetheory.calculus.linear import ONE, ZERO, as_expression
from vaetheory.calculus.probability import Calculus
from vaetheory.calculus.reparameterization import noise_of
from vaetheory.calculus.scores import depends
from vaetheory.language.assumptions import Reparameterized
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import (
    Density,
    Expectation,
    Expression,
    Gradient,
    IndexedSum,
    Integral,
    Log,
    Number,
    Product,
    Sum,
)
from vaetheory.rules.rule import Assumptions, rule


def _moved(e: Expression, parameter: str, assumptions: Assumptions) -> bool:
    return depends(Calculus(assumptions), e, parameter)


@rule(
    "gradient-inside",
    "Gradient under the integral",
    r"\nabla_\phi\int f\,dz=\int\nabla_\phi f\,dz",
    "the integrand is dominated near φ, so that the order may be exchanged",
)
def gradient_inside(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A gradient passes under an integral or a sum over what does not depend on the parameter,
    and splits over sums.
    """
    match e:
        case Gradient(body=Integral(body=body, over=over), parameter=parameter):
            return Integral(Gradient(body, parameter), over)
        case Gradient(body=IndexedSum() as inner, parameter=parameter):
            return IndexedSum(Gradient(inner.body, parameter), inner.index, inner.low, inner.high)
        case Gradient(body=Expectation(law=law, body=body, over=over), parameter=parameter) if (
            not _moved(law, parameter, assumptions)
        ):
            return Expectation(law, Gradient(body, parameter), over)
        case Gradient(body=Sum() as inner, parameter=parameter):
            return Sum(tuple(Gradient(t, parameter) for t in inner.terms))
    return None


@rule(
    "gradient-of-product",
    "Product rule of differentiation",
    r"\nabla_\phi (f g)=g\,\nabla_\phi f+f\,\nabla_\phi g,\quad \nabla_\phi c=0",
    "c does not depend on φ",
    upto=expand,
)
def gradient_of_product(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Each factor is differentiated in turn; a factor that does not depend on the parameter
    comes out, and alone has gradient zero.
    """
    if not isinstance(e, Gradient):
        return None
    if not _moved(e.body, e.parameter, assumptions):
        return ZERO
    parts: list[Expression] = []
    for monomial, coefficient in terms_of(e.body).items():
        moved = [
            f
            for f in monomial
            if _moved(f[0], e.parameter, assumptions) or _moved(f[1], e.parameter, assumptions)
        ]
        if any(f[1] != ONE for f in moved):
            return None
        for factor in moved:
            rest = as_expression({tuple(f for f in monomial if f != factor): coefficient})
            parts.append(rest * Gradient(factor[0], e.parameter))
    new = Sum(tuple(parts)) if len(parts) != 1 else parts[0]
    alone = (
        len(parts) == 1
        and isinstance(parts[0], Product)
        and parts[0].factors == (Number(ONE.value), e)
    )
    return None if alone else new


@rule(
    "gradient-terms",
    "Gradient of each term",
    r"\nabla_\phi(f+g)=\nabla_\phi f+\nabla_\phi g,\quad\nabla_\phi c=0",
    "c does not depend on φ",
)
def gradient_terms(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A gradient splits over a sum, and the terms without the parameter vanish."""
    match e:
        case Gradient(body=Sum() as inner, parameter=parameter):
            return Sum(tuple(Gradient(t, parameter) for t in inner.terms))
        case Gradient():
            split = gradient_of_product.rewrite
            return split(e, assumptions) if split else None
    return None


@rule("score", "The log-derivative trick", r"\nabla_\phi q=q\,\nabla_\phi\log q", "q > 0")
def score(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The gradient of a density is the density times the gradient of its logarithm, so that it
    is an expectation again.
    """
    del assumptions
    match e:
        case Gradient(body=Density() as density, parameter=parameter):
            return density * Gradient(Log(density), parameter)
    return None


@rule(
    "reparameterization",
    "Reparameterization",
    r"\mathbb{E}_{q_\phi(z)}[f(z)]=\mathbb{E}_{p(\epsilon)}[f(g_\phi(\epsilon))]",
    "z = g_φ(ε) with noise ε that does not depend on φ",
)
def reparameterization(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Drawing z is drawing noise and transforming it: then only the transform depends on the
    parameters, and the gradient passes inside.
    """
    for assumption in assumptions:
        if isinstance(assumption, Reparameterized) and isinstance(e, Expectation):
            match e.law, e.over:
                case Density(of=(argument,)), (variable,) if (
                    argument == variable and variable.slot == assumption.variable.slot
                ):
                    noise = noise_of(assumption)
                    if noise is None or noise in free_variables(e):
                        continue
                    body = substitute(e.body, {variable: assumption.transform})
                    return Expectation(assumption.noise, body, (noise,))
    return None
