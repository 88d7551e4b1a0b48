"""Rules for ≈ (an unbiased estimate) and ≐ (equal up to a constant)."""

from __future__ import annotations

from vaetheory.calculus.algebra import read, same
from vaetheory.language.assumptions import Sampled
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import (
    Density,
    Expectation,
    Expression,
    Function,
    Product,
    Sum,
    walk,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Variable
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
    match e:
        case Expectation(law=law, body=body, over=(variable,)):
            draw = assumption.variable
            if same(_at(law, variable, draw), assumption.law):
                return _at(body, variable, draw)
        case Sum(terms=terms):
            return Sum(tuple(_sampled(t, assumption) for t in terms))
        case Product(factors=factors) if sum(isinstance(f, Expectation) for f in factors) == 1:
            return Product(tuple(_sampled(f, assumption) for f in factors))
    return e


def _at(e: Expression, variable: Variable, draw: Variable) -> Expression:
    return substitute(e, {variable: draw})


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
    for monomial in read(claim.left - claim.right, distribute=True):
        for base, exponent in monomial:
            if claim.quantity in _names(base) | _names(exponent):
                return None
    return Relation.UP_TO_CONSTANT


def _names(e: Expression) -> set[str]:
    """The names of all variables, functions, letters and parameters of the expression."""
    found = {v.name for v in free_variables(e)}
    for inner in walk(e):
        match inner:
            case Function(name=name):
                found.add(name.name)
            case Density(letter=letter):
                found |= {letter.name, letter.subscript}
    return found
