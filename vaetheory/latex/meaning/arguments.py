"""A definition at other arguments: with w(z) = p(x, z)/q(z|x), w(z_k) is p(x, z_k)/q(z_k|x)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from vaetheory.latex.meaning.facts import spelled
from vaetheory.latex.meaning.survey import PARAMETERS
from vaetheory.latex.meaning.variables import Scope, is_random
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import Group, Items, Name, Node


def at_arguments(tree: Node, defined: tuple[Node, ...], group: Group, scope: Scope) -> Node:
    """The tree of a definition with the arguments of the place of use. Raises ReadError where they
    are others and cannot be put in.
    """
    used = group.items.nodes
    if len(defined) != len(used):
        return tree
    for before, here in zip(defined, used, strict=True):
        if not isinstance(before, Name) or (isinstance(here, Name) and _same(before, here)):
            continue
        if not isinstance(here, Name):
            said = f"this is defined with {before.base} as its argument, and here it has another"
            raise ReadError(said, here.start, here.end)
        if (
            before.base != here.base
            or before.base in PARAMETERS
            or not is_random(before.base, scope)
        ):
            said = f"this is defined with {before.base} as its argument, and here it has another"
            raise ReadError(said, here.start, here.end)
        if not before.sub and not before.sup:
            tree = _put(tree, before.base, here)
    return tree


def _same(one: Name, other: Name) -> bool:
    marks = [(spelled(n.sub), spelled(n.sup), n.primes) for n in (one, other)]
    return one.base == other.base and marks[0] == marks[1]


def _put(node: Node, base: str, name: Name) -> Node:
    if isinstance(node, Name):
        bare = node.base == base and not node.sub and not node.sup and not node.primes
        return replace(name, start=node.start, end=node.end) if bare else node
    changed: dict[str, Any] = {}
    for f in fields(node):
        value = getattr(node, f.name)
        new = _put_in_value(value, base, name)
        if new is not value:
            changed[f.name] = new
    return replace(node, **changed) if changed else node


def _put_in_value(value: Any, base: str, name: Name) -> Any:
    match value:
        case Node():
            return _put(value, base, name)
        case Items(nodes=nodes):
            return replace(value, nodes=tuple(_put(n, base, name) for n in nodes))
        case tuple():
            return tuple(_put_in_value(one, base, name) for one in value)
    return value
