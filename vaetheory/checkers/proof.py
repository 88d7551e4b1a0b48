"""Proof by normal form: both sides become one expression, or the difference a sum of non-negative parts; else nothing is claimed."""

from __future__ import annotations

from dataclasses import replace

from vaetheory.calculus.linear import ZERO, Linear, as_expression, size
from vaetheory.calculus.nonnegative import candidates
from vaetheory.calculus.probability import Calculus
from vaetheory.calculus.scores import depends
from vaetheory.calculus.signs import combination
from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.language.assumptions import Different, Sampled
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import KL, Density, Expectation, Expression, Function, walk
from vaetheory.language.statements import Relation, Statement

KIND = "proof"


def check(statement: Statement, *, seed: int = 0) -> Evidence:
    """Prove the statement in every world with positive densities whose integrals converge absolutely.

    An equality is proved when left − right has the normal form 0; an inequality when the difference is a non-negative
    combination of divergences and Jensen gaps; ≈ when the expectation of the estimate is the other side; ≐ when the
    quantity does not occur in the difference. The answer is ``holds`` or ``undecided`` ("no proof found"), never ``fails``.
    ``seed`` is there because every checker takes one; a proof is not random.
    """
    del seed
    try:
        calculus = Calculus(statement.assumptions)
        match statement.relation:
            case Relation.EQUAL | Relation.DEFINED:
                return _equality(calculus, statement.left - statement.right)
            case Relation.UP_TO_CONSTANT:
                return _constant(calculus, statement)
            case Relation.UNBIASED:
                return _unbiased(calculus, statement)
            case _:
                return _inequality(calculus, statement)
    except RecursionError:
        return Evidence(KIND, Verdict.UNDECIDED, {}, "no proof found: the expression is nested too deeply")


def _equality(calculus: Calculus, difference: Expression) -> Evidence:
    reduced = calculus.normal(difference)
    figures = {"normal_form_nodes": size(reduced)}
    if reduced == ZERO:
        return Evidence(KIND, Verdict.HOLDS, figures)
    return Evidence(KIND, Verdict.UNDECIDED, figures, f"no proof found: left − right reduces to {reduced!r}")


def _constant(calculus: Calculus, statement: Statement) -> Evidence:
    reduced = calculus.normal(statement.left - statement.right)
    if not statement.quantity:
        return Evidence(KIND, Verdict.UNDECIDED, {}, "≐ needs the name of the quantity that the difference does not depend on")
    if depends(calculus, reduced, statement.quantity) or statement.quantity in _names(reduced):
        return Evidence(KIND, Verdict.UNDECIDED, {}, f"no proof found: {statement.quantity} occurs in {reduced!r}")
    return Evidence(KIND, Verdict.HOLDS, {"difference": repr(reduced)})


def _names(expression: Expression) -> set[str]:
    names = {v.name for v in free_variables(expression)}
    for e in walk(expression):
        if isinstance(e, Function):
            names.add(e.name.name)
        elif isinstance(e, Density):
            names |= {e.letter.name, e.letter.subscript}
    return names


def _unbiased(calculus: Calculus, statement: Statement) -> Evidence:
    """Average whichever side has the sampled variables over their laws; the sides must then be equal."""
    sides = []
    for side in (statement.left, statement.right):
        for assumption in statement.assumptions:
            if isinstance(assumption, Sampled) and assumption.variable in free_variables(side):
                # the copy is an argument of the slot; inside the expectation it is the bound variable
                bound = replace(assumption.variable, name=assumption.variable.name + "'")
                law, body = (substitute(e, {assumption.variable: bound}) for e in (assumption.law, side))
                side = Expectation(law, body, (bound,))
        sides.append(side)
    return _equality(calculus, sides[0] - sides[1])


def _inequality(calculus: Calculus, statement: Statement) -> Evidence:
    larger, smaller = statement.left, statement.right
    if statement.relation.direction < 0:
        larger, smaller = smaller, larger
    difference = calculus.linear(calculus.normal(larger - smaller))
    if not difference:
        if statement.relation.strict:
            return Evidence(KIND, Verdict.UNDECIDED, {}, "no proof found: the two sides are equal")
        return Evidence(KIND, Verdict.HOLDS, {"combination": ["0"], "equality": "always"})
    found = candidates(statement.left, statement.right)
    forms: list[Linear] = [calculus.linear(calculus.normal(e)) for _, e in found]
    weights = combination(difference, forms)
    if weights is None:
        reduced = as_expression(difference)
        return Evidence(KIND, Verdict.UNDECIDED, {}, f"no proof found: {reduced!r} is not a sum of known non-negative terms")
    used = [(w, text, e) for w, (text, e) in zip(weights, found, strict=True) if w]
    figures = {"combination": [f"{w} · ({text})" for w, text, _ in used]}
    if statement.relation.strict and not any(_positive(e, statement) for _, _, e in used):
        return Evidence(KIND, Verdict.UNDECIDED, figures, "≥ is proved, but not that the sides differ")
    return Evidence(KIND, Verdict.HOLDS, figures)


def _positive(e: Expression, statement: Statement) -> bool:
    if not isinstance(e, KL) or not isinstance(e.first, Density) or not isinstance(e.second, Density):
        return False
    pairs = [{_shape(a.first), _shape(a.second)} for a in statement.assumptions if isinstance(a, Different)]
    return {_shape(e.first), _shape(e.second)} in pairs


def _shape(density: Density) -> tuple[object, ...]:
    return (density.letter, frozenset(v.slot for v in density.of), frozenset(density.given))
