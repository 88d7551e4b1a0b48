"""The kernel: only ``verify`` says that a derivation is verified, and each fault is named."""

from __future__ import annotations

import dataclasses

import pytest

from tests.vaetheory.symbols import f, p, phi, q, s, t, x, z
from vaetheory.checkers.evidence import Verdict
from vaetheory.derivation import Derivation, Rejected, Step, Verified, at_least_as_strong, verify
from vaetheory.language.assumptions import Different, SameDensity, Sampled
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import KL, E, elbo, integral, log
from vaetheory.language.statements import ChainError, Relation, Statement
from vaetheory.language.variables import Variable
from vaetheory.theorems import get

EQ, GE, LE, GT = Relation.EQUAL, Relation.AT_LEAST, Relation.AT_MOST, Relation.GREATER
ABOUT, UP_TO = Relation.UNBIASED, Relation.UP_TO_CONSTANT

LAW = q(z | x)
ELBO, GAP = elbo(LAW, p(x, z)), KL(LAW, p(z | x))
RATIO = log(p(x, z) / LAW)
IDENTITY = Statement(log(p(x)), EQ, ELBO + GAP)
KNOWN = {"identity": IDENTITY}

STEPS = (
    Step(E(LAW, RATIO), "elbo-definition"),
    Step(E(LAW, log(p(x | z) * p(z) / LAW)), "product-rule"),
    Step(E(LAW, log(p(x | z)) - log(LAW / p(z))), "log-of-product"),
    Step(E(LAW, log(p(x | z))) - E(LAW, log(LAW / p(z))), "linearity"),
    Step(E(LAW, log(p(x | z))) - KL(LAW, p(z)), "kl-definition"),
)
GOOD = Derivation(ELBO, STEPS)
CONCLUSION = Statement(ELBO, EQ, E(LAW, log(p(x | z))) - KL(LAW, p(z)))


def _with(number: int, **changes: object) -> Derivation:
    """The good derivation with one step changed."""
    steps = list(STEPS)
    steps[number - 1] = dataclasses.replace(steps[number - 1], **changes)  # type: ignore[arg-type]
    return Derivation(ELBO, tuple(steps))


def _rejected(
    derivation: Derivation,
    statement: Statement | None = None,
    known: dict[str, Statement] | None = None,
) -> list[tuple[int, str]]:
    found = verify(derivation, statement, known)
    assert isinstance(found, Rejected)
    return [(problem.step, problem.message) for problem in found.problems]


def test_a_good_derivation_is_verified_with_evidence_for_each_step() -> None:
    found = verify(GOOD, CONCLUSION)
    assert isinstance(found, Verified)
    assert len(found.evidence) == len(STEPS)
    for evidence in found.evidence:
        assert [e.kind for e in evidence if e.verdict is Verdict.HOLDS] == ["proof", "exact"]


def test_nobody_else_makes_a_verified() -> None:
    found = verify(GOOD, CONCLUSION)
    assert isinstance(found, Verified)
    with pytest.raises(TypeError, match=r"only vaetheory\.derivation\.verify"):
        Verified(GOOD, ())
    with pytest.raises(TypeError, match=r"only vaetheory\.derivation\.verify"):
        Verified(GOOD, (), object())
    with pytest.raises(TypeError, match=r"only vaetheory\.derivation\.verify"):
        dataclasses.replace(found, derivation=_with(1, expression=s))
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.derivation = _with(1, expression=s)  # type: ignore[misc]


def test_a_wrong_step_is_named_by_rule_and_by_checkers() -> None:
    wrong = E(LAW, log(p(x | z))) + E(LAW, log(LAW / p(z)))
    problems = _rejected(_with(4, expression=wrong))
    assert {step for step, _ in problems} == {4, 5}
    messages = [message for step, message in problems if step == 4]
    assert any("'linearity' does not take" in m for m in messages)
    assert any(m.startswith("exact refutes the step") for m in messages)


def test_a_wrong_rule_on_a_true_step_is_reported_as_that() -> None:
    ((step, message),) = _rejected(_with(2, rule="normalization"))
    assert step == 2
    assert message.startswith("the rule 'normalization' does not take")


def test_an_unknown_rule_is_named() -> None:
    assert _rejected(_with(3, rule="magic")) == [(3, "there is no rule named 'magic'")]


