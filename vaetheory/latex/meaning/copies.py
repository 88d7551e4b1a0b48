"""p(x⁽¹⁾, …, x⁽ᴺ⁾): a data set, of independent draws as everywhere in the field."""

from __future__ import annotations

from dataclasses import replace

from vaetheory.language.expressions import Density, Expression, IndexedProduct, Value, to_expression
from vaetheory.language.variables import Index, Integers, Variable
from vaetheory.latex.meaning.densities import letter
from vaetheory.latex.meaning.survey import ALWAYS_LETTERS, PARAMETERS, spelled
from vaetheory.latex.meaning.variables import Scope, random_variable
from vaetheory.latex.reader.syntax import Applied, Dots, Name


def data_set(node: Applied, scope: Scope) -> Expression | None:
    """∏ᵢ p(x⁽ⁱ⁾) for the density of a list that runs from x⁽¹⁾ to x⁽ᴺ⁾; None for anything else.

    Copies are told from layers and pixels by the bracketed superscript, which only examples have.
    """
    items, head = node.group.items, node.head
    if not isinstance(head, Name) or head.base not in ALWAYS_LETTERS or head.base.lower() == "q":
        return None
    parts = items.split("|") if "|" in items.separators else items.split(";")
    behind = [n for part in parts[1:] for n in part.nodes]
    if any(not isinstance(n, Name) or n.base not in PARAMETERS for n in behind):
        return None
    listed = parts[0].nodes
    if len(listed) < 3 or not isinstance(listed[-2], Dots):
        return None
    names = [*listed[:-2], listed[-1]]
    marks = [_mark(n) for n in names]
    bases = {n.base for n in names if isinstance(n, Name)}
    numbers = [str(k) for k in range(1, len(names))]
    if len(bases) != 1 or marks[:-1] != numbers or not marks[-1].isalpha():
        return None
    size = marks[-1]
    highs = scope.facts.highs
    index = next(
        (i for i, high in highs.items() if isinstance(high, Name) and high.base == size), "i"
    )
    if index in scope.indices:
        return None
    bound = Variable(index, Index())
    plain = replace(names[0], sup=()) if isinstance(names[0], Name) else None
    assert plain is not None
    one = Density(letter(head, scope), (random_variable(plain, scope)[bound],))
    return IndexedProduct(one, bound, to_expression(1), Value(Variable(size, Integers())))


def _mark(node: object) -> str:
    """The number in x^{(3)}; empty for anything else."""
    if not isinstance(node, Name) or node.sub or node.primes:
        return ""
    said = spelled(node.sup)
    return said[1:-1] if said[:1] == "(" and said[-1:] == ")" else ""
