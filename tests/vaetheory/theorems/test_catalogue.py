"""Every theorem of the catalogue: accepted by the kernel, its mistakes refuted, fit to be shown."""

from __future__ import annotations

import dataclasses
import re

import pytest

from vaetheory import rules, theorems
from vaetheory.checkers import exact, proof
from vaetheory.checkers.evidence import Verdict
from vaetheory.derivation import THEOREM_PREFIX, Rejected, Verified, verify
from vaetheory.language.expressions import to_expression
from vaetheory.language.statements import Relation, Statement
from vaetheory.latex.writer import to_latex
from vaetheory.theorems.document import describe_report
from vaetheory.theorems.evidence import examine, statement_evidence
from vaetheory.theorems.theorem import EXACT, PROOF, Theorem

NAMES = theorems.names()
HOMEWORK = {"1.1.1", "1.1.2", "1.2.1", "1.2.3", "1.3.1", "1.3.2", "App. B"}


@pytest.fixture(params=NAMES)
def theorem(request: pytest.FixtureRequest) -> Theorem:
    return theorems.get(request.param)


def test_the_kernel_accepts_the_derivation(theorem: Theorem) -> None:
    found = verify(theorem.derivation, theorem.statement, theorems.known_before(theorem.name))
    problems = found.problems if isinstance(found, Rejected) else ()
    assert isinstance(found, Verified), [f"step {p.step}: {p.message}" for p in problems]


def test_every_step_carries_a_proof_or_says_why_not(theorem: Theorem) -> None:
    for step, claim in zip(theorem.derivation, theorem.derivation.claims(), strict=True):
        if proof.check(claim).verdict is not Verdict.HOLDS:
            assert rules.get(step.rule).unproved, f"{step.rule}: {claim!r}"


def test_the_statement_is_proved_where_that_is_said(theorem: Theorem) -> None:
    if PROOF in theorem.kinds:
        assert proof.check(theorem.statement).verdict is Verdict.HOLDS


def test_no_mistake_is_proved_and_exact_worlds_refute_those_they_can(theorem: Theorem) -> None:
    for mistake in theorem.mistakes:
        assert proof.check(mistake.statement).verdict is Verdict.UNDECIDED, mistake.name
        if PROOF in theorem.kinds and EXACT in theorem.kinds:
            found = exact.check(mistake.statement, worlds=8, seed=1)
            assert found.verdict is not Verdict.HOLDS, mistake.name
            assert found.verdict is Verdict.FAILS, f"{mistake.name}: {found.why}"


@pytest.mark.parametrize("name", ["elbo-identity", "elbo-bound", "elbo-entropy"])
def test_the_derivation_does_not_end_at_a_mistake(name: str) -> None:
    theorem = theorems.get(name)
    for mistake in theorem.mistakes:
        found = verify(theorem.derivation, mistake.statement, theorems.known_before(name))
        assert isinstance(found, Rejected)
        assert [p.step for p in found.problems] == [0], mistake.name


def test_what_the_reader_gets_is_there(theorem: Theorem) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", theorem.name)
    assert len(theorem.mistakes) >= 4
    assert len({m.name for m in theorem.mistakes}) == len(theorem.mistakes)
    assert len({m.statement for m in theorem.mistakes}) == len(theorem.mistakes)
    assert all(m.why.endswith(".") for m in theorem.mistakes)
    assert theorem.answer.rstrip().endswith((".", "$", "`", "*", ")"))
    assert theorem.answer.count("$") % 2 == 0
    assert theorem.reference
    assert theorem.title
    if theorem.statement.relation.direction:
        assert theorem.equality, "an inequality says when both sides agree"
    for claim in (theorem.statement, *(m.statement for m in theorem.mistakes)):
        text = to_latex(claim)
        assert text.count("{") == text.count("}")


def test_a_theorem_cites_only_what_stands_before_it() -> None:
    seen: set[str] = set()
    for name in NAMES:
        assert set(theorems.get(name).uses) <= seen, name
        seen.add(name)