@pytest.mark.parametrize("relation", [GE, LE])
def test_a_weaker_relation_than_shown_is_fine(relation: Relation) -> None:
    assert isinstance(verify(_with(2, relation=relation)), Verified)


def test_a_stronger_relation_than_shown_is_not() -> None:
    problems = _rejected(_with(2, relation=GT))
    assert (2, "the rule 'product-rule' shows = between these lines, not >") in problems


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (Statement(ELBO, EQ, E(LAW, log(p(x | z)))), "the derivation ends at"),
        (Statement(log(p(x)), EQ, CONCLUSION.right), "the derivation ends at"),
        (dataclasses.replace(CONCLUSION, relation=GT), "shows =, not >"),
    ],
)
def test_a_chain_that_does_not_end_at_the_statement(statement: Statement, message: str) -> None:
    ((step, found),) = _rejected(GOOD, statement)
    assert step == 0
    assert message in found


def test_a_derivation_does_not_assume_more_than_the_theorem_says() -> None:
    equal = SameDensity(LAW, p(z | x))
    derivation = Derivation(ELBO, STEPS, (equal,))
    assert isinstance(
        verify(derivation, dataclasses.replace(CONCLUSION, assumptions=(equal,))), Verified
    )
    assert _rejected(derivation, CONCLUSION) == [
        (0, "the derivation assumes more than the theorem says")
    ]


def test_a_derivation_without_steps_concludes_nothing() -> None:
    empty = Derivation(ELBO, ())
    assert _rejected(empty, CONCLUSION) == [(0, "a derivation without steps concludes nothing")]
    with pytest.raises(ChainError):
        _ = empty.conclusion


def test_relations_that_turn_round_show_nothing() -> None:
    derivation = Derivation(
        s + KL(LAW, p(z)),
        (Step(s, "kl-nonnegative", GE), Step(s + KL(LAW, p(z | x)), "kl-nonnegative", LE)),
    )
    statement = Statement(s + KL(LAW, p(z)), GE, s + KL(LAW, p(z | x)))
    problems = _rejected(derivation, statement)
    assert (
        0,
        "≥ then ≤: the first and the last expression are not compared by this chain",
    ) in problems


# --- citations ------------------------------------------------------------------------------------


def _cites(
    right: Expression, relation: Relation = EQ, rule: str = "theorem:identity"
) -> Derivation:
    return Derivation(log(p(x)), (Step(right, rule, relation),))


def test_a_theorem_may_be_cited() -> None:
    assert isinstance(verify(_cites(ELBO + GAP), IDENTITY, KNOWN), Verified)


def test_a_theorem_may_be_cited_times_a_number_and_from_right_to_left() -> None:
    twice = Derivation(2 * ELBO, (Step(2 * log(p(x)) - 2 * GAP, "theorem:identity"),))
    assert isinstance(verify(twice, None, KNOWN), Verified)


@pytest.mark.parametrize("known", [{}, {"another": IDENTITY}])
def test_a_theorem_that_does_not_stand_before_cannot_be_cited(known: dict[str, Statement]) -> None:
    ((step, message),) = _rejected(_cites(ELBO + GAP), IDENTITY, known)
    assert step == 1
    assert "'theorem:identity'" in message
    assert "no such theorem stands before this one" in message


def test_a_theorem_does_not_show_something_else() -> None:
    problems = _rejected(_cites(ELBO - GAP), None, KNOWN)
    assert (
        1,
        f"the rule 'theorem:identity' does not take {log(p(x))!r} to {ELBO - GAP!r}",
    ) in problems


def test_the_name_of_a_theorem_is_no_rule() -> None:
    problems = _rejected(_cites(ELBO + GAP, rule="identity"), None, KNOWN)
    assert (1, "there is no rule named 'identity'") in problems


def test_an_inequality_is_not_cited_as_an_equality_or_turned() -> None:
    known = {"bound": Statement(log(p(x)), GE, ELBO)}
    for relation, shown in ((EQ, "="), (LE, "≤")):
        problems = _rejected(_cites(ELBO, relation, "theorem:bound"), None, known)
        assert (1, f"the rule 'theorem:bound' shows ≥ between these lines, not {shown}") in problems
    minus = Derivation(-log(p(x)), (Step(-ELBO, "theorem:bound", LE),))
    assert isinstance(verify(minus, None, known), Verified)
    scaled = Derivation(s * log(p(x)), (Step(s * ELBO, "theorem:bound", GE),))
    assert any("does not take" in m for _, m in _rejected(scaled, None, known))


