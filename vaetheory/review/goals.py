"""Goals: does a chain arrive at the theorem that was asked for, how large is its largest step,
and what comes next?
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.expressions import Expression, Letter, walk
from vaetheory.language.statements import ChainError, Relation, Statement, compose
from vaetheory.latex.reader.documents import open_document
from vaetheory.latex.writer import to_latex
from vaetheory.review import alternatives
from vaetheory.review.deciding import Decider, Decision
from vaetheory.review.introductions import introductions
from vaetheory.review.judge import Judgement, judge
from vaetheory.review.relations import RELATION_OF
from vaetheory.review.report import FAILS, UNREAD, FileReport, GoalReport
from vaetheory.review.sheet import Line, Sheet, read_sheet
from vaetheory.theorems import THEOREMS
from vaetheory.theorems.theorem import Theorem


def theorems_for(key: str) -> list[Theorem]:
    """The theorems that a question key or a name asks for."""
    if key in THEOREMS:
        return [THEOREMS[key]]
    return [t for t in THEOREMS.values() if t.question == key]


def pursue(
    report: FileReport,
    text: str,
    name: str,
    goal: str | None,
    hint: bool,
    known: dict[Statement, Decision] | None = None,
) -> None:
    """Enters into the report whether it reaches the goal, and a hint where one is asked for.

    ``known`` are statements that have been decided before.
    """
    ends = time.monotonic() + 2.0
    sheet = read_sheet(open_document(text, name), ends)
    introductions(sheet)
    decider = Decider(ends, known={} if known is None else known)
    reading = next(iter(alternatives.of_file(sheet.facts)))
    judgements = [judge(lines, sheet.facts, reading, (), decider) for lines in sheet.derivations()]
    candidates = theorems_for(goal) if goal is not None else list(THEOREMS.values())
    if goal is not None:
        report.goal = _reach(candidates, report, sheet, judgements, decider)
    if hint:
        report.hint = _hint(candidates, judgements, report)


def _reach(
    candidates: list[Theorem],
    report: FileReport,
    sheet: Sheet,
    judgements: list[Judgement],
    decider: Decider,
) -> GoalReport:
    first = candidates[0]
    for theorem in candidates:
        for lines, judgement in zip(sheet.derivations(), judgements, strict=True):
            for start, end, within in _stretches(judgement, lines, theorem):
                if decider.left <= 0:
                    break
                ends = judgement.stops[start][1], judgement.stops[end][1]
                if not _same_claim(theorem.statement, *ends, decider):
                    continue
                numbers = {line.number for line in within}
                sound = not any(
                    line.verdict in (FAILS, UNREAD) for line in report.lines if line.line in numbers
                )
                why = "the chain arrives at the theorem" + (
                    "" if sound else ", but not every line on the way holds"
                )
                stretch = replace(judgement, stops=judgement.stops[start : end + 1])
                return _goal(theorem, sound, why, _largest(stretch, within))
    return _goal(first, False, "no chain of this file begins and ends where the theorem does", None)


def _stretches(
    judgement: Judgement, lines: list[Line], theorem: Theorem
) -> Iterator[tuple[int, int, list[Line]]]:
    """The parts of a chain that claim a relation like the theorem's, the whole chain first: what
    is said before it and behind it takes nothing away.
    """
    stops = judgement.stops
    place = {id(side): k for k, (side, _) in enumerate(stops)}
    wanted = min(len(_kinds(theorem.statement.left)), len(_kinds(theorem.statement.right)))
    for length in range(len(stops) - 1, 0, -1):
        for start in range(len(stops) - length):
            end = start + length
            within = [
                line for line in lines if start < place.get(id(line.right), len(stops)) <= end
            ]
            if not within or len(_kinds(stops[end][1]) | _kinds(stops[start][1])) < wanted:
                continue
            signs = [RELATION_OF.get(line.link.sign) for line in within]
            try:
                relation = compose(tuple(s for s in signs if s is not None))
            except ChainError:
                continue
            if relation is _relation(theorem):
                yield start, end, within


def _relation(theorem: Theorem) -> Relation:
    return theorem.statement.relation


def _same_claim(
    statement: Statement, left: Expression, right: Expression, decider: Decider
) -> bool:
    """Whether the ends of the chain are the sides of the theorem, as written or up to a
    rearrangement.
    """
    pairs = ((statement.left, left), (statement.right, right))
    if all(_same(a, b, decider) for a, b in pairs):
        return True
    return all(_same(a, b, decider) for a, b in ((statement.left, right), (statement.right, left)))


def _same(wanted: Expression, said: Expression, decider: Decider) -> bool:
    return (
        _kinds(wanted) <= _kinds(said)
        and decider.decide(Statement(wanted, Relation.EQUAL, said)).verdict is Verdict.HOLDS
    )


def _kinds(expression: Expression) -> set[str]:
    """The operators that must be seen: log p(x) and its decomposition are equal, but only one is
    the goal.
    """
    seen = {type(n).__name__ for n in walk(expression)}
    return seen & {"KL", "Entropy"}


def _goal(theorem: Theorem, reached: bool, why: str, largest: dict[str, Any] | None) -> GoalReport:
    return GoalReport(
        theorem.name, theorem.question, to_latex(theorem.statement), reached, why, largest
    )


def _largest(judgement: Judgement, lines: list[Any]) -> dict[str, Any] | None:
    """The line at which the most changes at once: how many subterms are new."""
    sizes: list[tuple[int, int]] = []
    for (_, before), (_, after), line in zip(
        judgement.stops, judgement.stops[1:], lines, strict=False
    ):
        old, new = set(walk(before)), set(walk(after))
        sizes.append((len(new - old), line.number))
    if not sizes:
        return None
    size, number = max(sizes)
    return {"line": number, "size": size}


def _hint(candidates: list[Theorem], judgements: list[Judgement], report: FileReport) -> str:
    """The step of the theorem's own derivation that comes after the last line that agrees with
    it.
    """
    wrong = next((line for line in report.lines if line.verdict == FAILS), None)
    if wrong is not None:
        return f"look at line {wrong.line} first: it does not follow from the line before it"
    best: tuple[int, str] = (-1, "")
    for theorem in candidates:
        derivation = theorem.derivation
        expressions = [derivation.start, *(s.expression for s in derivation.steps)]
        said = [value for j in judgements for _, value in j.stops]
        matched = max((k for k, e in enumerate(expressions) if e in said), default=-1)
        if matched > best[0] and matched < len(derivation.steps):
            step = derivation.steps[matched]
            best = (matched, f"next, use {step.rule}: {step.note}".rstrip(": "))
    if best[0] >= 0:
        return best[1]
    theorem = candidates[0]
    return f"begin with {to_latex(theorem.derivation.start)}"


__all__ = ["Letter", "pursue", "theorems_for"]
