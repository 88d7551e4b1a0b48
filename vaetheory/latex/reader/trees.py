"""Walking through a tree of syntax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from vaetheory.latex.reader.syntax import Items, Node

SPAN = ("start", "end")


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below one, in the order in which they are written."""
    stack = [getattr(node, f.name) for f in reversed(fields(node)) if f.name not in SPAN]
    while stack:
        one = stack.pop()
        if isinstance(one, Node):
            yield one
        elif isinstance(one, Items):
            stack.extend(reversed(one.nodes))
        elif isinstance(one, tuple):
            stack.extend(reversed(one))


def walk(node: object) -> Iterator[Node]:
    """All nodes of a tree, outermost first."""
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, Node):
            yield one
            stack.extend(getattr(one, f.name) for f in reversed(fields(one)) if f.name not in SPAN)
        elif isinstance(one, Items):
            stack.extend(reversed(one.nodes))
        elif isinstance(one, tuple):
            stack.extend(reversed(one))
