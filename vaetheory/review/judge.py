"""The verdicts on the lines of one derivation, under the readings of its sides that fit together
best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Assumption
from vaetheory.language.expressions import Density, Expression
from vaetheory.language.statements import ChainError, Relation, Statement, compose
from vaetheory.latex.meaning.densities import density
from vaetheory.latex.meaning.laws import law_of
from vaetheory.latex.meaning.readings import Reading
from vaetheory.latex.meaning.sides import expression_of
from vaetheory.latex.meaning.survey import Facts, survey, vectors_of
from vaetheory.latex.meaning.variables import Scope
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.grammar import parse
from vaetheory.latex.reader.layout import chains_of, quantity_of
from vaetheory.latex.reader.syntax import Items, Name, Node
from vaetheory.review.alternatives import of_side
from vaetheory.review.assumptions import assumption_of
from vaetheory.review.cases import put_in, reconsidered
from vaetheory.review.claims import (
    Claimed,
    Situation,
    doubted_without_family,
    proportional,
    settle,
)
from vaetheory.review.deciding import Decider
from vaetheory.review.estimates import doubted_outside
from vaetheory.review.families import formulas_of
from vaetheory.review.graphs import written
from vaetheory.review.relations import NOT_CLAIMS, RELATION_OF
from vaetheory.review.sheet import Line, Side

COST = {Verdict.HOLDS: 0.0, Verdict.UNDECIDED: 1.0, Verdict.FAILS: 10.0}
_UNUSUAL = 0.1


@dataclass(slots=True)
class Judged:
    """A line with what was claimed and how that came out; ``claimed`` is None where nothing
    could be claimed.
    """

    line: Line
    claimed: Claimed | None = None
    reading: str = ""
    against: Line | None = None
    error: ReadError | None = None
    note: str = ""


@dataclass(slots=True)
class _Stop:
    """A side that was read, with its readings."""

    side: Side
    options: list[tuple[Reading, Expression]]


@dataclass(slots=True)
class Judgement:
    """The verdicts on a derivation under one reading of the file."""

    lines: list[Judged]
    cost: float = 0.0
    stops: list[tuple[Side, Expression]] = field(default_factory=list)


def trees_of(lines: list[Line]) -> list[Node]:
    return [s.tree for line in lines for s in (line.left, line.right) if s.tree is not None]


def flavour_of(lines: list[Line]) -> str:
    """Whether a derivation speaks of Bernoulli or of Gaussian formulas, or of neither."""
    facts = survey(trees_of(lines))
    if facts.bernoulli:
        return "bernoulli"
    return "gaussian" if facts.gaussian else ""


def judge(
    lines: list[Line],
    facts: Facts,
    reading: Reading,
    given: tuple[Assumption, ...],
    decider: Decider,
    samples: Sequence[tuple[Node, Node]] = (),
) -> Judgement:
    """Reads every side in its best way and settles every line."""
    flavour = flavour_of(lines)
    facts = replace(facts, vectors=vectors_of(trees_of(lines)))
    stops, errors = _read(lines, facts, reading, flavour)
    judged = [Judged(line) for line in lines]
    conditions = _conditions(lines, facts, reading)
    edges = _edges(lines, stops, errors, judged, conditions)
    formulas = formulas_of((s.options[0][1] for s in stops), flavour)
    present = _present(facts, reading)
    graphs = written((s.options[0][1] for s in stops), present)
    drawn = _drawn(samples, Scope(facts, reading, flavour=flavour))
    situation = Situation(facts, formulas, given, decider, present, graphs, drawn)

    def widened(a: Expression, b: Expression, values: dict[str, Expression]) -> Situation:
        """The situation with the parameters of two sides in which letters were put in."""
        everything = (*(s.options[0][1] for s in stops), a, b)
        known = tuple(put_in(assumption, values) for assumption in given)
        return replace(situation, formulas=formulas_of(everything, flavour), given=known)

    choice = _choose(stops, edges, situation)
    cost = 0.0
    for edge in edges:
        left, right = stops[edge.left], stops[edge.right]
        (r1, e1), (r2, e2) = left.options[choice[edge.left]], right.options[choice[edge.right]]
        entry = judged[edge.line]
        claimed = reconsidered(
            edge.settle(e1, e2, situation),
            ((left.side.tree, r1), (right.side.tree, r2)),
            entry.line.span.start,
            facts,
            flavour,
            lambda a, b, v, edge=edge: edge.settle(a, b, widened(a, b, v)),  # type: ignore[misc]
        )
        claimed = doubted_outside(doubted_without_family(claimed))
        entry.claimed = claimed
        entry.reading = _described(reading, r1, r2)
        cost += COST[claimed.decision.verdict]
    cost += sum(1.0 for j in judged if j.error is not None)
    _note_turns(judged)
    chosen = [(s.side, s.options[choice[k]][1]) for k, s in enumerate(stops)]
    return Judgement(judged, cost, chosen)


def _present(facts: Facts, reading: Reading) -> tuple[Density, ...]:
    """The densities that the file writes, in any of its derivations."""
    scope = Scope(facts, reading)
    found: dict[Density, None] = {}
    for base, _, of, given in facts.densities:
        name = Name(0, 0, base)
        try:
            found[density(name, of, given, scope, name)] = None
        except ReadError:
            continue
    return tuple(found)


def _drawn(samples: Sequence[tuple[Node, Node]], scope: Scope) -> tuple[Density, ...]:
    """The laws that the file draws its copies from."""
    found: dict[Density, None] = {}
    for left, right in samples:
        try:
            law = law_of(Items((left, right), (r"\sim",)), left, scope).law
        except (ReadError, ValueError, TypeError):
            continue
        if isinstance(law, Density) and len(law.of) == 1:
            found[law] = None
    return tuple(found)


def _note_turns(judged: list[Judged]) -> None:
    """Says where a chain of inequalities turns: its ends are then not compared."""
    direction = 0
    for entry in judged:
        relation = RELATION_OF.get(entry.line.link.sign)
        if entry.line.first or relation is None:
            direction = 0
        if relation is not None and relation.direction:
            if direction and relation.direction != direction:
                entry.note = f"{entry.note}; {_TURN}".lstrip("; ")
            direction = relation.direction


_TURN = (
    "the chain turns from ≥ to ≤ or back: its first and its last expression are not compared by it"
)


def _described(*readings: Reading) -> str:
    said = [part for r in readings for part in r.describe().split("; ") if part]
    return "; ".join(dict.fromkeys(said))


def _read(
    lines: list[Line], facts: Facts, reading: Reading, flavour: str
) -> tuple[list[_Stop], dict[int, ReadError]]:
    sides: dict[int, Side] = {}
    for line in lines:
        sides.setdefault(id(line.left), line.left)
        sides.setdefault(id(line.right), line.right)
    stops: list[_Stop] = []
    errors: dict[int, ReadError] = {}
    for key, side in sides.items():
        if side.error is not None:
            errors[key] = side.error
        elif side.tree is not None and not side.elided:
            try:
                stops.append(_Stop(side, of_side(side.tree, facts, reading, flavour)))
            except ReadError as error:
                errors[key] = error
    return stops, errors


@dataclass(slots=True)
class _Edge:
    line: int
    left: int
    right: int
    relation: Relation
    quantity: str
    constant: bool
    condition: tuple[Assumption, ...]
    scale: bool = False

    def settle(self, left: Expression, right: Expression, situation: Situation) -> Claimed:
        """What is claimed between the two sides, and how it comes out: without the condition that
        it is said under if it holds without, else under it.
        """
        plain = Statement(left, self.relation, right, (), self.quantity)
        if self.scale:
            return proportional(plain, situation)
        claimed = settle(plain, self.constant, situation)
        if not self.condition or claimed.decision.verdict is Verdict.HOLDS:
            return claimed
        return settle(replace(plain, assumptions=self.condition), self.constant, situation)


def _conditions(
    lines: list[Line], facts: Facts, reading: Reading
) -> dict[int, tuple[Assumption, ...] | None]:
    """What lines are said under, as in "… if q(z|x) = p(z|x)"; None where it cannot be assumed."""
    found: dict[int, tuple[Assumption, ...] | None] = {}
    for line in lines:
        if not line.condition:
            continue
        try:
            chain = chains_of(line.condition, "", bare=False)[0]
            left, right = (expression_of(parse(side), facts, reading) for side in chain.sides)
            found[line.number] = (assumption_of(left, chain.links[0].sign, right),)
        except (ReadError, ValueError, IndexError):
            found[line.number] = None
    return found


def _edges(
    lines: list[Line],
    stops: list[_Stop],
    errors: dict[int, ReadError],
    judged: list[Judged],
    conditions: dict[int, tuple[Assumption, ...] | None],
) -> list[_Edge]:
    """For each line that can be checked, what it is checked against: the nearest side before it
    that was read.
    """
    place = {id(s.side): k for k, s in enumerate(stops)}
    edges: list[_Edge] = []
    last: int | None = None
    pending: list[Relation] = []
    skipped = scale = False
    for k, line in enumerate(lines):
        entry = judged[k]
        if line.first:
            last, pending, skipped = place.get(id(line.left)), [], False
            if last is None and not line.left.elided:
                entry.error = errors.get(id(line.left), line.left.error)
        relation = RELATION_OF.get(line.link.sign)
        if line.trouble is not None or relation is None:
            entry.error = line.trouble
            entry.note = NOT_CLAIMS.get(line.link.sign, "")
            last, pending = place.get(id(line.right)), []
            continue
        pending.append(relation)
        scale = (scale and len(pending) > 1) or line.link.sign == r"\propto"
        if id(line.right) in errors:
            entry.error = errors[id(line.right)]
            skipped = True
            continue
        if line.right.elided:
            entry.note = (
                "an ellipsis claims nothing; what follows is checked against the line before it"
            )
            continue
        here = place[id(line.right)]
        if last is None:
            if entry.error is None:
                entry.error = ReadError(
                    "nothing before this line was read, so it has nothing to follow from",
                    line.link.start,
                    line.link.end,
                )
            last, pending = here, []
            continue
        try:
            composed = compose(tuple(pending))
        except ChainError as error:
            entry.note = str(error)
            last, pending = here, []
            continue
        if entry.error is None:
            constant = line.right.constant or stops[last].side.constant
            quantity = quantity_of(line.link)
            condition = conditions.get(line.number, ())
            if condition is None:
                entry.note = "said under a condition that cannot be assumed here: not checked"
            elif scale and len(pending) > 1:
                entry.note = "∝ behind a line that was not read: not checked"
            else:
                edge = _Edge(k, last, here, composed, quantity, constant, condition, scale)
                edges.append(edge)
            if skipped:
                entry.note = (
                    "checked against the last line that was read: what stands between was not"
                )
        last, pending, skipped = here, [], False
    return edges


def _choose(stops: list[_Stop], edges: list[_Edge], situation: Situation) -> list[int]:
    """For each side the reading in which the chain comes out best.

    A side keeps one reading for both of its neighbours: a dynamic program over the chain.
    """
    choice = [0] * len(stops)
    if all(len(s.options) == 1 for s in stops) or all(
        _cost(edge, stops, 0, 0, situation) == 0.0 for edge in edges
    ):
        return choice
    best: list[dict[int, tuple[float, int]]] = [{} for _ in stops]
    incoming = {edge.right: edge for edge in edges}
    for k, stop in enumerate(stops):
        edge = incoming.get(k)
        for j in range(len(stop.options)):
            own = _UNUSUAL * j
            if edge is None:
                best[k][j] = (own, -1)
                continue
            before = best[edge.left]
            costs = [(before[i][0] + _cost(edge, stops, i, j, situation) + own, i) for i in before]
            best[k][j] = min(costs)
    _trace(stops, incoming, best, choice)
    return choice


def _cost(edge: _Edge, stops: list[_Stop], i: int, j: int, situation: Situation) -> float:
    left, right = stops[edge.left].options[i][1], stops[edge.right].options[j][1]
    return COST[edge.settle(left, right, situation).decision.verdict]


def _trace(
    stops: list[_Stop],
    incoming: dict[int, _Edge],
    best: list[dict[int, tuple[float, int]]],
    choice: list[int],
) -> None:
    fixed: set[int] = set()
    for k in range(len(stops) - 1, -1, -1):
        if k in fixed or not best[k]:
            continue
        j = min(best[k], key=lambda option: best[k][option][0])
        here: int | None = k
        while here is not None and here not in fixed:
            choice[here] = j
            fixed.add(here)
            edge = incoming.get(here)
            if edge is None:
                break
            j, here = best[here][j][1], edge.left