def test_a_theorem_brings_its_assumptions() -> None:
    different = Different(LAW, p(z | x))
    known = {"strict": Statement(log(p(x)), GT, ELBO, (different,))}
    problems = _rejected(_cites(ELBO, GT, "theorem:strict"), None, known)
    assert any("does not take" in message for _, message in problems)
    with_it = dataclasses.replace(_cites(ELBO, GT, "theorem:strict"), assumptions=(different,))
    assert isinstance(verify(with_it, None, known), Verified)


def test_an_estimate_is_not_multiplied_by_its_own_sample() -> None:
    draw = Variable(r"\tilde{z}", slot="z")
    drawn = Sampled(draw, q(draw))
    known = {"sample": Statement(E(q(z), f(z)), ABOUT, f(draw), (drawn,))}
    for factor, good in ((2 * f(x) / f(x), True), (f(draw), False)):
        derivation = Derivation(
            factor * E(q(z), f(z)), (Step(factor * f(draw), "theorem:sample", ABOUT),), (drawn,)
        )
        assert isinstance(verify(derivation, None, known), Verified) is good


def test_constants_are_constant_in_what_the_theorem_says() -> None:
    known = {"constant": Statement(log(q(z)) + log(p(z)), UP_TO, log(q(z)), (), "q")}
    start = log(q(z)) + log(p(z))
    for quantity, good in (("q", True), ("p", False)):
        step = Step(log(q(z)), "theorem:constant", UP_TO, quantity=quantity)
        found = verify(Derivation(start, (step,)), None, known)
        assert isinstance(found, Verified) is good


def test_a_chain_up_to_two_quantities_concludes_nothing() -> None:
    start = log(q(z)) + log(p(z)) + s
    steps = (
        Step(log(q(z)) + s, "drop-constant", UP_TO, quantity="q"),
        Step(s, "drop-constant", UP_TO, quantity="s"),
    )
    derivation = Derivation(start, steps)
    with pytest.raises(ChainError, match="up to q and up to s"):
        _ = derivation.conclusion
    one = Derivation(start, steps[:1])
    other = Statement(start, UP_TO, log(q(z)) + s, (), phi)
    assert _rejected(one, other) == [(0, r"the derivation shows ≐ up to 'q', not up to '\\phi'")]


# --- what relations give --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "claimed", "enough"),
    [
        (EQ, GE, True),
        (EQ, UP_TO, True),
        (EQ, ABOUT, True),
        (EQ, GT, False),
        (GT, GE, True),
        (GE, GT, False),
        (GE, EQ, False),
        (GT, LE, False),
        (ABOUT, EQ, False),
        (UP_TO, EQ, False),
        (UP_TO, ABOUT, False),
    ],
)
def test_which_relation_gives_which(shown: Relation, claimed: Relation, enough: bool) -> None:
    assert at_least_as_strong(shown, claimed) is enough


def test_iterating_gives_the_steps_and_claims_pair_the_lines() -> None:
    assert tuple(GOOD) == STEPS
    claims = GOOD.claims()
    assert [c.right for c in claims] == [step.expression for step in STEPS]
    assert claims[0].left == ELBO
    assert [c.left for c in claims[1:]] == [c.right for c in claims[:-1]]


def test_a_step_that_nothing_confirms_is_rejected() -> None:
    e = integral(f(z) * f(x), z) + t
    derivation = Derivation(e, (Step(e + 0, "rearrangement", ABOUT),))
    assert isinstance(verify(derivation), Verified)
    undecided = Derivation(e, (Step(t, "drop-constant", UP_TO, quantity=r"\xi"),))
    problems = _rejected(undecided)
    assert any("no checker confirms the step" in message for _, message in problems)


def test_in_a_terminal_a_step_reads_as_a_line() -> None:
    assert repr(STEPS[0]).startswith(f"{STEPS[0].relation.value} ")
    assert repr(STEPS[0]).endswith(f"[{STEPS[0].rule}]")
    assert repr(GOOD).splitlines()[1:] == [repr(step) for step in GOOD]
    theorem = get("elbo-identity")
    assert repr(theorem).splitlines() == [
        "elbo-identity: The log evidence is the ELBO plus a KL divergence",
        f"  {theorem.statement!r}",
    ]
