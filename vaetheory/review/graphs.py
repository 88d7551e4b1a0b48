"""Factorisations that a derivation takes for granted: p(x|y, z) p(y) p(z) written for p(x, y, z).

A product of conditionals with each variable before one bar is a graph. Where a line holds under the
graph that it writes itself, the graph is an assumption of its author, and is named in the verdict.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from vaetheory.language.assumptions import Assumption, Dag, SameDensity
from vaetheory.language.expressions import (
    Density,
    Expectation,
    Expression,
    Integral,
    Letter,
    MutualInformation,
    Product,
    walk,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.review.assumptions import densities, graph_of, ordered

Parents = dict[str, tuple[str, ...]]


def stated(left: Expression, right: Expression) -> Dag | None:
    """The graph that p(x, z₁, z₂) = p(x|z₁) p(z₁|z₂) p(z₂) states, if it says more than the chain
    rule.
    """
    factors = right.factors if isinstance(right, Product) else ()
    if not isinstance(left, Density) or len(left.of) < 3:
        return None
    if not all(isinstance(f, Density) for f in factors):
        return None
    try:
        graph = graph_of(left, (f for f in factors if isinstance(f, Density)))
    except ValueError:
        return None
    return graph if _says_something(dict(graph.parents)) and _connected(graph) else None


def implied(
    statement: Statement, present: Iterable[Density], graphs: Iterable[Dag] = ()
) -> list[tuple[Assumption, ...]]:
    """The graphs that one side of a statement writes; ``present`` are all densities of the file,
    ``graphs`` those that other lines of the derivation write.

    A graph is left out where the file elsewhere conditions a variable on more: what is lost there
    is the slip that the line is checked for.
    """
    known = {a.letter for a in statement.assumptions if isinstance(a, Dag)}
    everywhere = tuple(present)
    found: list[tuple[Assumption, ...]] = []
    letters = {d.letter for d in densities((statement.left, statement.right))} - known
    for side in (statement.right, statement.left):
        own = tuple(
            graph
            for letter in sorted(letters, key=repr)
            if (graph := _written(letter, side, _slots(letter, statement), everywhere)) is not None
        )
        written = {g.letter for g in own}
        others = tuple(
            g
            for g in graphs
            if g.letter in letters - written
            and _slots(g.letter, statement) <= {slot for slot, _ in g.parents}
        )
        for one in (own, (*own, *others)):
            if one and one not in found:
                found.append(one)
    chains = tuple(
        chain
        for letter in sorted(letters, key=repr)
        if (chain := _chain(letter, statement)) is not None
    )
    return [*found, chains] if chains and chains not in found else found


_STEP = re.compile(r"(.+)_\{?(\d+)\}?$")


def _chain(letter: Letter, statement: Statement) -> Dag | None:
    """The Markov chain of a letter whose variables are x_0, x_1, … and nothing else, where it is
    written by at least one of its steps: q(x_t | x_{t−1}) onwards, p(x_{t−1} | x_t) backwards.
    """
    slots = _slots(letter, statement)
    matches = [m for slot in slots if (m := _STEP.match(slot)) is not None]
    if len(slots) < 3 or len(matches) < len(slots) or len({m[1] for m in matches}) != 1:
        return None
    ordered_slots = [m[0] for m in sorted(matches, key=lambda m: int(m[2]))]
    numbers = sorted(int(m[2]) for m in matches)
    if numbers != list(range(numbers[0], numbers[-1] + 1)):
        return None
    steps = set(itertools.pairwise(ordered_slots))
    single = {
        (d.given[0].slot, d.of[0].slot)
        for d in densities((statement.left, statement.right))
        if d.letter == letter and len(d.of) == 1 == len(d.given)
    }
    if single & steps:
        way = ordered_slots
    elif {(b, a) for a, b in single} & steps:
        way = ordered_slots[::-1]
    else:
        return None
    above = [(), *((slot,) for slot in way[:-1])]
    return Dag(letter, tuple(zip(way, above, strict=True)))


def _slots(letter: Letter, statement: Statement) -> set[str]:
    return {
        v.slot
        for d in densities((statement.left, statement.right))
        if d.letter == letter
        for v in (*d.of, *d.given)
    }


def written(sides: Iterable[Expression], present: Iterable[Density]) -> tuple[Dag, ...]:
    """The graph of each letter that the sides of a derivation write, where there is but one."""
    everywhere = tuple(present)
    found: dict[Letter, set[Dag]] = {}
    for side in sides:
        for letter in {d.letter for d in densities((side,))}:
            slots = _slots(letter, Statement(side, Relation.EQUAL, side))
            graph = _written(letter, side, slots, everywhere)
            if graph is not None:
                found.setdefault(letter, set()).add(graph)
    largest = {
        letter: [g for g in graphs if len(g.parents) == max(len(h.parents) for h in graphs)]
        for letter, graphs in found.items()
    }
    kept = (graphs[0] for graphs in largest.values() if len(graphs) == 1)
    return tuple(sorted(kept, key=repr))


def _written(
    letter: Letter, side: Expression, slots: set[str], present: tuple[Density, ...]
) -> Dag | None:
    if len(slots) < 3:
        return None
    parents: Parents = {}
    for density in densities((side,)):
        if density.letter != letter or len(density.of) != 1:
            continue
        slot, above = density.of[0].slot, tuple(v.slot for v in density.given)
        if slot in parents and set(parents[slot]) != set(above):
            return None
        parents[slot] = above
    if not parents:
        return None
    conditions: tuple[str, ...] = ()
    for slot in sorted(slots - parents.keys()):
        if not any(slot in above for above in parents.values()):
            return None
        # of what only stands behind bars nothing is said
        parents[slot] = conditions
        conditions += (slot,)
    try:
        graph = ordered(letter, parents)
    except ValueError:
        return None
    if not _says_something(parents) or not _connected(graph) or _more_elsewhere(graph, present):
        return None
    if letter.name in ("p", "P") and _lost_by_a_decoder(graph, conditions):
        return None
    return graph


def _says_something(parents: Parents) -> bool:
    """Whether two variables are not joined: a complete graph is the chain rule and no
    assumption.
    """
    return sum(len(above) for above in parents.values()) < len(parents) * (len(parents) - 1) // 2


def _connected(graph: Dag) -> bool:
    """Whether all variables hang together: p(x|z) p(z) p(c) has lost c, and is no model of it."""
    neighbours: dict[str, set[str]] = {slot: set(above) for slot, above in graph.parents}
    for slot, above in graph.parents:
        for other in above:
            neighbours[other].add(slot)
    seen: set[str] = set()
    waiting = [graph.parents[0][0]]
    while waiting:
        slot = waiting.pop()
        if slot not in seen:
            seen.add(slot)
            waiting.extend(neighbours[slot])
    return len(seen) == len(graph.parents)


def _lost_by_a_decoder(graph: Dag, conditions: tuple[str, ...]) -> bool:
    """Whether what the model is conditioned on, such as a class c, is missing behind the bar of
    its last variable: p(x|z) p(z|c). Only the prior may lose it unsaid. Time steps lose what lies
    further back by design.
    """
    parents = dict(graph.parents)
    last = [slot for slot, below in _below(graph).items() if not below and slot not in conditions]
    return any(
        c not in parents[slot] and c.split("_")[0] != slot.split("_")[0]
        for slot in last
        for c in conditions
    )


def _below(graph: Dag) -> dict[str, set[str]]:
    below: dict[str, set[str]] = {slot: set() for slot, _ in graph.parents}
    for slot, above in reversed(graph.parents):
        for other in above:
            below[other] |= {slot} | below[slot]
    return below


def _more_elsewhere(graph: Dag, present: tuple[Density, ...]) -> bool:
    parents, below = dict(graph.parents), _below(graph)
    for density in present:
        slot = density.of[0].slot
        if density.letter.name != graph.letter.name or len(density.of) != 1 or slot not in parents:
            continue
        given = {v.slot for v in density.given}
        posterior = given & below[slot] or not given <= parents.keys()
        if not posterior and given > set(parents[slot]):
            return True
    return False


def states_itself(statement: Statement, found: Iterable[Assumption]) -> bool:
    """Whether a line says no more than the factorisation that it holds under: p(a, v|z) =
    p(a|z) p(v|z).
    """
    left, right = statement.left, statement.right
    factors = right.factors if isinstance(right, Product) else ()
    return (
        any(isinstance(a, Dag) for a in found)
        and isinstance(left, Density)
        and bool(factors)
        and all(isinstance(f, Density) and f.letter == left.letter for f in factors)
    )


_DATA = ("data", r"\mathcalD", "D", "d", "*")


def data_law(statement: Statement) -> list[Assumption]:
    """q(x) = p_data(x), where the statement averages over the data and speaks of q(z), I_q(x; z)
    or the like.
    """
    present = list(densities((statement.left, statement.right)))
    data = [d for d in present if _is_data(d)] or _averaged_over(statement, present)
    letters = {d.letter for d in present if d.letter.name in ("q", "Q")}
    for side in (statement.left, statement.right):
        letters |= {n.letter for n in walk(side) if isinstance(n, MutualInformation)}
    letters = {letter for letter in letters if letter.name in ("q", "Q")}
    if not data or len(letters) != 1:
        return []
    (letter,) = letters
    return [SameDensity(Density(letter, data[0].of), data[0])]


def _averaged_over(statement: Statement, present: list[Density]) -> list[Density]:
    """p(x) below an expectation in a line that also has q(z) and q(z|x): the only x that q(z) can
    be an average over.
    """
    posteriors = [d for d in present if d.letter.name in ("q", "Q") and d.given]
    latent = {v.slot for d in posteriors for v in d.of}
    behind = {v.slot for d in posteriors for v in d.given} - latent
    informed = any(
        isinstance(n, MutualInformation) and n.letter.name in ("q", "Q")
        for side in (statement.left, statement.right)
        for n in walk(side)
    )
    if not informed and not any(d.letter.name in ("q", "Q") and not d.given for d in present):
        return []
    found: list[Density] = []
    for side in (statement.left, statement.right):
        for node in walk(side):
            law = node.law if isinstance(node, Expectation) else None
            if isinstance(law, Density) and law.letter.name in ("p", "P") and not law.given:
                data = len(law.of) == 1 and law.of[0].slot in behind
                # q(x) beside p(x) is a law of its own
                own = any(d.letter.name in ("q", "Q") and set(d.of) == set(law.of) for d in present)
                found += [law] if data and not own and law not in found else []
    return found


def _is_hidden(density: Density) -> bool:
    return all(v.slot.lower() != "x" for v in density.of)


def aggregate(left: Expression, right: Expression) -> SameDensity | None:
    """The law of the data that q(z) = ∫ q(z|x) p(x) dx states: q(x) = p(x)."""
    match right:
        case Integral(body=Product(factors=(Density() as a, Density() as b)), over=over):
            pair = (a, b) if a.given else (b, a)
        case Expectation(law=Density() as law, body=Density() as inner, over=over):
            pair = (inner, law)
        case _:
            return None
    conditional, data = pair
    same = isinstance(left, Density) and left == Density(conditional.letter, conditional.of)
    whole = conditional.given == data.of == over and not data.given
    # p(x) = ∫ p(x|z) q(z) dz is the wrong law, and no statement about the data
    seen = conditional.letter.name in ("q", "Q") and not _is_hidden(data)
    if not same or not whole or not seen or data.letter == conditional.letter:
        return None
    return SameDensity(Density(conditional.letter, data.of), data)


def _is_data(density: Density) -> bool:
    letter = density.letter
    observed = len(density.of) == 1 and not density.given and density.of[0].slot.lower() == "x"
    named = letter.subscript in _DATA or letter.name in (
        r"\hat{p}",
        r"\tilde{p}",
        "D",
        r"\mathcalD",
    )
    named = named or letter.subscript.startswith(r"\text{data") or letter.name.endswith("^{*}")
    return observed and named
