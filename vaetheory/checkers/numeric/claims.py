"""What a statement claims about numbers: which two sides are compared, in which worlds."""

from __future__ import annotations

from dataclasses import replace

from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.world import DEFAULT_OWNERS, Setting
from vaetheory.language.assumptions import Owns, Sampled
from vaetheory.language.binding import covers, free_variables
from vaetheory.language.expressions import Expectation, Expression, Gradient, walk
from vaetheory.language.statements import Relation, Statement

KINDS = ("gaussian", "nonlinear")
SPREADS = (0.3, 2.5, 5.0)
"""Worlds that are tight or wide refute inequalities that hold in ordinary ones."""

AGAIN = 10
"""Ordinary linear-Gaussian worlds in which an inequality is asked."""


def sides(statement: Statement) -> tuple[Expression, Expression]:
    """The two sides; for ≈ the estimating side is averaged over the law of what is sampled.

    Raises CannotEvaluate for ≈ when no assumption says what is sampled.
    """
    if statement.relation is not Relation.UNBIASED:
        return statement.left, statement.right
    left, right = statement.left, statement.right
    sampled = [a for a in statement.assumptions if isinstance(a, Sampled)]
    if not sampled:
        raise CannotEvaluate(
            "≈ claims nothing until an assumption says what is sampled, from which law"
        )
    for assumption in reversed(sampled):
        left, right = (_averaged(side, assumption) for side in (left, right))
    return left, right


def _averaged(side: Expression, assumption: Sampled) -> Expression:
    if any(covers(assumption.variable, v) for v in free_variables(side)):
        return Expectation(assumption.law, side, (assumption.variable,))
    return side


def settings(statement: Statement, seed: int) -> tuple[Setting, ...]:
    """Two worlds for an equality, one of them not conjugate; a wider choice, which only refutes,
    for an inequality."""
    pair = tuple(Setting(kind, seed, size=2 + k) for k, kind in enumerate(KINDS))
    if not statement.relation.direction:
        return pair
    more = (
        Setting(kind, seed + again, spread=spread)
        for again in (1, 2)
        for spread in SPREADS
        for kind in KINDS
    )
    ordinary = (Setting(KINDS[0], seed + 2 + again) for again in range(1, AGAIN))
    return (*pair, *more, *ordinary)


def varied(statement: Statement, setting: Setting) -> tuple[Setting, ...]:
    """For ≐: the same world with the named quantity drawn afresh, three times.

    Raises CannotEvaluate when ≐ does not say with respect to what.
    """
    if not statement.quantity:
        raise CannotEvaluate("≐ claims nothing until it says up to a constant in what")
    name = statement.quantity
    owners = {a.parameter: a.letter.name for a in statement.assumptions if isinstance(a, Owns)}
    name = owners.get(name, DEFAULT_OWNERS.get(name, name))
    return tuple(replace(setting, varied=name, draw=k) for k in range(3))


def has_gradient(statement: Statement) -> bool:
    """Whether a derivative is taken, which finite differences know to fewer digits."""
    return any(
        isinstance(node, Gradient)
        for side in (statement.left, statement.right)
        for node in walk(side)
    )
