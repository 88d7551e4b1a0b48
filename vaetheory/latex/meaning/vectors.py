"""Norms and inner products as sums over components: ‖x − x̂‖² is Σ_d (x_d − x̂_d)²."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from vaetheory.language.expressions import Expression, IndexedSum, Number
from vaetheory.language.notation import summation
from vaetheory.language.variables import Index, Integers, Variable
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.survey import spelled, walk
from vaetheory.latex.meaning.variables import (
    MARKED,
    Scope,
    is_random,
    size_for,
    without_parameters,
)
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import (
    Applied,
    Group,
    Items,
    Multiplied,
    Name,
    Node,
    Raised,
    Sized,
)
from vaetheory.latex.reader.tokens import LETTER, SYMBOL, Token

MATRICES = (r"\Sigma", r"\Lambda", r"\Omega", "I")
_VECTORS = {
    r"\mu",
    "x",
    "y",
    "z",
    r"\hat{x}",
    r"\hat{y}",
    "m",
    r"\epsilon",
    r"\bar{x}",
    r"\tilde{x}",
    r"\hat{\mu}",
}


MEANS = (r"\mu", "m")


def component_index(scope: Scope) -> tuple[Variable, Variable]:
    """The index of a component and its upper limit: those that the file uses, or d and D."""
    for name in ("d", "j", "i", "k", "n"):
        if name in scope.facts.highs and name not in scope.indices:
            return Variable(name, Index()), _high(name, scope)
    for name in sorted(scope.facts.unlimited):
        if name not in scope.indices and not scope.facts.sizes:
            return Variable(name, Index()), size_for(name, scope)
    taken = scope.indices.keys() | scope.facts.sizes
    name = next(n for n in ("d", "j", "i", "k", "n", "l", "m", "s") if n not in taken)
    sizes = sorted(scope.facts.sizes)
    high = Variable(sizes[0], Integers()) if len(sizes) == 1 else size_for(name, scope)
    return Variable(name, Index()), high


def index_of(letters: Iterable[str], scope: Scope) -> tuple[Variable, Variable]:
    """The index that the sums of the file give to the first of these letters that has one; where
    that does not say which, the one of every component.
    """
    for letter in letters:
        found = scope.facts.ranged.get(letter, set()) - scope.indices.keys()
        if len(found) == 1:
            (name,) = found
            return Variable(name, Index()), _high(name, scope)
        if found:
            break
    return component_index(scope)


def _high(name: str, scope: Scope) -> Variable:
    high = scope.facts.highs[name]
    return Variable(high.base, Integers()) if isinstance(high, Name) else size_for(name, scope)


def squared_norm(node: Raised, scope: Scope) -> Expression | None:
    """‖v‖² as a sum of squares; None where the tree is no squared norm."""
    if not isinstance(node.base, Sized) or _is_determinant(node.base):
        return None
    exponent = meaning(node.exponent, scope)
    if exponent != Number(_two()):
        raise ReadError("of norms only the square is read", node.start, node.end)
    if "".join(t.text for t in node.base.sub) not in ("", "2"):
        raise ReadError("of norms only the Euclidean one is read", node.start, node.end)
    if not has_vectors(node.base.body, scope):
        return meaning(node.base.body, scope) ** 2
    if any(_is_transformed(n, scope) for n in walk(node.base.body)):
        raise ReadError("a matrix times a vector is not read", node.start, node.end)
    index, high = component_index(scope)
    body = meaning(componentwise(node.base.body, index.name), scope.binding(index))
    return summation(body**2, index, high)


def _is_transformed(node: Node, scope: Scope) -> bool:
    """Whether a tree is W z, with W a matrix."""
    if not isinstance(node, Multiplied):
        return False
    facts = scope.facts
    known = facts.sizes | facts.arguments | facts.highs.keys()
    names = [n for _, n in node.factors if isinstance(n, Name) and not n.sub]
    return any(len(n.base) == 1 and n.base.isupper() and n.base not in known for n in names)


def _is_determinant(node: Sized) -> bool:
    return node.sign == "|" and any(isinstance(n, Name) and n.base in MATRICES for n in walk(node))


def _two() -> Any:
    from fractions import Fraction

    return Fraction(2)


def transposed(node: Node, scope: Scope) -> bool:
    """Whether a tree is vᵀ."""
    return (
        isinstance(node, Raised)
        and isinstance(node.exponent, Name)
        and node.exponent.base in ("T", r"\top")
        and node.exponent.base not in scope.facts.highs
    )


def inner_product(left: Node, right: Node, scope: Scope) -> Expression | None:
    """aᵀb as a sum of products; None where ``left`` is not transposed."""
    if not isinstance(left, Raised) or not transposed(left, scope):
        return None
    if any(isinstance(n, Name) and n.base in MATRICES for n in walk(right)):
        raise ReadError("a quadratic form with a matrix is not read", left.start, right.end)
    index, high = component_index(scope)
    inside = scope.binding(index)
    first = meaning(componentwise(left.base, index.name), inside)
    second = meaning(componentwise(right, index.name), inside)
    return IndexedSum(first * second, index, Number(_two() - 1), summation(1, index, high).high)


def has_vectors(node: Node, scope: Scope) -> bool:
    """Whether a letter without index stands for a vector somewhere in the tree."""
    return any(isinstance(n, Name) and _is_vector(n, scope) for n in walk(node))


def _is_vector(name: Name, scope: Scope) -> bool:
    if name.base in MEANS and without_parameters(name.sub):
        # ‖μ_1 − μ_2‖²: the subscript says whose mean it is
        return True
    known = (
        name.base in scope.facts.vectors
        or name.base in _VECTORS
        or is_random(name.base, scope)
        or name.base.startswith(r"\hat{")
    )
    return known and not without_parameters(name.sub)


def componentwise(node: Node, index: str) -> Node:
    """The tree with the index put below every vector in it; the arguments of functions stay
    whole.
    """
    mark = (Token(LETTER, index, node.start, node.end),)
    match node:
        case Name(base=base, sub=sub) if not without_parameters(sub) and (
            base in _VECTORS or base.startswith(r"\hat{") or base in ("f", r"\sigma", r"\Sigma")
        ):
            return replace(node, sub=mark)
        case Name(base=base, sub=sub) if base in MARKED and spelled(sub) != index:
            # μ_1 is the mean of the first law, μ_{1,j} a component of it
            comma = Token(SYMBOL, ",", node.start, node.end)
            return replace(node, sub=(*without_parameters(sub), comma, *mark))
        case Applied(head=Name(sub=sub) as head) if not without_parameters(sub):
            return replace(node, head=replace(head, sub=mark))
        case Applied():
            return node
    changed: dict[str, Any] = {}
    for f in fields(node):
        value = getattr(node, f.name)
        match value:
            case Node():
                changed[f.name] = componentwise(value, index)
            case Items():
                changed[f.name] = replace(
                    value, nodes=tuple(componentwise(n, index) for n in value.nodes)
                )
            case tuple() if value and isinstance(value[0], tuple):
                changed[f.name] = tuple((mark_, componentwise(n, index)) for mark_, n in value)
            case Group():
                changed[f.name] = componentwise(value, index)
    return replace(node, **changed) if changed else node
