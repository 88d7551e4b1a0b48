"""The evidence for one theorem: its derivation, its statement by every kind that it claims, its
mistakes refuted.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any
from zlib import crc32

from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.derivation import Problem, Rejected, Verified, verify
from vaetheory.language.statements import Statement
from vaetheory.theorems.theorem import (
    CLOSED_FORM,
    EXACT,
    MONTE_CARLO,
    PROOF,
    QUADRATURE,
    Mistake,
    Theorem,
)

_ROOMS = {
    PROOF: "proof",
    EXACT: "exact",
    CLOSED_FORM: "symbolic",
    QUADRATURE: "quadrature",
    MONTE_CARLO: "monte_carlo",
}


@dataclass(frozen=True, slots=True)
class MistakeReport:
    """Which kinds of evidence refute a mistake, which cannot tell, and which were fooled by it."""

    mistake: Mistake
    refuted_by: tuple[Evidence, ...]
    cannot_tell: tuple[Evidence, ...]
    fooled: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TheoremReport:
    """All the evidence for one theorem; it ``holds`` when there are no problems."""

    theorem: Theorem
    kernel: Verified | Rejected
    evidence: tuple[Evidence, ...]
    mistakes: tuple[MistakeReport, ...]
    problems: tuple[Problem, ...]

    @property
    def holds(self) -> bool:
        """Whether the kernel accepted the derivation, every kind confirms the statement and
        every mistake is refuted.
        """
        return not self.problems


def checker(kind: str) -> ModuleType:
    """The module that gives this kind of evidence; loaded here, because SymPy and SciPy are slow
    to load.
    """
    return import_module(f"vaetheory.checkers.{_ROOMS[kind]}")


def gather(kind: str, statement: Statement, *, seed: int, **options: bool) -> Evidence:
    """This kind's evidence about the statement; ``options`` are those of its checker."""
    evidence = checker(kind).check(statement, seed=seed, **options)
    assert isinstance(evidence, Evidence)
    return evidence


def seed_for(seed: int, *words: str) -> int:
    """A seed of its own for each check, the same in every run and on every machine."""
    return crc32("/".join((str(seed), *words)).encode()) & 0x7FFFFFFF


def examine(theorem: Theorem, known: dict[str, Statement], *, seed: int = 0) -> TheoremReport:
    """Check everything that is claimed with a theorem."""
    kernel = verify(
        theorem.derivation, theorem.statement, known, seed=seed_for(seed, theorem.name, "steps")
    )
    problems = list(kernel.problems) if isinstance(kernel, Rejected) else []
    evidence = statement_evidence(theorem, seed)
    bound = bool(theorem.statement.relation.direction)
    for found in evidence:
        if found.verdict is Verdict.FAILS:
            problems.append(Problem(0, f"{found.kind} refutes the statement: {found.why}"))
        elif found.verdict is Verdict.UNDECIDED and not survived(found, bound):
            problems.append(Problem(0, f"{found.kind} does not confirm the statement: {found.why}"))
    mistakes = tuple(_examine_mistake(theorem, m, seed) for m in theorem.mistakes)
    for report in mistakes:
        problems += [
            Problem(0, f"{e.kind} is fooled by the mistake {report.mistake.name!r}")
            for e in report.fooled
        ]
        if not report.refuted_by:
            problems.append(Problem(0, f"nothing refutes the mistake {report.mistake.name!r}"))
    return TheoremReport(theorem, kernel, evidence, mistakes, tuple(problems))


def statement_evidence(theorem: Theorem, seed: int) -> tuple[Evidence, ...]:
    """Every kind's evidence for the statement. An inequality that is proved is asked in random
    worlds, but not searched downhill for one that refutes it; ``make test-all`` searches them all.
    """
    found: dict[str, Evidence] = {}
    for kind in sorted(theorem.kinds, key=lambda k: k != PROOF):
        proved = PROOF in found and found[PROOF].verdict is Verdict.HOLDS
        options = {"search": False} if kind == EXACT and proved else {}
        own = seed_for(seed, theorem.name, kind)
        found[kind] = gather(kind, theorem.statement, seed=own, **options)
    return tuple(found[kind] for kind in theorem.kinds)


def survived(evidence: Evidence, bound: bool) -> bool:
    """Whether an inequality came through a refuter's worlds: all that this kind can say of one."""
    return bound and evidence.kind != PROOF and evidence.figures.get("worlds", 0) > 0


def _examine_mistake(theorem: Theorem, mistake: Mistake, seed: int) -> MistakeReport:
    refuted, cannot, fooled = [], [], []
    for kind in theorem.kinds:
        found = gather(
            kind, mistake.statement, seed=seed_for(seed, theorem.name, mistake.name, kind)
        )
        if found.verdict is Verdict.FAILS:
            refuted.append(found)
        elif found.verdict is Verdict.HOLDS:
            fooled.append(found)
        elif kind != PROOF:
            cannot.append(found)
    return MistakeReport(mistake, tuple(refuted), tuple(cannot), tuple(fooled))


def figures(evidence: Evidence, bound: bool) -> dict[str, Any]:
    """The JSON object for one kind: ``holds`` is null for an inequality that was only survived."""
    holds: bool | None = evidence.verdict is Verdict.HOLDS
    if survived(evidence, bound) and evidence.verdict is Verdict.UNDECIDED:
        holds = None
    extra = {"why": evidence.why} if evidence.why else {}
    return {"holds": holds, **evidence.figures, **extra}
