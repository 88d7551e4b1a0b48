"""The kernel: derivations, and the only place that says one is verified.

A derivation is a first line and steps; each step names the rule that takes the line before to it.
``verify`` accepts a step when the named rule really does so *and* a checker that knows no rules
confirms the step on its own. Only ``verify`` makes a ``Verified``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass

from vaetheory import rules
from vaetheory.calculus.algebra import expand, read, same
from vaetheory.calculus.linear import Linear, multiply, times
from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.language.assumptions import Assumption
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import ChainError, Relation, Statement, compose

THEOREM_PREFIX = "theorem:"


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """``relation`` ``expression``, by ``rule`` (a rule's name, or ``theorem:NAME``), with a note
    for the reader.

    ``quantity`` says for ≐ what the dropped terms do not depend on.
    """

    expression: Expression
    rule: str
    relation: Relation = Relation.EQUAL
    note: str = ""
    quantity: str = ""

    def __repr__(self) -> str:
        return f"{self.relation.value} {self.expression!r}    [{self.rule}]"


@dataclass(frozen=True, slots=True, repr=False)
class Derivation:
    """A chain: the first line, then steps, all under the same assumptions. Iterating gives the
    steps.
    """

    start: Expression
    steps: tuple[Step, ...]
    assumptions: tuple[Assumption, ...] = ()

    def __repr__(self) -> str:
        return "\n".join([f"  {self.start!r}", *map(repr, self.steps)])

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def claims(self) -> tuple[Statement, ...]:
        """What each step claims about the line before it."""
        lines = (self.start, *(s.expression for s in self.steps))
        return tuple(
            Statement(before, step.relation, step.expression, self.assumptions, step.quantity)
            for before, step in zip(lines[:-1], self.steps, strict=True)
        )

    @property
    def conclusion(self) -> Statement:
        """The first line in relation to the last.

        Raises ChainError where the relations do not compose, where ≐ is up to two quantities, and
        without steps.
        """
        if not self.steps:
            raise ChainError("a derivation without steps concludes nothing")
        relation = compose(tuple(s.relation for s in self.steps))
        dropped = {s.quantity for s in self.steps if s.relation is Relation.UP_TO_CONSTANT}
        if len(dropped) > 1:
            raise ChainError(
                f"≐ up to {' and up to '.join(sorted(dropped))} in one chain: what was dropped "
                f"depends on neither or on both"
            )
        quantity = next(iter(dropped), "")
        return Statement(
            self.start, relation, self.steps[-1].expression, self.assumptions, quantity
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a derivation is not accepted: the number of the step (0 for the whole) and a sentence."""

    step: int
    message: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A derivation that the kernel accepted, with the evidence for each step. Made by ``verify``
    only.
    """

    derivation: Derivation
    evidence: tuple[tuple[Evidence, ...], ...]
    mint: InitVar[object] = None

    def __post_init__(self, mint: object) -> None:
        # an InitVar is no field: dataclasses.replace cannot carry it over to another derivation
        if mint is not _MINT:
            raise TypeError("only vaetheory.derivation.verify makes a Verified")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A derivation that the kernel did not accept, with what is wrong and the evidence that
    there is.
    """

    derivation: Derivation
    problems: tuple[Problem, ...]
    evidence: tuple[tuple[Evidence, ...], ...]


_MINT = object()


def verify(
    derivation: Derivation,
    statement: Statement | None = None,
    known: Mapping[str, Statement] | None = None,
    *,
    seed: int = 0,
) -> Verified | Rejected:
    """Check every step by its rule and by the checkers, and that the chain ends at ``statement``
    where one is given.

    ``known`` maps the names of theorems that may be cited to their statements.
    """
    problems: list[Problem] = []
    evidence: list[tuple[Evidence, ...]] = []
    for number, (step, claim) in enumerate(
        zip(derivation.steps, derivation.claims(), strict=True), start=1
    ):
        message = rule_problem(step.rule, claim, known or {})
        if message:
            problems.append(Problem(number, message))
        found = step_evidence(claim, seed=seed + number)
        evidence.append(found)
        problems += [Problem(number, m) for m in _evidence_problems(step, found, known or {})]
    if statement is not None:
        problems += _conclusion_problems(derivation, statement)
    if problems:
        return Rejected(derivation, tuple(problems), tuple(evidence))
    return Verified(derivation, tuple(evidence), _MINT)


def rule_problem(name: str, claim: Statement, known: Mapping[str, Statement]) -> str:
    """Why the named rule does not justify the claim; the empty string where it does."""
    if name.startswith(THEOREM_PREFIX):
        cited = known.get(name.removeprefix(THEOREM_PREFIX))
        if cited is None:
            return f"the step cites {name!r}, and no such theorem stands before this one"
        shown = _instance(cited, claim)
    else:
        if name not in rules.RULES:
            return f"there is no rule named {name!r}"
        shown = rules.get(name).shows(claim)
    if shown is None:
        return f"the rule {name!r} does not take {claim.left!r} to {claim.right!r}"
    if not at_least_as_strong(shown, claim.relation):
        return (
            f"the rule {name!r} shows {shown.value} between these lines, not {claim.relation.value}"
        )
    return ""


def at_least_as_strong(shown: Relation, claimed: Relation) -> bool:
    """Whether a relation that was shown gives the one that is claimed."""
    if shown == claimed or (shown in (Relation.EQUAL, Relation.DEFINED) and not claimed.strict):
        return True
    return shown.strict and shown.direction == claimed.direction


def _instance(cited: Statement, claim: Statement) -> Relation | None:
    """The relation that a theorem shows for the claim: left − right is a multiple of the
    theorem's difference.
    """
    if not set(cited.assumptions) <= set(claim.assumptions):
        return None
    if cited.relation is Relation.UP_TO_CONSTANT and cited.quantity != claim.quantity:
        return None
    theorem = read(cited.left - cited.right, distribute=True)
    difference = read(claim.left - claim.right, distribute=True)
    if not theorem or not difference:
        return None
    first = next(iter(theorem))
    inverse = tuple((base, expand(-exponent)) for base, exponent in first)
    for monomial, coefficient in difference.items():
        factor = {times(monomial, inverse): coefficient / theorem[first]}
        if multiply(theorem, factor) == difference:
            return _scaled(cited.relation, factor)
    return None


def _scaled(relation: Relation, factor: Linear) -> Relation | None:
    """The relation after multiplying both sides: only = allows more than numbers, and ≥ turns
    under negative ones.
    """
    if relation in (Relation.EQUAL, Relation.DEFINED):
        return relation
    ((monomial, coefficient),) = factor.items()
    if monomial:
        return None
    return relation if coefficient > 0 else relation.converse


def step_evidence(claim: Statement, *, seed: int) -> tuple[Evidence, ...]:
    """What the checkers say of one step: proof and exact worlds; where neither confirms it, a
    closed form or quadrature. A proved inequality is not searched for a world that refutes it.
    """
    from vaetheory.checkers import exact, proof

    proved = proof.check(claim)
    search = proved.verdict is not Verdict.HOLDS
    found = [proved, exact.check(claim, worlds=6, seed=seed, search=search)]
    if not any(e.verdict is Verdict.HOLDS for e in found):
        from vaetheory.checkers import symbolic

        found.append(symbolic.check(claim, seed=seed))
    if not any(e.verdict in (Verdict.HOLDS, Verdict.FAILS) for e in found):
        from vaetheory.checkers import quadrature

        found.append(quadrature.check(claim, seed=seed))
    return tuple(found)


def _evidence_problems(
    step: Step, found: tuple[Evidence, ...], known: Mapping[str, Statement]
) -> list[str]:
    problems = [f"{e.kind} refutes the step: {e.why}" for e in found if e.verdict is Verdict.FAILS]
    if problems or any(e.verdict is Verdict.HOLDS for e in found):
        return problems
    if step.rule.startswith(THEOREM_PREFIX) and step.rule.removeprefix(THEOREM_PREFIX) in known:
        # a cited theorem carries evidence of its own
        return []
    return ["no checker confirms the step: " + "; ".join(f"{e.kind}: {e.why}" for e in found)]


def _conclusion_problems(derivation: Derivation, statement: Statement) -> list[Problem]:
    try:
        conclusion = derivation.conclusion
    except ChainError as error:
        return [Problem(0, str(error))]
    if not same(conclusion.left - conclusion.right, statement.left - statement.right):
        return [Problem(0, f"the derivation ends at {conclusion!r}, not at {statement!r}")]
    if not at_least_as_strong(conclusion.relation, statement.relation):
        return [
            Problem(
                0,
                f"the derivation shows {conclusion.relation.value}, not {statement.relation.value}",
            )
        ]
    if conclusion.relation is Relation.UP_TO_CONSTANT and conclusion.quantity != statement.quantity:
        return [
            Problem(
                0,
                f"the derivation shows ≐ up to {conclusion.quantity!r}, not up to "
                f"{statement.quantity!r}",
            )
        ]
    if not set(conclusion.assumptions) <= set(statement.assumptions):
        return [Problem(0, "the derivation assumes more than the theorem says")]
    return []
