"""Rules for ≈ (an unbiased estimate) and ≐ (equal up to a constant)."""

from __future__ import annotations

from vaetheory.calculus.algebra import read, same
from vaetheory.calculus.dependence import occurs, varied_by
from vaetheory.language.assumptions import Sampled
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import (
    Expectation,
    Expression,
    Product,
    Sum,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.rules.rule import bound


@bound(
    "one-sample",
    "One sample",
    r"\mathbb{E}_{q(z)}[f(z)]\approx f(\tilde z),\quad \tilde z\sim q(z)",
    "z̃ is drawn from the law of the expectation",
)
def one_sample(claim: Statement) -> Relation | None:
    """One draw gives an unbiased estimate of an expectation: right on average, and noisier than
    a mean of many.
    """
    for assumption in claim.assumptions:
        if isinstance(assumption, Sampled) and same(_sampled(claim.left, assumption), claim.right):
            return Relation.UNBIASED
    return None


def _sampled(e: Expression, assumption: Sampled) -> Expression:
    if assumption.variable in free_variables(e):
        # what is drawn already is not independent of the draw
        return e
    match e:
        case Expectation(law=law, body=body, over=(variable,)):
            draw = {variable: assumption.variable}
            if same(substitute(law, draw), assumption.law):
                return substitute(body, draw)
        case Sum(terms=terms):
            return Sum(tuple(_sampled(t, assumption) for t in terms))
        case Product(factors=factors) if sum(isinstance(f, Expectation) for f in factors) == 1:
            return Product(
                tuple(_sampled(f, assumption) if isinstance(f, Expectation) else f for f in factors)
            )
    return e


@bound(
    "drop-constant",
    "Dropping a constant",
    r"f(a)+c\doteq f(a)",
    "c does not depend on the named quantity",
)
def drop_constant(claim: Statement) -> Relation | None:
    """A term in which the quantity does not occur moves neither the minimum nor the gradient,
    and may be left out.
    """
    if not claim.quantity or not occurs(
        claim.quantity, (claim.left, claim.right), claim.assumptions
    ):
        return None
    reached = varied_by(claim.quantity, claim.assumptions)
    for monomial in read(claim.left - claim.right, distribute=True):
        if any(reached(base) or reached(exponent) for base, exponent in monomial):
            return None
    return Relation.UP_TO_CONSTANT
