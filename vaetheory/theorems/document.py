"""The document that ``vaetheory verify --json`` prints and the site is built from."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from vaetheory import rules
from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.latex.assumptions import describe
from vaetheory.latex.writer import to_latex
from vaetheory.theorems import get, known_before, names
from vaetheory.theorems.evidence import TheoremReport, examine, figures
from vaetheory.theorems.theorem import PROOF

SCHEMA = 1


def report(
    chosen: Iterable[str] | None = None,
    *,
    seed: int = 0,
    processes: int | None = None,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Verify the named theorems (all of them by default) and describe the result.

    ``progress`` is called with each theorem's entry as it is done. Raises KeyError for a name that
    does not exist.
    """
    wanted = list(names() if chosen is None else chosen)
    for name in wanted:
        get(name)
    begun = time.perf_counter()
    entries: dict[str, dict[str, Any]] = {}
    for entry in _examined(wanted, seed, processes or min(len(os.sched_getaffinity(0)), 4)):
        entries[entry["name"]] = entry
        if progress:
            progress(entry)
    return {
        "schema": SCHEMA,
        "theorems": [entries[name] for name in wanted],
        "seed": seed,
        "seconds": round(time.perf_counter() - begun, 3),
    }


def _examined(wanted: list[str], seed: int, processes: int) -> Iterator[dict[str, Any]]:
    if processes < 2 or len(wanted) < 2:
        for name in wanted:
            yield entry_for(name, seed)
        return
    with ProcessPoolExecutor(processes) as pool:
        for future in as_completed([pool.submit(entry_for, name, seed) for name in wanted]):
            yield future.result()


def entry_for(name: str, seed: int) -> dict[str, Any]:
    """One theorem's entry of the document."""
    begun = time.perf_counter()
    examined = examine(get(name), known_before(name), seed=seed)
    return {**describe_report(examined), "seconds": round(time.perf_counter() - begun, 3)}


def describe_report(examined: TheoremReport) -> dict[str, Any]:
    """The JSON object for a theorem's evidence."""
    theorem = examined.theorem
    bound = bool(theorem.statement.relation.direction)
    steps = zip(theorem.derivation.steps, examined.kernel.evidence, strict=True)
    return {
        "name": theorem.name,
        "title": theorem.title,
        "question": theorem.question,
        "statement": to_latex(theorem.statement),
        "holds": examined.holds,
        "assumptions": [describe(a) for a in theorem.statement.assumptions],
        "equality": theorem.equality,
        "uses": list(theorem.uses),
        "start": to_latex(theorem.derivation.start),
        "steps": [
            {
                "latex": to_latex(step.expression),
                "relation": step.relation.value,
                "rule": step.rule,
                "note": step.note,
                "evidence": [e.kind for e in found if e.verdict is Verdict.HOLDS],
                "no_proof": _no_proof(step.rule, found),
                "figures": {e.kind: figures(e, bool(step.relation.direction)) for e in found},
            }
            for step, found in steps
        ],
        "evidence": {e.kind: figures(e, bound) for e in examined.evidence},
        "mistakes": [
            {
                "name": m.mistake.name,
                "latex": to_latex(m.mistake.statement),
                "why": m.mistake.why,
                "refuted_by": [e.kind for e in m.refuted_by],
                "cannot_tell": [e.kind for e in m.cannot_tell],
                "figures": {e.kind: _refutation(e) for e in (*m.refuted_by, *m.cannot_tell)},
            }
            for m in examined.mistakes
        ],
        "reference": theorem.reference,
        "problems": [
            f"step {p.step}: {p.message}" if p.step else p.message for p in examined.problems
        ],
    }


def _no_proof(rule: str, found: tuple[Evidence, ...]) -> str:
    """Why a step carries no proof; the empty string where it does."""
    if any(e.kind == PROOF and e.verdict is Verdict.HOLDS for e in found):
        return ""
    return rules.get(rule).unproved if rule in rules.RULES else ""


def _finite(decimal: float) -> float | None:
    """JSON has no ∞; the exact string beside it says so."""
    return decimal if math.isfinite(decimal) else None


def _refutation(evidence: Evidence) -> dict[str, Any]:
    extra: dict[str, Any] = {"why": evidence.why} if evidence.why else {}
    if evidence.counterexample is not None:
        found = evidence.counterexample
        extra["counterexample"] = {
            "world": found.world,
            "left": found.left,
            "right": found.right,
            "difference": found.difference,
            "left_decimal": _finite(found.left_decimal),
            "right_decimal": _finite(found.right_decimal),
            "difference_decimal": _finite(found.difference_decimal),
        }
    return {**evidence.figures, **extra}
