"""Rules about expectations and integrals as linear operations."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.calculus.algebra import expand, read, same, terms_of
from vaetheory.calculus.laws import family_is_normalised, is_law
from vaetheory.calculus.linear import ONE, Linear, as_expression
from vaetheory.language.binding import covers, free_variables, fresh_variable, substitute
from vaetheory.language.distributions import family
from vaetheory.language.expressions import (
    KL,
    Expectation,
    Expression,
    FamilyDensity,
    IndexedProduct,
    IndexedSum,
    Integral,
    Log,
    Product,
    Sum,
    Value,
)
from vaetheory.language.variables import Variable
from vaetheory.rules.algebra import log_of_product
from vaetheory.rules.rule import Assumptions, rule


@rule(
    "linearity",
    "Linearity",
    r"\mathbb{E}[a\,f+b\,g]=a\,\mathbb{E}[f]+b\,\mathbb{E}[g]",
    "each part has a finite expectation; a, b do not depend on the variable",
)
def linearity(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Integrals and expectations split over sums, finite sums over an index included, and
    constants come out.
    """
    del assumptions
    match e:
        case Expectation(law=law, body=body, over=over):
            return _split(e, terms_of(body), over, lambda b: Expectation(law, b, over))
        case Integral(body=body, over=over):
            return _split(e, terms_of(body), over, lambda b: Integral(b, over))
    return None


def _split(e: Expression, form: Linear, over: tuple[Variable, ...], wrap) -> Expression | None:  # type: ignore[no-untyped-def]
    parts: list[Expression] = []
    for monomial, coefficient in form.items():
        inside = tuple(f for f in monomial if _depends(f[0], over) or _depends(f[1], over))
        outside = tuple(f for f in monomial if f not in inside)
        factor = as_expression({outside: coefficient})
        sums = [f for f in inside if isinstance(f[0], IndexedSum) and f[1] == ONE]
        if sums:
            chosen = sums[0][0]
            assert isinstance(chosen, IndexedSum)
            rest = as_expression({tuple(f for f in inside if f != sums[0]): Fraction(1)})
            index = chosen.index
            if index in free_variables(rest):
                index = fresh_variable(
                    index, set(free_variables(rest) | free_variables(chosen.body))
                )
            summand = substitute(chosen.body, {chosen.index: index})
            body = summand if rest == ONE else rest * summand
            parts.append(factor * IndexedSum(wrap(body), index, chosen.low, chosen.high))
        else:
            parts.append(factor * wrap(as_expression({inside: Fraction(1)})))
    new = Sum(tuple(parts)) if len(parts) != 1 else parts[0]
    return None if same(new, e) else new


def _depends(e: Expression, over: tuple[Variable, ...]) -> bool:
    return any(covers(b, v) for v in free_variables(e) for b in over)


@rule(
    "constant-out",
    "Constants come out",
    r"\mathbb{E}[a\,f+c]=a\,\mathbb{E}[f]+c",
    "a, c do not depend on the variable",
)
def constant_out(e: Expression, assumptions: Assumptions) -> Expression | None:
    """What does not depend on the variable comes out of an expectation: a factor as a factor, a
    term as a term (a density integrates to one).
    """
    split = (
        linearity.rewrite(e, assumptions)
        if linearity.rewrite and isinstance(e, Expectation)
        else None
    )
    whole = e if split is None else split
    terms = whole.terms if isinstance(whole, Sum) else (whole,)
    kept = [Product(tuple(ONE if _is_trivial(f) else f for f in _factors(t))) for t in terms]
    new = kept[0] if len(kept) == 1 else Sum(tuple(kept))
    return None if same(new, e) else new


def _factors(e: Expression) -> tuple[Expression, ...]:
    return e.factors if isinstance(e, Product) else (e,)


def _is_trivial(e: Expression) -> bool:
    """E_law[1], for a law in the variables of the expectation."""
    return isinstance(e, Expectation) and e.body == ONE and is_law(e.law, e.over)


