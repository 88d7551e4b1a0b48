"""Whatever a rule rewrites, and whatever a bound shows, exact worlds confirm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from tests.vaetheory.generation.deciding import in_worlds
from tests.vaetheory.generation.equalities import equal_expression
from tests.vaetheory.generation.pairs import pair
from tests.vaetheory.generation.places import places
from tests.vaetheory.generation.terms import Terms, variable
from tests.vaetheory.rules.examples import EXAMPLES
from vaetheory import rules
from vaetheory.checkers import proof
from vaetheory.checkers.evidence import Verdict
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Relation, Statement
from vaetheory.rules.rule import Assumptions, Rule, rule

EXPRESSIONS = 150
BOUNDS = 400
MOST = 12
"""At how many places each rule is tried where it applies."""


@cache
def subjects() -> tuple[tuple[Expression, Assumptions], ...]:
    """Every place, in random order, of random expressions, rewritten a few times so that there is
    something for a rule to undo, and of the sides of the rules' own examples.
    """
    found: list[tuple[Expression, Assumptions]] = []
    for number in range(EXPRESSIONS):
        random = Random(f"rules|{number}")
        terms = Terms(random, gradients=number % 4 == 0, sums=number % 4 == 1)
        scope = tuple(variable(s) for s in random.sample(("x", "z", "a"), 2))
        e = equal_expression(terms.value(scope, 2), random, 2)
        found.append((e, ()))
    for examples in EXAMPLES.values():
        for claim in (*examples.justified, *examples.not_justified):
            found += [(side, claim.assumptions) for side in (claim.left, claim.right)]
    inside = [(place.expression, assumptions) for e, assumptions in found for place in places(e)]
    return tuple(Random("order").sample(list(dict.fromkeys(inside)), len(dict.fromkeys(inside))))


def rewritten(chosen: Rule) -> Iterator[Statement]:
    """Equalities that the rule claims at some place of a subject."""
    assert chosen.rewrite is not None
    count = 0
    for e, assumptions in subjects():
        new = chosen.rewrite(e, assumptions)
        if new is not None and new != e:
            yield Statement(e, Relation.EQUAL, new, assumptions)
            count += 1
        if count >= MOST:
            return


EQUALITIES = [name for name, found in rules.RULES.items() if found.rewrite is not None]
BOUNDING = [name for name, found in rules.RULES.items() if found.bound is not None]

SILENT = {"rearrangement"}
"""Rules that rewrite nothing: the order of terms is all that they know."""

UNDECIDED_BY_FINITE_WORLDS = {
    "log-density", "moments", "component", "kl-additivity", "location-scale", "gaussian-product",
    "gumbel-product", "reparameterization",
}  # fmt: skip
"""Rules about families on the real line: no table of a finite world has such a density."""


@pytest.mark.parametrize("name", EQUALITIES)
def test_what_a_rule_rewrites_keeps_its_value(name: str) -> None:
    claims = list(rewritten(rules.get(name)))
    if name in SILENT:
        assert claims == []
        return
    assert claims, "the rule applies nowhere: add an example that it rewrites"
    decided = 0
    for number, claim in enumerate(claims):
        found = in_worlds(claim, number, 3)
        assert found is not Verdict.FAILS, f"{claim!r}"
        decided += found is Verdict.HOLDS
    if name not in UNDECIDED_BY_FINITE_WORLDS:
        assert decided / len(claims) >= 0.5, f"only {decided} of {len(claims)} were decided"


@pytest.mark.parametrize("name", sorted(UNDECIDED_BY_FINITE_WORLDS - {"reparameterization"}))
def test_rules_about_families_are_confirmed_by_proof_or_are_marked(name: str) -> None:
    found = rules.get(name)
    if found.unproved:
        return  # the site says beside such a step why it carries no proof
    for claim in rewritten(found):
        assert proof.check(claim).verdict is Verdict.HOLDS or name in {
            "component",
            "location-scale",
        }


@pytest.mark.parametrize("name", BOUNDING)
def test_what_a_bound_shows_is_not_refuted(name: str) -> None:
    chosen = rules.get(name)
    claims = [pair(number).statement for number in range(BOUNDS)]
    claims += [c for e in EXAMPLES.values() for c in (*e.justified, *e.not_justified)]
    shown = 0
    for number, claim in enumerate(claims):
        relation = chosen.shows(claim)
        if relation is None or (relation is Relation.UP_TO_CONSTANT and not claim.quantity):
            continue
        shown += 1
        assert in_worlds(replace(claim, relation=relation), number, 3) is not Verdict.FAILS, claim
    assert shown >= len(EXAMPLES[name].justified)


def test_a_rule_that_is_wrong_is_caught() -> None:
    """The fault that this is for, planted: E[f g] = E[f] E[g]."""
    from vaetheory.language.expressions import Expectation, Product

    @rule("independent", "Independent", r"\\mathbb{E}[fg]=\\mathbb{E}[f]\\,\\mathbb{E}[g]")
    def independent(e: Expression, assumptions: Assumptions) -> Expression | None:
        """The mean of a product is the product of the means."""
        match e:
            case Expectation(law=law, body=Product(factors=(first, *rest)), over=over) if rest:
                others = Expectation(law, Product(tuple(rest)), over)
                return Expectation(law, first, over) * others
        return None

    found = [in_worlds(c, number, 3) for number, c in enumerate(rewritten(independent))]
    assert Verdict.FAILS in found
