"""Rules that show ≥ or ≤: a KL divergence is not negative, and Jensen's inequality."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.calculus.algebra import arrange, expand, read, same
from vaetheory.calculus.gaps import nonnegative
from vaetheory.calculus.laws import is_law
from vaetheory.calculus.linear import ONE, Linear, multiply
from vaetheory.calculus.positivity import positive
from vaetheory.language.assumptions import Different
from vaetheory.language.expressions import (
    KL,
    Density,
    Expectation,
    Expression,
    Log,
    MutualInformation,
    Product,
    Sum,
    to_expression,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.rules.rule import Assumptions, bound


def _difference(claim: Statement) -> Linear:
    return read(arrange(claim.left - claim.right), distribute=True)


def _is_divergence(e: Expression) -> bool:
    match e:
        case KL() | MutualInformation():
            return nonnegative(e)
        case Expectation(law=law, body=body) if positive(law):
            return all(c > 0 and _single(m) for m, c in read(body, distribute=True).items())
    return False


def _single(monomial: tuple) -> bool:  # type: ignore[type-arg]
    return len(monomial) == 1 and monomial[0][1] == ONE and _is_divergence(monomial[0][0])


@bound(
    "kl-nonnegative",
    "A KL divergence is not negative",
    r"\mathrm{KL}[q\,\|\,p]\ge 0,\quad =0\iff q=p",
    "equality exactly where the two densities agree almost everywhere",
)
def kl_nonnegative(claim: Statement) -> Relation | None:
    """Dropping a KL divergence (or an expectation of one, or a mutual information) makes a sum
    smaller, or leaves it where the two densities are equal.
    """
    difference = _difference(claim)
    if not difference or not all(_single(m) for m in difference):
        return None
    signs = {c > 0 for c in difference.values()}
    if len(signs) != 1:
        return None
    strict = any(_strict(m[0][0], claim.assumptions) for m in difference)
    if signs.pop():
        return Relation.GREATER if strict else Relation.AT_LEAST
    return Relation.LESS if strict else Relation.AT_MOST


def _strict(e: Expression, assumptions: Assumptions) -> bool:
    if (
        not isinstance(e, KL)
        or not isinstance(e.first, Density)
        or not isinstance(e.second, Density)
    ):
        return False
    pairs = [{_shape(a.first), _shape(a.second)} for a in assumptions if isinstance(a, Different)]
    return {_shape(e.first), _shape(e.second)} in pairs


def _shape(density: Density) -> tuple[object, ...]:
    """A density without the name of the variable that the divergence binds."""
    return (density.letter, frozenset(v.slot for v in density.of), frozenset(density.given))


@bound(
    "jensen",
    "Jensen's inequality",
    r"\log\mathbb{E}_{q}[f]\ \ge\ \mathbb{E}_{q}[\log f]",
    "f > 0; equality exactly where f is constant",
)
def jensen(claim: Statement) -> Relation | None:
    """The logarithm is concave: the logarithm of a mean is at least the mean of the logarithm."""
    difference = _difference(claim)
    upper = _logs_of_means(difference)
    for sign, relation in ((1, Relation.AT_LEAST), (-1, Relation.AT_MOST)):
        gaps = [(m, c) for m, c in upper if c * sign > 0]
        if not gaps:
            continue
        rest = dict(difference)
        for monomial, coefficient in gaps:
            mean = monomial[0][0].argument
            lower = arrange(Expectation(mean.law, Log(mean.body), mean.over))
            key = ((lower, ONE),)
            if not is_law(mean.law, mean.over) or rest.get(key) != -coefficient:
                break
            del rest[key], rest[monomial]
        else:
            if not rest:
                return relation
    return None


def _logs_of_means(difference: Linear) -> list[tuple]:  # type: ignore[type-arg]
    return [
        (m, c)
        for m, c in difference.items()
        if len(m) == 1
        and m[0][1] == ONE
        and isinstance(m[0][0], Log)
        and isinstance(m[0][0].argument, Expectation)
    ]


@bound(
    "jensen-mean",
    "Jensen's inequality for a mean of n terms",
    r"\log\frac1n\sum_i a_i\ \ge\ \frac1n\sum_i\log a_i",
    "each a is positive; equality exactly where all are equal",
)
def jensen_mean(claim: Statement) -> Relation | None:
    """The logarithm of an average of positive numbers is at least the average of their
    logarithms.
    """
    below = _opened(claim.left)
    if below is not None and same(below, claim.right):
        return Relation.AT_LEAST
    above = _opened(claim.right)
    if above is not None and same(above, claim.left):
        return Relation.AT_MOST
    return None


def _opened(e: Expression) -> Expression | None:
    """The expression with one log of a mean replaced by the mean of the logs, inside
    expectations.
    """
    match e:
        case Expectation(law=law, body=body, over=over) if positive(law):
            inner = _opened(body)
            return None if inner is None else Expectation(law, inner, over)
        case Log(argument=Product(factors=factors)):
            sums = [f for f in factors if isinstance(f, Sum)]
            if len(sums) == 1 and all(map(positive, sums[0].terms)):
                n = len(sums[0].terms)
                rest = Product(tuple(f for f in factors if f is not sums[0]))
                if same(rest, to_expression(Fraction(1, n))):
                    return Sum(tuple(Log(t) for t in sums[0].terms)) / n
    return None


@bound("weaker-relation", "A weaker relation", r"a=b\ \Rightarrow\ a\ge b")
def weaker_relation(claim: Statement) -> Relation | None:
    """What is equal is also at least, and at most."""
    return Relation.EQUAL if same(claim.left, claim.right) else None


@bound(
    "power-mean",
    "Inequality of power means",
    r"\log\mathbb{E}[f^2]\ \ge\ 2\log\mathbb{E}[f]",
    "f > 0; equality exactly where f is constant",
)
def power_mean(claim: Statement) -> Relation | None:
    """The mean of a square is at least the square of the mean, because a variance is not
    negative; take logarithms.
    """
    difference = _difference(claim)
    for sign, relation in ((1, Relation.AT_LEAST), (-1, Relation.AT_MOST)):
        rest = dict(difference)
        for monomial, coefficient in _logs_of_means(difference):
            mean = monomial[0][0].argument
            if coefficient * sign < 0 and monomial in rest and is_law(mean.law, mean.over):
                square = arrange(Log(Expectation(mean.law, mean.body**2, mean.over)))
                below = -coefficient / 2
                if rest.get(((square, ONE),)) == below:
                    del rest[((square, ONE),)], rest[monomial]
        if not rest and difference:
            return relation
    return None


@bound(
    "log-tangent",
    "The tangent of the logarithm",
    r"\log t\le t-1",
    "t > 0; equality exactly at t = 1",
)
def log_tangent(claim: Statement) -> Relation | None:
    """The logarithm is concave and lies below its tangent at one."""
    difference = _difference(claim)
    for monomial, coefficient in difference.items():
        for position, (base, exponent) in enumerate(monomial):
            if not isinstance(base, Log) or exponent != ONE:
                continue
            rest = monomial[:position] + monomial[position + 1 :]
            gap = read(expand(base.argument - 1 - base), distribute=True)
            if (
                all(positive(b) for b, _ in rest)
                and multiply(gap, {rest: -coefficient}) == difference
            ):
                return Relation.AT_MOST if coefficient > 0 else Relation.AT_LEAST
    return None
