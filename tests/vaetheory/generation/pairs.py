"""Pairs of expressions for the two deciders: equal by construction, and slipped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from tests.vaetheory.generation.equalities import equal_expression
from tests.vaetheory.generation.terms import LETTERS, Scope, Terms, number, variable
from vaetheory.language.assumptions import Assumption, Dag, SameDensity, Sampled
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    KL,
    Density,
    Entropy,
    Expectation,
    Expression,
    Log,
    walk,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Variable
from vaetheory.slips import all_slips

MOST_NODES = 48


@dataclass(frozen=True)
class Pair:
    """A statement, and how it was made: ``equal``, or the name of the slip."""

    statement: Statement
    origin: str


def pair(seed: int | str) -> Pair:
    """The pair with this number."""
    random = Random(f"pair|{seed}")
    while True:
        made = _pair(random)
        if made is not None:
            return made


def _pair(random: Random) -> Pair | None:
    terms = Terms(random, gradients=random.random() < 0.15, sums=random.random() < 0.15)
    scope = tuple(variable(s) for s in random.sample(("x", "z", "a"), random.randint(0, 2)))
    assumptions = _assumptions(random)
    left = terms.value(scope, random.randint(1, 2))
    right = equal_expression(left, random, random.randint(1, 5), assumptions)
    statement, origin = Statement(left, Relation.EQUAL, right, assumptions), "equal"
    pick = random.random()
    if pick < 0.1:
        statement, origin = _inequality(terms, statement), "bound"
    elif pick < 0.15:
        statement, origin = _up_to_constant(terms, scope, statement), "constant"
    elif pick < 0.2:
        statement, origin = _estimate(terms, scope, statement), "estimate"
    if random.random() < 0.5:
        slipped = _slipped(statement.right, random)
        if slipped is None:
            return None
        origin, wrong = slipped
        statement = replace(statement, right=wrong)
    if random.random() < 0.5:
        statement = replace(
            statement,
            left=statement.right,
            relation=statement.relation.converse,
            right=statement.left,
        )
    nodes = sum(1 for side in (statement.left, statement.right) for _ in walk(side))
    return Pair(statement, origin) if nodes <= MOST_NODES else None


def _assumptions(random: Random) -> tuple[Assumption, ...]:
    if random.random() < 0.85:
        return ()
    p, q, _ = LETTERS
    x, z, a = (variable(s) for s in ("x", "z", "a"))
    return random.choice(
        (
            (SameDensity(p(z | a), p(z)),),
            (SameDensity(q(z | x), p(z | x)),),
            (SameDensity(q(z), p(z)),),
            (SameDensity(p(x | (z, a)), p(x | z)),),
            (SameDensity(p(x), q(x)), SameDensity(p(z | x), q(z | x))),
            (Dag(p, (("z", ()), ("x", ("z",)), ("a", ("z",)))),),
            (Dag(p, (("x", ()), ("z", ("x",)), ("a", ("z",)))),),
            (Dag(p, (("a", ()), ("x", ()), ("z", ("a", "x")))),),
            (Dag(p, (("a", ()), ("x", ()), ("z", ()))),),
        )
    )


def _inequality(terms: Terms, statement: Statement) -> Statement:
    """left + something that is never negative ≥ right, or something that only looks so."""
    random = terms.random
    bound = variable(random.choice(("x", "z", "a")), 3)
    scope = (variable(random.choice(("x", "z")), 4),) if random.random() < 0.6 else ()
    gap = _gap(terms, bound, tuple(v for v in scope if v.slot != bound.slot))
    for outer in scope:
        if random.random() < 0.7 or outer in free_variables(gap):
            gap = Expectation(terms.law(outer, ()), gap, (outer,))
    weight = number(random.choice((1, 1, 1, 2, -1)))
    left = statement.left + weight * gap
    return replace(statement, left=left, relation=Relation.AT_LEAST)


def _gap(terms: Terms, bound: Variable, scope: Scope) -> Expression:
    """A divergence, an entropy, a gap of Jensen's inequality, …; sometimes not under a law."""
    random = terms.random
    law = first = terms.law(bound, scope)
    if scope and random.random() < 0.5:
        # a joint density at one point of the scope: its mass is not one
        law = Density(first.letter, (bound, *scope))
    body = terms.positive((bound,), 1)
    mean = Expectation(first if random.random() < 0.3 else law, body, (bound,))
    match random.randrange(6):
        case 0 | 1:
            return KL(first, terms.law(bound, scope) if law is first else law, (bound,))
        case 2:
            return Entropy(law, (bound,))
        case 3:
            return Log(mean) - Expectation(mean.law, Log(body), (bound,))
        case 4:
            return Expectation(mean.law, body * body, (bound,)) - mean**2
    return body - 1 - Log(body) if random.random() < 0.3 else mean - 1 - Log(mean)


def _up_to_constant(terms: Terms, scope: Scope, statement: Statement) -> Statement:
    """left ≐ right + something, in a letter that may stand in it."""
    quantity = terms.random.choice(("p", "q", "r", r"\phi", r"\theta"))
    rest = terms.value(scope, 1)
    while terms.random.random() < 0.7 and _mentions(rest, quantity):
        rest = terms.value(scope, 1)
    right = statement.right + rest
    relation = Relation.UP_TO_CONSTANT
    return replace(statement, right=right, relation=relation, quantity=quantity)


def _mentions(e: Expression, letter: str) -> bool:
    owned = {r"\phi": "q", r"\theta": "p"}.get(letter, letter)
    return f"{owned}(" in repr(e)


def _estimate(terms: Terms, scope: Scope, statement: Statement) -> Statement:
    """E_law[f] + left ≈ f(draw) + right, with one draw, or with a second one given the first."""
    random = terms.random
    draw, second = variable("z", 5), variable("x", 5)
    law = terms.law(draw, scope)
    sampled = [Sampled(draw, law)]
    estimate: Expression = terms.value((*scope, draw), 1)
    mean: Expression = Expectation(law, estimate, (draw,))
    if random.random() < 0.3:
        inner = terms.law(second, (draw,))
        estimate = terms.value((*scope, draw, second), 1)
        sampled.append(Sampled(second, inner))
        random.shuffle(sampled)
        mean = Expectation(law, Expectation(inner, estimate, (second,)), (draw,))
    return Statement(
        mean + statement.left,
        Relation.UNBIASED,
        estimate + statement.right,
        (*statement.assumptions, *sampled),
    )


def _slipped(expression: Expression, random: Random) -> tuple[str, Expression] | None:
    slips = list(all_slips())
    random.shuffle(slips)
    for slip in slips[:8]:
        wrong = list(slip(expression))
        if wrong:
            return slip.name, random.choice(wrong)
    return None
