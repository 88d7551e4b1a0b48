"""Proof by normal form: both sides become one expression, or the difference a sum of
non-negative parts; else nothing is claimed.
"""

from __future__ import annotations

from functools import lru_cache

from vaetheory.calculus.dependence import occurs, varied_by
from vaetheory.calculus.linear import ZERO, CalculusError, Linear, as_expression, size
from vaetheory.calculus.nonnegative import candidates
from vaetheory.calculus.probability import Calculus
from vaetheory.calculus.reparameterization import over_noise
from vaetheory.calculus.signs import combination
from vaetheory.calculus.wellformed import ambiguity, spoken_of
from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.checkers.samples import last_first
from vaetheory.language.assumptions import Assumption, Different, Sampled, Vanishing
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import KL, Density, Expectation, Expression
from vaetheory.language.statements import Relation, Statement

KIND = "proof"
_FEW = 8
_LARGEST = 20_000


def check(statement: Statement, *, seed: int = 0) -> Evidence:
    """Prove the statement in every world with positive densities whose integrals converge
    absolutely.

    An equality is proved when left − right has the normal form 0; an inequality when the difference
    is a non-negative combination of divergences and Jensen gaps; ≈ when the expectation of the
    estimate is the other side; ≐ when the quantity does not occur in the difference. The answer is
    ``holds`` or ``undecided`` ("no proof found"), never ``fails``. ``seed`` is there because every
    checker takes one; a proof is not random.
    """
    del seed
    try:
        return _checked(statement)
    except BaseException:
        # whatever stopped it, such as the clock, may have stopped it half way
        _kept.cache_clear()
        raise


def _checked(statement: Statement) -> Evidence:
    try:
        why = _refusal(statement)
        return (
            Evidence(KIND, Verdict.UNDECIDED, {}, f"no proof found: {why}")
            if why
            else _proved(statement)
        )
    except RecursionError:
        return Evidence(
            KIND, Verdict.UNDECIDED, {}, "no proof found: the expression is nested too deeply"
        )
    except ValueError as error:
        # no normal form, or no expression at all: a slot of a density that would be filled twice
        return Evidence(KIND, Verdict.UNDECIDED, {}, f"no proof found: {error}")


def _proved(statement: Statement) -> Evidence:
    calculus = _calculus(statement.assumptions)
    match statement.relation:
        case Relation.EQUAL | Relation.DEFINED:
            return _equality(calculus, statement.left - statement.right)
        case Relation.UP_TO_CONSTANT:
            return _constant(calculus, statement)
        case Relation.UNBIASED:
            return _unbiased(calculus, statement)
    return _inequality(calculus, statement)


@lru_cache(maxsize=4)
def _kept(assumptions: tuple[Assumption, ...]) -> Calculus:
    return Calculus(assumptions)


def _calculus(assumptions: tuple[Assumption, ...]) -> Calculus:
    """A calculus that knows the normal forms of earlier statements under these assumptions: the
    lines of a derivation, and its mistakes, have sides in common.
    """
    found = _kept(assumptions)
    if found.known > _LARGEST:
        _kept.cache_clear()
        found = _kept(assumptions)
    return found


def _refusal(statement: Statement) -> str:
    """Why the calculus, which divides by densities and goes by names, has nothing to say about
    the statement.
    """
    for assumption in statement.assumptions:
        if isinstance(assumption, Vanishing):
            return f"{assumption.density!r} may be zero, and the normal form divides by densities"
    spoken = tuple(e for assumption in statement.assumptions for e in spoken_of(assumption))
    return ambiguity((statement.left, statement.right, *spoken))


def _equality(calculus: Calculus, difference: Expression) -> Evidence:
    reduced = calculus.normal(over_noise(difference, calculus.assumptions))
    figures = {"normal_form_nodes": size(reduced)}
    if reduced == ZERO:
        return Evidence(KIND, Verdict.HOLDS, figures)
    return Evidence(
        KIND, Verdict.UNDECIDED, figures, f"no proof found: left − right reduces to {reduced!r}"
    )


def _constant(calculus: Calculus, statement: Statement) -> Evidence:
    quantity, assumptions = statement.quantity, statement.assumptions
    if not quantity:
        return Evidence(
            KIND,
            Verdict.UNDECIDED,
            {},
            "≐ needs the name of the quantity that the difference does not depend on",
        )
    if not occurs(quantity, (statement.left, statement.right), assumptions):
        return Evidence(
            KIND, Verdict.UNDECIDED, {}, f"≐ up to a constant in {quantity}, which does not occur"
        )
    reduced = calculus.normal(statement.left - statement.right)
    if varied_by(quantity, assumptions)(reduced):
        return Evidence(
            KIND,
            Verdict.UNDECIDED,
            {},
            f"no proof found: {quantity} occurs in {reduced!r}, or moves it",
        )
    return Evidence(KIND, Verdict.HOLDS, {"difference": repr(reduced)})


def _unbiased(calculus: Calculus, statement: Statement) -> Evidence:
    """Average whichever side has the sampled variables over their laws; the sides must then be
    equal.
    """
    drawn = last_first(statement.assumptions)
    if drawn is None:
        return Evidence(
            KIND,
            Verdict.UNDECIDED,
            {},
            "no proof found: no sample can be drawn first, each law needs another one",
        )
    left, right = (_averaged(side, drawn) for side in (statement.left, statement.right))
    return _equality(calculus, left - right)


def _averaged(side: Expression, drawn: tuple[Sampled, ...]) -> Expression:
    for assumption in drawn:
        if assumption.variable in free_variables(side):
            side = Expectation(assumption.law, side, (assumption.variable,))
    return side


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
    forms: list[Linear] = []
    answer = Evidence(
        KIND,
        Verdict.UNDECIDED,
        {},
        f"no proof found: {as_expression(difference)!r} is not a sum of known non-negative terms",
    )
    for count in sorted({min(_FEW, len(found)), len(found)}):
        # those that stand in the statement itself come first, and mostly are enough
        forms += [_form(calculus, e) for _, e in found[len(forms) : count]]
        weights = combination(difference, forms)
        if weights is None:
            continue
        used = [(w, text, e) for w, (text, e) in zip(weights, found, strict=False) if w]
        figures = {"combination": [f"{w} · ({text})" for w, text, _ in used]}
        if not statement.relation.strict or any(_positive(e, statement) for _, _, e in used):
            return Evidence(KIND, Verdict.HOLDS, figures)
        answer = Evidence(
            KIND, Verdict.UNDECIDED, figures, "≥ is proved, but not that the sides differ"
        )
    return answer


def _form(calculus: Calculus, e: Expression) -> Linear:
    """The normal form; of a suggestion that has none, zero, which is of no use in a proof."""
    try:
        return calculus.linear(calculus.normal(e))
    except CalculusError:
        return {}


def _positive(e: Expression, statement: Statement) -> bool:
    if (
        not isinstance(e, KL)
        or not isinstance(e.first, Density)
        or not isinstance(e.second, Density)
    ):
        return False
    pairs = [
        {_shape(a.first), _shape(a.second)}
        for a in statement.assumptions
        if isinstance(a, Different)
    ]
    return {_shape(e.first), _shape(e.second)} in pairs


def _shape(density: Density) -> tuple[object, ...]:
    return (density.letter, frozenset(v.slot for v in density.of), frozenset(density.given))
