"""The prover remembers normal forms between statements: what it says must not depend on that."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from vaetheory import theorems
from vaetheory.calculus.probability import Calculus
from vaetheory.checkers import proof
from vaetheory.checkers.evidence import Verdict
from vaetheory.language.statements import Statement


def asked(name: str) -> list[Statement]:
    """Everything that is asked about a theorem, its mistakes included."""
    theorem = theorems.get(name)
    claims = theorem.derivation.claims()
    return [*claims, theorem.statement, *(m.statement for m in theorem.mistakes)]


@pytest.mark.parametrize("name", theorems.names())
def test_what_was_asked_before_changes_nothing(name: str) -> None:
    statements = asked(name)
    fresh = []
    for statement in statements:
        proof._kept.cache_clear()
        fresh.append(proof.check(statement))
    order = list(range(len(statements)))
    Random(name).shuffle(order)
    again = {k: proof.check(statements[k]) for k in order}
    assert [again[k] for k in range(len(statements))] == fresh


def test_other_assumptions_are_another_matter() -> None:
    """The bound of the conditional model needs p(z|c) = p(z), whatever was proved before."""
    bound = theorems.get("cvae-bound").statement
    bare = replace(bound, assumptions=())
    for _ in range(2):
        assert proof.check(bound).verdict is Verdict.HOLDS
        assert proof.check(bare).verdict is Verdict.UNDECIDED


def test_what_was_stopped_half_way_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    statement = theorems.get("elbo-identity").statement
    proof.check(statement)
    kept = proof._kept(statement.assumptions)

    def stopped(calculus: Calculus, expression: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(Calculus, "normal", stopped)
    with pytest.raises(KeyboardInterrupt):
        proof.check(statement)
    assert proof._kept(statement.assumptions) is not kept


def test_its_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "_LARGEST", 0)
    statement = theorems.get("elbo-identity").statement
    proof.check(statement)
    kept = proof._kept(statement.assumptions)
    proof.check(statement)
    assert proof._kept(statement.assumptions) is not kept
