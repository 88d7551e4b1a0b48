"""∑, ∏ and ∫ with their limits, bodies and differentials."""

from __future__ import annotations

from collections.abc import Callable

from vaetheory.latex.reader.atoms import exponent, items_of, parse_atom, starts_atom
from vaetheory.latex.reader.cursor import Cursor
from vaetheory.latex.reader.syntax import Added, Applied, Big, Items, Name, Node, Raised, Script
from vaetheory.latex.reader.tokens import Token

Body = Callable[[Cursor], Node]

SIGNS = {r"\sum": "∑", r"\prod": "∏", r"\int": "∫", r"\Sum": "∑"}


def parse_big(cursor: Cursor, body: Body) -> Node:
    token = cursor.next()
    sign = SIGNS[token.text]
    sub: Script = ()
    high: Node | None = None
    sub_end = token.end
    while cursor.sees("_", "^"):
        mark = cursor.next()
        tokens, end = cursor.script()
        if mark.text == "_":
            sub, sub_end = tokens, end
        elif tokens:
            high = exponent(cursor, tokens, end)
    items, low = None, None
    if sub:
        items = items_of(cursor, sub, sub_end)
        if len(items.nodes) == 2 and items.separators == ("=",):
            low = items.nodes[1]
            items = Items(items.nodes[:1], ())
    if sign == "∫":
        return _integral(cursor, body, token, items, low, high)
    inner = signed(cursor, body)
    return Big(token.start, inner.end, sign, items, low, high, inner)


def signed(cursor: Cursor, body: Body) -> Node:
    """A body with a sign of its own: ∑ −a."""
    sign = cursor.take("-", "+")
    inner = body(cursor)
    if sign is None or sign.text == "+":
        return inner
    return Added(sign.start, inner.end, ((-1, inner),))


def _integral(
    cursor: Cursor,
    body: Body,
    token: Token,
    items: Items | None,
    low: Node | None,
    high: Node | None,
) -> Node:
    # ∫ dz f(z), as physicists write it
    before = _differentials(cursor)
    if before:
        inner = body(cursor)
        return Big(token.start, inner.end, "∫", items, low, high, inner, before)
    cursor.integrals += 1
    place, steps = cursor.at, cursor.tokens
    inner = cursor.expression(cursor)
    found = _one_differential(cursor, outermost=cursor.integrals == 1)
    cursor.integrals -= 1
    if not found:
        # no d… to be seen: the integrand ends where a product would
        cursor.at, cursor.tokens = place, steps
        inner = body(cursor)
        return Big(token.start, inner.end, "∫", items, low, high, inner)
    return Big(token.start, found[-1].end, "∫", items, low, high, inner, found)


def _one_differential(cursor: Cursor, outermost: bool) -> tuple[Name, ...]:
    """The differential of this integral; the outermost takes all that are left."""
    found: list[Name] = []
    while True:
        one = _differential(cursor)
        if one is None:
            break
        found.append(one)
        if not outermost:
            break
    return tuple(found)


def _differentials(cursor: Cursor) -> tuple[Name, ...]:
    found: list[Name] = []
    while (one := _differential(cursor)) is not None:
        found.append(one)
    return tuple(found)


def _differential(cursor: Cursor) -> Name | None:
    token = cursor.peek()
    if token is None or token.text != "d" or not starts_atom(cursor, 1):
        return None
    if cursor.sees("(", "[", r"\{", r"\frac", ahead=1):
        return None
    place = cursor.at
    cursor.next()
    atom = parse_atom(cursor)
    if isinstance(atom, Applied):
        cursor.at = place
        return None
    if isinstance(atom, Raised) and isinstance(atom.base, Name):
        atom = atom.base
    if not isinstance(atom, Name):
        cursor.at = place
        return None
    return atom
