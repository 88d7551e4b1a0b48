"""The door of this room: what a tree of signs means.

Each kind of node has its function in one of the siblings.
"""

from __future__ import annotations

from functools import singledispatch

from vaetheory.language.expressions import Expression
from vaetheory.latex.meaning.variables import Scope
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import Node


@singledispatch
def meaning(node: Node, scope: Scope) -> Expression:
    """What a tree means under the scope's reading.

    Raises ReadError, with the place, where it means nothing.
    """
    raise ReadError("this is not a term", node.start, node.end)
