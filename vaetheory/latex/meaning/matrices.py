"""tr Σ and det Σ of a diagonal matrix, and the cross-entropy of two vectors, by components."""

from __future__ import annotations

from vaetheory.language.expressions import Expression
from vaetheory.language.notation import log, product, summation
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.variables import Scope
from vaetheory.latex.meaning.vectors import component_index, componentwise
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import Group, Name, Node


def of_diagonal(name: str, group: Group, scope: Scope) -> Expression:
    """∑_d Σ_d for the trace and ∏_d Σ_d for the determinant of a diagonal Σ."""
    nodes = group.items.nodes
    matrix = nodes[0] if len(nodes) == 1 else None
    if not isinstance(matrix, Name) or matrix.base != r"\Sigma" or matrix.sub:
        raise ReadError(f"{name} is read of a diagonal \\Sigma only", group.start, group.end)
    index, high = component_index(scope)
    entry = meaning(componentwise(matrix, index.name), scope.binding(index))
    return summation(entry, index, high) if name == "tr" else product(entry, index, high)


def cross_entropy(group: Group, scope: Scope) -> Expression:
    """−∑_d x_d log x̂_d + (1 − x_d) log(1 − x̂_d), summed over the components; the hat marks x̂."""
    nodes = group.items.nodes
    if len(nodes) != 2 or not all(isinstance(n, Name) for n in nodes):
        raise ReadError("BCE takes the image and its estimate", group.start, group.end)
    target, estimate = sorted(nodes, key=_is_estimate)
    if _is_estimate(target) or not _is_estimate(estimate):
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
