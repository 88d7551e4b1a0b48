"""The door of this room: what a side means under a reading."""

from __future__ import annotations

from vaetheory.language.expressions import Expression
from vaetheory.latex.meaning import bounds, products, sums, terms
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.readings import AS_WRITTEN, Reading
from vaetheory.latex.meaning.survey import Facts
from vaetheory.latex.meaning.variables import Scope
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import Node

# importing the siblings registers their nodes
_REGISTERED = (bounds, products, sums, terms)


def expression_of(
    node: Node, facts: Facts, reading: Reading = AS_WRITTEN, flavour: str = ""
) -> Expression:
    """What the tree means. Raises ReadError, with the place, where it means nothing that can be
    said here.
    """
    scope = Scope(facts, reading, flavour=flavour)
    try:
        return meaning(node, scope)
    except (ValueError, TypeError, RecursionError) as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError(f"this is not understood: {error}", node.start, node.end) from None