@rule(
    "log-density",
    "Log density of the family",
    r"\log\mathcal N(z;\mu,\sigma^2)=-\tfrac12\log(2\pi\sigma^2)-\frac{(z-\mu)^2}{2\sigma^2}",
)
def log_density(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The logarithm of a named family's density is its formula: for the normal −½ log 2πσ² − (z
    − μ)²/2σ², for the Bernoulli x log p + (1 − x) log(1 − p).
    """
    del assumptions
    if isinstance(e, Log) and isinstance(e.argument, FamilyDensity):
        density = e.argument
        return family(density.family).log_density(density.argument, *density.parameters)
    return None


@rule(
    "moments",
    "Moments",
    r"\mathbb{E}[z]=\mu,\quad \mathbb{E}[z^2]=\mu^2+\sigma^2",
    "z has the density of the family",
    upto=expand,
)
def moments(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The expectation of a polynomial in a variable of a known family follows from the family's
    moments.
    """
    del assumptions
    match e:
        case Expectation(
            law=FamilyDensity(argument=Value(variable=variable)) as law, body=body, over=over
        ) if over == (variable,) and family_is_normalised(law, variable):
            known = family(law.family).moments(law.argument, *law.parameters)
            total: list[Expression] = []
            for monomial, coefficient in read(body, distribute=True).items():
                inside = tuple(f for f in monomial if _depends(f[0], over) or _depends(f[1], over))
                factor = as_expression({tuple(f for f in monomial if f not in inside): coefficient})
                if not inside:
                    total.append(factor)
                    continue
                statistic = as_expression({inside: Fraction(1)})
                mean = next((m for s, m in known if same(s, statistic)), None)
                if mean is None:
                    return None
                total.append(factor * mean)
            return expand(Sum(tuple(total)))
    return None


@rule(
    "component",
    "Expectation of one component",
    r"\mathbb{E}_{\prod_d q(z_d)}[f(z_k)]=\mathbb{E}_{q(z_k)}[f(z_k)]",
    "the components are independent",
)
def component(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Under a product of densities, the components that a function does not use drop out."""
    del assumptions
    match e:
        case Expectation(
            law=IndexedProduct(
                body=FamilyDensity(argument=Value(variable=inner)), index=index
            ) as law,
            body=body,
            over=(whole,),
        ) if is_law(law, (whole,)):
            used = {v for v in free_variables(body) if covers(whole, v)}
            if len(used) == 1 and inner.indices and covers(whole, inner):
                (only,) = used
                if (
                    len(only.indices) == len(inner.indices)
                    and only.indices[-1].variable is not None
                    and not only.indices[-1].offset
                ):
                    single = substitute(law.body, {index: only.indices[-1].variable})
                    return Expectation(single, body, (only,))
    return None


@rule(
    "kl-additivity",
    "KL of products",
    r"\mathrm{KL}\Big[\prod_d q_d\,\Big\|\,\prod_d p_d\Big]=\sum_d \mathrm{KL}[q_d\,\|\,p_d]",
    "both densities factorise over the same components",
)
def kl_additivity(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The KL divergence between two products of densities over the same components is the sum of
    the components' divergences.
    """
    del assumptions
    match e:
        case KL(first=IndexedProduct() as first, second=IndexedProduct() as second, over=(whole,)):
            if (first.index.space, first.low, first.high) != (
                second.index.space,
                second.low,
                second.high,
            ):
                return None
            if not is_law(first, (whole,)) or not is_law(second, (whole,)):
                return None
            other = substitute(second.body, {second.index: first.index})
            match first.body, other:
                case FamilyDensity(argument=Value(variable=a)), FamilyDensity(
                    argument=Value(variable=b)
                ) if a == b and covers(whole, a):
                    return IndexedSum(
                        KL(first.body, other, (a,)), first.index, first.low, first.high
                    )
    return None


@rule(
    "change-of-measure",
    "Importance weights",
    r"\int f(z)\,dz=\mathbb{E}_{q(z)}\!\left[\frac{f(z)}{q(z)}\right]",
    "q > 0 wherever f is not zero",
)
def change_of_measure(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Dividing and multiplying by a density turns an integral into an expectation under that
    density.
    """
    del assumptions
    return Integral(e.law * e.body, e.over) if isinstance(e, Expectation) else None


@rule(
    "log-of-product-linear",
    "Logarithm of a ratio, and its sign",
    r"-\mathbb{E}\Big[\log\frac{q}{p}\Big]=\mathbb{E}\Big[\log\frac{p}{q}\Big]",
    "q, p > 0",
)
def log_of_product_linear(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The logarithm of a ratio changes its sign with the ratio, and the sign goes through the
    expectation.
    """
    opened = log_of_product.rewrite(e, assumptions) if log_of_product.rewrite else None
    if opened is not None:
        return opened
    return linearity.rewrite(e, assumptions) if linearity.rewrite else None
