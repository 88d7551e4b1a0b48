"""tr, det and quadratic forms of covariance matrices, and the cross-entropy of two vectors, by
components.

Covariances are read as diagonal. Of a formula in tr(Σ₂⁻¹Σ₁), det Σ and vᵀΣ⁻¹v alone that decides
the general case as well: these are sums over components of expressions that do not depend on each
other, and so one identity between them holds for diagonal matrices of every size only if it holds
term by term. A product of more matrices, where the order counts, is not read; nor is Σ where the
file writes its components Σ_d as well: log det Σ = ∑_d log Σ_d is true of diagonal matrices only.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from vaetheory.language.expressions import Expression, Power, to_expression
from vaetheory.language.notation import log, product, summation
from vaetheory.language.variables import Variable
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.survey import walk
from vaetheory.latex.meaning.variables import Scope, is_random, without_parameters
from vaetheory.latex.meaning.vectors import component_index, componentwise, transposed
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import (
    Applied,
    Expected,
    Group,
    Multiplied,
    Name,
    Node,
    Raised,
    Sized,
)

MINUS_ONE = to_expression(-1)
_IDENTITY = ("I", r"\mathbbI", r"\mathbb1")


def is_covariance(node: Node, scope: Scope) -> bool:
    """Σ, Σ_1, Σ_q or Σ(x), and not Σ_d with an index that is bound here.

    Raises ReadError where the file writes components of a Σ too.
    """
    head = node.head if isinstance(node, Applied) else node
    if not isinstance(head, Name) or head.base != r"\Sigma":
        return False
    if {t.text for t in without_parameters(head.sub)} & scope.indices.keys():
        return False
    facts = scope.facts
    if any(set(mark) & (facts.indices | facts.summed) for mark in facts.covariances):
        said = "\\Sigma beside its components: of a diagonal one write diag(\\sigma^2), \\sigma_d^2"
        raise ReadError(said, node.start, node.end)
    return True


def of_diagonal(name: str, group: Group, scope: Scope) -> Expression:
    """∑_d Σ_d for the trace and ∏_d Σ_d for the determinant; likewise of Σ⁻¹ and Σ₂⁻¹Σ₁."""
    nodes = group.items.nodes
    if len(nodes) != 1 or not _is_read(nodes[0], scope):
        said = f"{name} is read of \\Sigma, \\Sigma^{{-1}} and \\Sigma_2^{{-1}}\\Sigma_1 only"
        raise ReadError(said, group.start, group.end)
    index, high = component_index(scope)
    one = entry(nodes[0], index, scope.binding(index))
    return summation(one, index, high) if name == "tr" else product(one, index, high)


def _is_read(node: Node, scope: Scope) -> bool:
    """Whether a matrix has one covariance in it, or one and the inverse of another, or vvᵀ and one
    of them.
    """
    pieces = _pieces(node, scope)
    found = [p for p in pieces if _is_matrix(p, scope)]
    inverse = sum(isinstance(n, Raised) for n in found)
    outer = sum(_outer(p, scope) is not None for p in pieces)
    plain = len(found) - inverse + outer
    rest = [p for p in pieces if p not in found and _outer(p, scope) is None]
    hidden = any(is_covariance(n, scope) for p in rest for n in walk(p))
    return inverse <= 1 and plain <= 1 and inverse + plain > 0 and not hidden


def _pieces(node: Node, scope: Scope) -> list[Node]:
    """The factors of a product, with v and vᵀ behind it as one."""
    if isinstance(node, Group) and len(node.items.nodes) == 1:
        return _pieces(node.items.nodes[0], scope)
    if not isinstance(node, Multiplied) or any(op != "*" for op, _ in node.factors):
        return [node]
    found: list[Node] = []
    for one, after in pairwise((*(f for _, f in node.factors), None)):
        assert one is not None
        if transposed(one, scope):
            if found:
                pair = (("*", found.pop()), ("*", one))
                found.append(Multiplied(pair[0][1].start, one.end, pair))
        elif after is not None and transposed(after, scope):
            found.append(one)
        else:
            found += _pieces(one, scope)
    return found


def _outer(node: Node, scope: Scope) -> Node | None:
    """a·b, a component of it, for abᵀ and for the expectation of abᵀ; None for anything else."""
    if isinstance(node, Group) and len(node.items.nodes) == 1:
        return _outer(node.items.nodes[0], scope)
    if isinstance(node, Expected):
        inner = _outer(node.body, scope)
        return None if inner is None else replace(node, body=inner)
    match node:
        case Multiplied(factors=(("*", first), ("*", Raised(base=second) as last))) if transposed(
            last, scope
        ):
            return replace(node, factors=(("*", first), ("*", second)))
    return None


def _is_matrix(node: Node, scope: Scope) -> bool:
    if isinstance(node, Name) and node.base in _IDENTITY and not node.sub:
        return True
    if isinstance(node, Raised) and is_covariance(node.base, scope):
        return meaning(node.exponent, scope) == MINUS_ONE
    return is_covariance(node, scope)


def entry(node: Node, index: Variable, inside: Scope) -> Expression:
    """The diagonal entry of a product of covariances, their inverses, vvᵀ and numbers."""
    result: Expression | None = None
    for factor in _pieces(node, inside):
        if isinstance(factor, Name) and factor.base in _IDENTITY and not factor.sub:
            continue
        outer = _outer(factor, inside)
        if outer is not None:
            value = meaning(componentwise(outer, index.name), inside)
        elif isinstance(factor, Raised) and is_covariance(factor.base, inside):
            value = Power(meaning(componentwise(factor.base, index.name), inside), MINUS_ONE)
        elif is_covariance(factor, inside):
            value = meaning(componentwise(factor, index.name), inside)
        else:
            value = meaning(factor, inside)
        result = value if result is None else result * value
    return to_expression(1) if result is None else result


def quadratic(left: Node, matrix: Node, right: Node, scope: Scope) -> Expression | None:
    """aᵀΣ⁻¹b as ∑_d a_d b_d / Σ_d; None where it is none."""
    if not transposed(left, scope) or not _is_matrix(matrix, scope):
        return None
    assert isinstance(left, Raised)
    index, high = component_index(scope)
    inside = scope.binding(index)
    first = meaning(componentwise(left.base, index.name), inside)
    second = meaning(componentwise(right, index.name), inside)
    return summation(first * entry(matrix, index, inside) * second, index, high)


@meaning.register
def _(node: Sized, scope: Scope) -> Expression:
    """|Σ|, the determinant."""
    if node.sign == "|" and _is_read(node.body, scope):
        index, high = component_index(scope)
        return product(entry(node.body, index, scope.binding(index)), index, high)
    raise ReadError("of norms only the square is read", node.start, node.end)


def cross_entropy(group: Group, scope: Scope) -> Expression:
    """−∑_d x_d log x̂_d + (1 − x_d) log(1 − x̂_d), summed over the components; the hat marks x̂."""
    nodes = group.items.nodes
    if len(nodes) != 2 or not all(isinstance(n, Name) for n in nodes):
        raise ReadError("BCE takes the image and its estimate", group.start, group.end)
    target, estimate = sorted(nodes, key=_is_estimate)
    seen = [n for n in nodes if isinstance(n, Name) and is_random(n.base, scope)]
    if not any(map(_is_estimate, nodes)) and len(seen) == 1:
        # BCE(x, y) beside p(x|z): y is the estimate
        target = seen[0]
        estimate = next(n for n in nodes if n is not target)
    elif _is_estimate(target) or not _is_estimate(estimate):
        raise ReadError("which of the two is the estimate? Give it a hat", group.start, group.end)
    if all(isinstance(n, Name) and n.sub for n in nodes):
        # of one component
        x, hat = meaning(target, scope), meaning(estimate, scope)
        return -(x * log(hat) + (1 - x) * log(1 - hat))
    index, high = component_index(scope)
    inside = scope.binding(index)
    x, hat = (meaning(componentwise(n, index.name), inside) for n in (target, estimate))
    return -summation(x * log(hat) + (1 - x) * log(1 - hat), index, high)


def _is_estimate(node: Node) -> bool:
    return isinstance(node, Name) and node.base.startswith(r"\hat{")
