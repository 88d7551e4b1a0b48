"""The judgement of a derivation over time steps: at each of a few lengths, and then the worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vaetheory.checkers import exact
from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Assumption
from vaetheory.latex.meaning.readings import Reading
from vaetheory.latex.meaning.survey import Facts, survey
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import Node
from vaetheory.review.deciding import Decider
from vaetheory.review.judge import COST, Judged, Judgement, judge, trees_of
from vaetheory.review.sheet import Line, Side
from vaetheory.review.steps import LENGTHS, Steps, at_length, steps_of


def judge_steps(
    lines: list[Line],
    facts: Facts,
    reading: Reading,
    given: tuple[Assumption, ...],
    decider: Decider,
    samples: Sequence[tuple[Node, Node]] = (),
) -> Judgement:
    """The same, where a derivation has time steps at each of a few lengths: what holds at all of
    them holds, what fails at one fails.
    """
    steps = steps_of(trees_of(lines))
    if steps is None:
        return judge(lines, facts, reading, given, decider, samples)
    whole: Judgement | None = None
    for length in LENGTHS:
        made = _at_length(lines, steps, length)
        own = survey(trees_of(made))
        own.definitions = {
            key: at_length(tree, steps, length) for key, tree in facts.definitions.items()
        }
        own.defined_indices, own.bound_names = facts.defined_indices, facts.bound_names
        own.settings, own.introduced = facts.settings, facts.introduced
        one = judge(made, own, reading, given, decider)
        whole = one if whole is None else _worse(whole, one)
    assert whole is not None
    said = f"checked for {steps.length} = {' and '.join(map(str, LENGTHS))}"
    for entry, line in zip(whole.lines, lines, strict=True):
        entry.line = line
        if entry.claimed is not None:
            decision = entry.claimed.decision
            if decision.verdict is Verdict.HOLDS:
                # true at some lengths is no proof for all of them
                decision = replace(decision, kind=exact.KIND)
            note = "; ".join(n for n in (entry.claimed.note, said) if n)
            entry.claimed = replace(entry.claimed, decision=decision, note=note)
    return whole


def _at_length(lines: list[Line], steps: Steps, length: int) -> list[Line]:
    sides: dict[int, Side] = {}
    for side in (s for line in lines for s in (line.left, line.right)):
        if id(side) in sides:
            continue
        new = sides[id(side)] = replace(side)
        if side.tree is not None:
            try:
                new.tree = at_length(side.tree, steps, length)
            except ReadError as error:
                new.tree, new.error = None, error
    return [replace(one, left=sides[id(one.left)], right=sides[id(one.right)]) for one in lines]


def _worse(first: Judgement, second: Judgement) -> Judgement:
    """Of each line the worse of two verdicts."""
    lines: list[Judged] = []
    for a, b in zip(first.lines, second.lines, strict=True):
        if a.claimed is None or b.claimed is None:
            lines.append(a if a.claimed is None else b)
        else:
            costs = [COST[j.claimed.decision.verdict] for j in (a, b) if j.claimed is not None]
            lines.append(a if costs[0] >= costs[1] else b)
    return Judgement(lines, max(first.cost, second.cost), first.stops)
