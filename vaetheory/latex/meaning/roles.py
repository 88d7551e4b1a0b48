"""What a letter is by the way it is used: r in KL(q ‖ r) is a law, p_i(z) in 1 − p_i(z) a
probability, L in L Lᵀ a matrix, J in J/2 a number.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from vaetheory.latex.meaning.facts import spelled
from vaetheory.latex.reader.families import is_family_name
from vaetheory.latex.reader.syntax import (
    Added,
    Applied,
    Called,
    Diverging,
    Fractional,
    Multiplied,
    Name,
    Node,
    Numeral,
    Raised,
)
from vaetheory.latex.reader.trees import walk

_TRANSPOSED = ("T", r"\top", r"\intercal")
_VECTORS = (r"\epsilon", r"\varepsilon", r"\eta", r"\xi", "z", "x", "u", "v")


def laws(trees: Iterable[Node]) -> set[str]:
    """Letters of which a divergence is taken, as r in KL(q(z|x) ‖ r(z))."""
    return {
        law.head.base
        for tree in trees
        for node in walk(tree)
        if isinstance(node, Diverging)
        for law in (node.first, node.second)
        if isinstance(law, Applied) and isinstance(law.head, Name)
    }


def probabilities(trees: Iterable[Node], key_of: Callable[[Name], str]) -> set[str]:
    """Names with an index that are subtracted from one, as p_i(z) in 1 − p_i(z)."""
    found: set[str] = set()
    for tree in trees:
        for node in walk(tree):
            match node:
                case Added(terms=((1, Numeral(value=1)), (-1, Applied(head=Name() as head)))):
                    index = spelled(head.sub)
                    if len(index) == 1 and index in "dijkln":
                        found.add(key_of(head))
    return found


def matrices(trees: Iterable[Node]) -> set[str]:
    """Letters that are matrices: L in L Lᵀ, L ε and L_{ii}."""
    return {name.base for tree in trees for node in walk(tree) for name in _matrices(node)}


def counts(trees: Iterable[Node]) -> set[str]:
    """Letters that are numbers or parameters and no names of a bound: J in J/2, F in N(z; 0, F)."""
    return {name.base for tree in trees for node in walk(tree) for name in _counts(node)}


def _matrices(node: Node) -> Iterator[Name]:
    match node:
        case Name(base=base, sub=sub, sup=sup) if _is_capital(base):
            index = spelled(sub)
            if (len(index) == 2 and set(index) <= set("dijkln")) or spelled(sup) in _TRANSPOSED:
                yield node
        case Raised(base=Name(base=base) as name, exponent=Name(base=power)) if _is_capital(base):
            if power in _TRANSPOSED:
                yield name
        case Multiplied(factors=factors):
            for (_, first), (operator, second) in itertools.pairwise(factors):
                applied = operator == "*" and isinstance(second, Name) and second.base in _VECTORS
                if applied and isinstance(first, Name) and _is_capital(first.base):
                    yield first


def _counts(node: Node) -> Iterator[Name]:
    match node:
        case Fractional(above=Name(base=base) as name, below=Numeral()) if _is_capital(base):
            yield name
        case Multiplied(factors=factors):
            for (_, first), (operator, second) in itertools.pairwise(factors):
                if operator == "/" and isinstance(first, Name) and isinstance(second, Numeral):
                    yield first
        case Called(name=name, group=group) if group is not None and is_family_name(name):
            for one in group.items.nodes:
                yield from (n for n in walk(one) if isinstance(n, Name) and _is_capital(n.base))


def _is_capital(base: str) -> bool:
    return len(base) == 1 and base.isupper()