def test_the_catalogue_answers_the_homework_and_is_large() -> None:
    assert {t.question for t in theorems.CATALOGUE} >= HOMEWORK
    assert len(theorems.CATALOGUE) >= 30
    assert sum(len(t.mistakes) for t in theorems.CATALOGUE) >= 150


def test_every_rule_that_is_there_is_used_or_is_basic() -> None:
    used = {step.rule for t in theorems.CATALOGUE for step in t.derivation}
    rules_used = {name for name in used if not name.startswith(THEOREM_PREFIX)}
    assert rules_used <= set(rules.RULES)


def test_an_unknown_theorem_suggests_a_name() -> None:
    with pytest.raises(KeyError, match="did you mean elbo-identity"):
        theorems.get("elbo-identitty")
    with pytest.raises(KeyError, match="no theorem named"):
        theorems.known_before("nothing")


def test_a_planted_mistake_is_not_accepted() -> None:
    """A theorem whose statement is one of its mistakes has problems, and so has one whose mistake
    is true."""
    good = theorems.get("elbo-reconstruction-kl")
    wrong = dataclasses.replace(good, statement=good.mistakes[0].statement, kinds=(PROOF, EXACT))
    report = examine(wrong, {})
    assert not report.holds
    messages = " ".join(p.message for p in report.problems)
    assert "the derivation ends at" in messages
    assert "exact refutes the statement" in messages

    true = dataclasses.replace(good.mistakes[0], statement=good.statement)
    fooled = dataclasses.replace(good, mistakes=(true,), kinds=(PROOF, EXACT))
    report = examine(fooled, {})
    assert not report.holds
    assert any("is fooled by the mistake" in p.message for p in report.problems)
    assert describe_report(report)["holds"] is False


def test_a_mistake_that_nothing_refutes_is_a_problem() -> None:
    good = theorems.get("elbo-bound")
    doubtful = Statement(good.statement.left, good.statement.relation, to_expression(-(10**6)))
    planted = dataclasses.replace(good.mistakes[0], statement=doubtful)
    theorem = dataclasses.replace(good, mistakes=(planted,), kinds=(PROOF,))
    report = examine(theorem, theorems.known_before(good.name))
    assert any("nothing refutes the mistake" in p.message for p in report.problems)


# a strict inequality between equal sides: no number of samples tells > from =
CANNOT_TELL = {("gap-kept", "Monte Carlo")}


@pytest.mark.slow
def test_all_the_evidence(theorem: Theorem) -> None:
    report = examine(theorem, theorems.known_before(theorem.name))
    assert report.holds, [p.message for p in report.problems]
    assert all(m.refuted_by for m in report.mistakes)
    for mistake in report.mistakes:
        for kind in mistake.cannot_tell:
            assert (mistake.mistake.name, kind.kind) in CANNOT_TELL, kind.why


BOUNDS = [
    name
    for name in NAMES
    if theorems.get(name).statement.relation.direction and EXACT in theorems.get(name).kinds
]


@pytest.mark.slow
@pytest.mark.parametrize("name", BOUNDS)
def test_a_search_refutes_no_theorem(name: str) -> None:
    """``verify`` asks a proved inequality in random worlds; here it is searched for a failure."""
    assert exact.check(theorems.get(name).statement, seed=2).verdict is not Verdict.FAILS


def test_an_inequality_that_is_not_proved_is_searched() -> None:
    """Only the proof spares a statement the search: no random world refutes KL ≤ 30, and it is
    false."""
    good = theorems.get("gibbs-inequality")
    gap = -good.statement.left
    false = Statement(gap, Relation.AT_MOST, to_expression(30), good.statement.assumptions)
    assert exact.check(false, search=False).verdict is Verdict.UNDECIDED
    planted = dataclasses.replace(good, statement=false, kinds=(EXACT, PROOF))
    found = statement_evidence(planted, 0)
    assert [e.kind for e in found] == [EXACT, PROOF]
    assert found[0].verdict is Verdict.FAILS
