"""Which expressions are certainly not negative, by their shape: what a proof of ≥ is put together
from.

The rules and the search for proofs suggest such expressions; here it is checked that the laws in
them are normalised and their weights positive, without which each of these can be negative.
"""

from __future__ import annotations

from fractions import Fraction

from vaetheory.calculus.algebra import arrange, expand, read, same
from vaetheory.calculus.laws import all_finite, is_law
from vaetheory.calculus.linear import ONE, ZERO, Linear, Monomial, as_expression
from vaetheory.calculus.positivity import positive
from vaetheory.language.expressions import (
    KL,
    Entropy,
    Expectation,
    Expression,
    IndexedSum,
    Integral,
    Log,
    MutualInformation,
    Number,
    Power,
    Product,
    Sum,
    Value,
    walk,
)
from vaetheory.language.variables import Integers


def nonnegative(e: Expression) -> bool:
    """Whether e ≥ 0 in every world with positive densities; False means only "not known".

    Known are divergences between laws, entropies of finite variables, mutual information, gaps of
    Jensen's inequality, variances, gaps between the logarithm and its tangent, squares, and sums,
    products and averages of these.
    """
    match e:
        case KL(first=first, second=second, over=over):
            return is_law(first, over) and is_law(second, over)
        case Entropy(law=law, over=over):
            return all_finite(over) and is_law(law, over)
        case MutualInformation():
            return True
        case Expectation(law=law, body=body):
            return positive(law) and nonnegative(body)
        case Integral(body=body) | IndexedSum(body=body):
            return nonnegative(body)
        case Number(value=value):
            return value >= 0
        case Power(exponent=Number(value=value)) if (
            value.denominator == 1 and value.numerator % 2 == 0
        ):
            return True
        case Product(factors=factors):
            return all(map(nonnegative, factors))
        case Sum(terms=terms):
            return all(map(nonnegative, terms)) or _is_gap(read(arrange(e), distribute=True))
    return positive(e)


def _is_gap(form: Linear) -> bool:
    return (
        _is_jensen(form)
        or _is_variance(form)
        or _is_tangent(form)
        or _is_finite_jensen(form)
        or _is_indexed_jensen(form)
    )


def _single(monomial: Monomial) -> Expression | None:
    return monomial[0][0] if len(monomial) == 1 and monomial[0][1] == ONE else None


def _pair(form: Linear) -> tuple[Expression, Expression, Fraction] | None:
    """(A, B, r) where the form is a positive multiple of A − r · B, r > 0."""
    if len(form) != 2:
        return None
    upper = next((m for m, c in form.items() if c > 0), None)
    lower = next((m for m, c in form.items() if c < 0), None)
    if upper is None or lower is None:
        return None
    ratio = -form[lower] / form[upper]
    return as_expression({upper: Fraction(1)}), as_expression({lower: Fraction(1)}), ratio


def _is_jensen(form: Linear) -> bool:
    """log E[f] − E[log f], or log E[f²] − 2 log E[f], under a law."""
    match _pair(form):
        case Log(
            argument=Expectation(law=law, body=body, over=over)
        ), Expectation() as lower, ratio:
            return (
                ratio == 1 and is_law(law, over) and same(lower, Expectation(law, Log(body), over))
            )
        case Log(argument=Expectation() as upper), Log(
            argument=Expectation(law=law, body=body, over=over)
        ), ratio:
            return ratio == 2 and is_law(law, over) and same(upper, Expectation(law, body**2, over))
    return False


def _is_variance(form: Linear) -> bool:
    """E[f²] − E[f]² under a law."""
    match _pair(form):
        case Expectation() as upper, Power(
            base=Expectation(law=law, body=body, over=over), exponent=Number(value=two)
        ), ratio:
            square = Expectation(law, body**2, over)
            return two == 2 and ratio == 1 and is_law(law, over) and same(upper, square)
    return False


def _is_tangent(form: Linear) -> bool:
    """t − 1 − log t, or with 1/t for t: 1/t − 1 + log t."""
    for monomial, coefficient in form.items():
        log = _single(monomial)
        if isinstance(log, Log):
            t = log.argument if coefficient < 0 else 1 / log.argument
            gap = t - 1 - log if coefficient < 0 else t - 1 + log
            if read(arrange(gap), distribute=True) == {
                m: c / abs(coefficient) for m, c in form.items()
            }:
                return True
    return False


def _is_finite_jensen(form: Linear) -> bool:
    """log Σ w_j t_j − Σ w_j log t_j with positive t_j and weights that add up to one."""
    upper = [(m, c) for m, c in form.items() if c > 0]
    lower = [(m, c) for m, c in form.items() if c < 0]
    if len(upper) != 1 or -sum(c for _, c in lower) != upper[0][1]:
        return False
    logs = [_single(m) for m, _ in (*upper, *lower)]
    if not all(isinstance(log, Log) for log in logs):
        return False
    mean, *parts = [log.argument for log in logs]  # type: ignore[union-attr]
    weights = [Number(-c / upper[0][1]) for _, c in lower]
    return (
        all(map(positive, parts))
        and expand(mean - Sum(tuple(w * t for w, t in zip(weights, parts, strict=True)))) == ZERO
    )


def _is_indexed_jensen(form: Linear) -> bool:
    """log(1/K Σ_{k=1}^K t_k) − 1/K Σ_{k=1}^K log t_k with positive t_k and a whole K ≥ 1."""
    match _pair(form):
        case Log(argument=mean), lower, ratio if ratio == 1:
            for node in walk(lower):
                if not isinstance(node, IndexedSum) or not isinstance(node.body, Log):
                    continue
                t, high = node.body.argument, node.high
                whole = isinstance(high, Value) and isinstance(high.variable.space, Integers)
                if not whole or not positive(high) or node.low != ONE or not positive(t):
                    continue
                total = IndexedSum(t, node.index, node.low, high)
                return same(mean, total / high) and same(lower, node / high)
    return False
