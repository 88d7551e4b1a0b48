"""Assertions about statements: some evidence confirms it, or refutes it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.language.statements import Statement

KINDS = {"exact": "exact", "quadrature": "quadrature", "Monte Carlo": "monte_carlo"}
SYMBOLIC = {"closed form": "symbolic"}


def evidence_for(
    statement: Statement, kinds: Iterable[str] = tuple(KINDS), *, seed: int = 0
) -> list[Evidence]:
    """What each kind of evidence says. Kinds: exact, quadrature, Monte Carlo, closed form."""
    rooms = {**KINDS, **SYMBOLIC}
    checkers = [import_module(f"vaetheory.checkers.{rooms[kind]}") for kind in kinds]
    return [checker.check(statement, seed=seed) for checker in checkers]


def assert_holds(
    statement: Statement, kinds: Iterable[str] = tuple(KINDS), *, seed: int = 0
) -> None:
    """Fail when a kind of evidence refutes the statement, or none confirms it; the message has the
    counterexample."""
    found = evidence_for(statement, kinds, seed=seed)
    for evidence in found:
        if evidence.verdict is Verdict.FAILS:
            raise AssertionError(f"{statement!r}: {evidence.kind} refutes it. {_told(evidence)}")
    if not any(e.verdict is Verdict.HOLDS for e in found):
        raise AssertionError(f"{statement!r}: undecided. " + " ".join(map(_told, found)))


def assert_refuted(
    statement: Statement, kinds: Iterable[str] = tuple(KINDS), *, seed: int = 0
) -> None:
    """Fail unless some kind of evidence refutes the statement."""
    found = evidence_for(statement, kinds, seed=seed)
    if not any(e.verdict is Verdict.FAILS for e in found):
        raise AssertionError(f"{statement!r}: not refuted. " + " ".join(map(_told, found)))


def _told(evidence: Evidence) -> str:
    text = f"{evidence.kind} {evidence.verdict.value}"
    text += f": {evidence.why}" if evidence.why else ""
    if evidence.counterexample is not None:
        text += f" In the world {evidence.counterexample.world}"
    return text + "."
