"""The prover against statements made to fool it."""

from __future__ import annotations

import pytest

from tests.vaetheory.proof.attacks import BINARY_ONLY, DOUBTFUL, FALSE, TRUE
from tests.vaetheory.symbols import f, p, q, s, z
from vaetheory.calculus import nonnegative as suggestions
from vaetheory.checkers import exact, proof
from vaetheory.checkers.evidence import Verdict
from vaetheory.language.expressions import Expression, Log, MutualInformation, Value, to_expression
from vaetheory.language.notation import E, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import FiniteSet, Variable


@pytest.mark.parametrize("name", FALSE)
def test_nothing_false_is_proved_and_exact_worlds_refute_it(name: str) -> None:
    assert proof.check(FALSE[name]).verdict is Verdict.UNDECIDED
    assert exact.check(FALSE[name], worlds=10, seed=1).verdict is Verdict.FAILS


def test_without_the_side_conditions_false_inequalities_are_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attacks are real: that laws are normalised and weights positive is what stops them."""
    monkeypatch.setattr(suggestions, "nonnegative", lambda e: True)
    fooled = {name for name, s in FALSE.items() if proof.check(s).verdict is Verdict.HOLDS}
    assert {"a divergence to a joint", "Jensen under a joint at one x"} <= fooled
    assert {"an average with negative weights", "the entropy of twice a mass"} <= fooled


@pytest.mark.parametrize("name", DOUBTFUL)
def test_nothing_doubtful_is_proved(name: str) -> None:
    found = proof.check(DOUBTFUL[name])
    assert found.verdict is Verdict.UNDECIDED
    assert found.why


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_proved_and_no_exact_world_refutes_it(name: str) -> None:
    assert proof.check(TRUE[name]).verdict is Verdict.HOLDS
    assert exact.check(TRUE[name], worlds=4, seed=1).verdict is not Verdict.FAILS


def test_what_holds_on_binary_variables_only() -> None:
    assert exact.check(BINARY_ONLY, worlds=6).verdict is Verdict.HOLDS
    assert proof.check(BINARY_ONLY).verdict is Verdict.UNDECIDED
    three = Variable("a", FiniteSet(3))
    wider = Statement(E(p(three), Value(three) ** 2), Relation.EQUAL, E(p(three), Value(three)))
    assert exact.check(wider, worlds=6).verdict is Verdict.FAILS
    assert proof.check(wider).verdict is Verdict.UNDECIDED


def test_an_expression_that_is_nested_too_deeply_is_undecided() -> None:
    e: Expression = f(z)
    for _ in range(3000):
        e = Log(e)
    found = proof.check(Statement(e, Relation.EQUAL, f(z)))
    assert found.verdict is Verdict.UNDECIDED
    assert "nested" in found.why


@pytest.mark.parametrize(
    "gigantic",
    [(s + 1) ** 10**12, to_expression(3) ** 10**9, log(to_expression(3) ** 10**9 * s)],
    ids=["a power of a sum", "a power of a number", "its logarithm"],
)
def test_a_gigantic_power_does_not_hang(gigantic: Expression) -> None:
    assert proof.check(Statement(gigantic, Relation.EQUAL, s)).verdict is Verdict.UNDECIDED


def test_the_inequality_says_what_it_is_made_of_and_when_it_is_an_equality() -> None:
    found = proof.check(TRUE["Jensen"])
    assert found.verdict is Verdict.HOLDS
    assert found.figures["combination"]
    always = proof.check(Statement(E(q(z), f(z)), Relation.AT_LEAST, E(q(z), f(z))))
    assert always.figures["equality"] == "always"


def test_an_expression_that_is_none_is_undecided() -> None:
    twice = MutualInformation(p, (z,), (Variable("y", slot="z"),))
    found = proof.check(Statement(twice, Relation.EQUAL, f(z)))
    assert found.verdict is Verdict.UNDECIDED
    assert "one slot is filled twice" in found.why
