"""How far an open ∑ or E reaches: over a term behind + that uses what it binds."""

from __future__ import annotations

from dataclasses import replace

from vaetheory.latex.meaning.survey import children, walk
from vaetheory.latex.meaning.variables import Scope
from vaetheory.latex.reader.syntax import (
    Added,
    Big,
    Called,
    Diverging,
    Expected,
    Multiplied,
    Name,
    Node,
)


def regrouped(node: Added, scope: Scope) -> list[tuple[int, Node]]:
    """The terms, where one that uses the index of an open ∑ or E before it is taken into that."""
    terms = list(node.terms)
    for k, (sign, term) in enumerate(terms):
        tail = _open_tail(term)
        if tail is None:
            continue
        bound = _bound_by(tail, scope) - set(scope.indices) - scope.bound
        stop = k
        for j in range(len(terms) - 1, k, -1):
            if any(free_use(terms[j][1], name) for name in bound):
                stop = j
                break
        if stop > k:
            inner = tail.body
            body = Added(inner.start, terms[stop][1].end, ((1, inner), *terms[k + 1 : stop + 1]))
            return [
                *terms[:k],
                (sign, _with_tail(term, replace(tail, body=body))),
                *terms[stop + 1 :],
            ]
    return terms


def _open_tail(term: Node) -> Big | Expected | None:
    """The ∑, ∫ without d… or E without brackets that ends a term, if one does."""
    while isinstance(term, Multiplied):
        term = term.factors[-1][1]
    if isinstance(term, Big) and not (term.sign == "∫" and term.differentials) and term.sign != "∏":
        return term
    if isinstance(term, Expected) and term.bare:
        return term
    return None


def _with_tail(term: Node, tail: Node) -> Node:
    if isinstance(term, Multiplied):
        op, last = term.factors[-1]
        return replace(term, factors=(*term.factors[:-1], (op, _with_tail(last, tail))))
    return tail


def _bound_by(tail: Big | Expected, scope: Scope) -> set[str]:
    if isinstance(tail, Big):
        names = [n for n in (tail.sub.nodes if tail.sub else ()) if isinstance(n, Name)]
        return {n.base for n in names[:1]} or (
            {n.base for n in scope.facts.latents} if tail.sign == "∫" else set()
        )
    if tail.sub is None:
        return {n.base for n in scope.facts.latents}
    named = {n.base for n in walk(tail.sub) if isinstance(n, Name)}
    return named & {n.base for n in scope.facts.latents}


def free_use(node: Node, base: str) -> bool:
    """Whether the letter occurs in the tree, as a letter or in an index, outside of the E, KL, ∫
    and ∑ that bind it again, however deep these stand.
    """
    match node:
        case Expected() | Diverging() | Called(name="H" | "I" | "ELBO"):
            return False
        case Name(base=letter, sub=sub, sup=sup):
            return letter == base or any(t.text == base for t in (*sub, *sup))
        case Big(sub=sub, differentials=differentials):
            names = [*(sub.nodes if sub else ()), *differentials]
            if any(getattr(n, "base", "") == base for n in names):
                return False
    return any(free_use(one, base) for one in children(node))
