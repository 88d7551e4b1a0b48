"""Every rule justifies what it should, nothing else, and is fit to be shown."""

from __future__ import annotations

import re

import pytest

from tests.vaetheory.rules.examples import EXAMPLES, Examples
from vaetheory import rules
from vaetheory.checkers import exact, proof
from vaetheory.checkers.evidence import Verdict
from vaetheory.derivation import at_least_as_strong, rule_problem
from vaetheory.language.statements import Statement
from vaetheory.rules.rule import Rule, bound, rule

JUSTIFIED = [(name, claim) for name, e in EXAMPLES.items() for claim in e.justified]
NOT_JUSTIFIED = [(name, claim) for name, e in EXAMPLES.items() for claim in e.not_justified]


def _id(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


@pytest.mark.parametrize("name", rules.RULES)
def test_every_rule_has_examples_of_both_kinds(name: str) -> None:
    found = EXAMPLES.get(name, Examples((), ()))
    assert found.justified, f"add a step that {name!r} justifies to tests/vaetheory/rules/examples"
    assert found.not_justified, f"add a step that {name!r} does not justify"


def test_every_example_is_of_a_rule() -> None:
    assert set(EXAMPLES) <= set(rules.RULES)


@pytest.mark.parametrize(("name", "claim"), JUSTIFIED, ids=_id)
def test_what_the_rule_justifies(name: str, claim: Statement) -> None:
    shown = rules.get(name).shows(claim)
    assert shown is not None
    assert at_least_as_strong(shown, claim.relation)
    assert rule_problem(name, claim, {}) == ""


@pytest.mark.parametrize(("name", "claim"), JUSTIFIED, ids=_id)
def test_what_the_rule_justifies_is_true(name: str, claim: Statement) -> None:
    found = [proof.check(claim).verdict, exact.check(claim, worlds=4).verdict]
    assert Verdict.FAILS not in found
    assert Verdict.HOLDS in found or rules.get(name).unproved or name in OUT_OF_REACH


OUT_OF_REACH = {"reparameterization", "gaussian-product", "gumbel-product", "location-scale"}
"""Rules whose examples neither the calculus nor exact worlds decide: what a density is is only
assumed, or integrals of exponentials are needed."""


@pytest.mark.parametrize(("name", "claim"), NOT_JUSTIFIED, ids=_id)
def test_what_the_rule_does_not_justify(name: str, claim: Statement) -> None:
    problem = rule_problem(name, claim, {})
    assert problem
    assert repr(name) in problem


@pytest.mark.parametrize("name", rules.RULES)
def test_a_true_step_by_another_rule_is_reported_as_that(name: str) -> None:
    """Some steps have two good reasons; no rule justifies the steps of most others."""
    others = [(other, claim) for other, claim in JUSTIFIED if other != name]
    refused = [claim for _, claim in others if rule_problem(name, claim, {})]
    assert len(refused) > 0.75 * len(others)
    for claim in refused:
        message = rule_problem(name, claim, {})
        assert "does not take" in message or "shows" in message


@pytest.mark.parametrize("name", rules.RULES)
def test_what_the_student_reads_can_be_shown(name: str) -> None:
    found = rules.get(name)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert found.title
    assert found.title[0].isupper()
    assert found.why.endswith(".")
    assert found.condition
    for opening, closing in ("{}", "[]", "()"):
        plain = re.sub(r"\\[{}]|\\!?[bB]ig+[lr]?\\?.|\\left\\?.|\\right\\?.", "", found.formula)
        assert plain.count(opening) == plain.count(closing), found.formula
    assert not re.search(r"[^\x20-\x7e]", found.formula), "TeX writes its own letters"


def test_an_unknown_rule_is_named_with_those_that_there_are() -> None:
    with pytest.raises(KeyError, match="no rule named 'magic'; there are algebra"):
        rules.get("magic")


def test_a_rule_needs_a_reason_to_give() -> None:
    with pytest.raises(ValueError, match="needs a docstring"):
        rule("nameless", "Nameless", "a=a")(lambda e, assumptions: None)
    with pytest.raises(ValueError, match="needs a docstring"):
        bound("nameless", "Nameless", "a=a")(lambda claim: None)


def test_a_rule_is_either_an_equality_or_a_bound() -> None:
    with pytest.raises(ValueError, match="either a rewrite or a bound"):
        Rule("both", "Both", "a", "none", "why.")


def test_a_rule_that_never_ends_is_stopped() -> None:
    @rule("grow", "Grow", "a=a+1")
    def grow(e: object, assumptions: object) -> object:
        """It grows."""
        from tests.vaetheory.symbols import s

        return e * s if e == s else None  # type: ignore[operator]

    claim = EXAMPLES["algebra"].justified[0]
    with pytest.raises(RuntimeError, match="does not come to an end"):
        grow.shows(claim)
