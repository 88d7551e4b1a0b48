"""Time steps: a derivation with x_{t−1}, x_{0:T} and ∏_{t=1}^T is read at T = 2 and at T = 3.

A line holds when it holds at each length that is tried, which is said with the verdict; it fails
when it fails at one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from vaetheory.latex.meaning.survey import density_items, walk
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import (
    Added,
    Applied,
    Big,
    Group,
    Items,
    Multiplied,
    Name,
    Node,
    Numeral,
    Raised,
)
from vaetheory.latex.reader.tokens import LETTER, NUMBER, SYMBOL, Token

LENGTHS = (2, 3)
MAXIMUM_NODES = 4_000


@dataclass(frozen=True, slots=True)
class Steps:
    """The letter of the time index, and that of the number of steps."""

    index: str
    length: str


def steps_of(trees: Iterable[Node]) -> Steps | None:
    """Whether a derivation speaks of time steps: a density with x_{t-1} in it, and a length."""
    index, length = "", ""
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Applied) and isinstance(node.head, Name):
                for name in (n for n in walk(node.group) if isinstance(n, Name)):
                    sub = _tokens(name.sub)
                    if len(sub) == 3 and sub[0].kind == LETTER and sub[1].is_("+", "-"):
                        dense = density_items(node.head, node.group) is not None
                        index = index or (sub[0].text if dense else "")
            if isinstance(node, Name):
                sub = _tokens(node.sub)
                if any(t.is_(":") for t in sub) and sub[-1].kind == LETTER:
                    length = length or sub[-1].text
            if isinstance(node, Big) and isinstance(node.high, Name) and not length:
                first = node.sub.nodes[:1] if node.sub else ()
                named = [n.base for n in first if isinstance(n, Name)]
                length = node.high.base if named and named == [index] else length
    if index.isupper():
        # x_{T-1} alone
        return Steps("t", index)
    return Steps(index, length or index.upper()) if index else None


def _tokens(script: Iterable[Token]) -> list[Token]:
    return [t for t in script if not t.is_("{", "}")]


def at_length(tree: Node, steps: Steps, length: int) -> Node:
    """The tree with T set to a number, and t, where nothing binds it, to 2. Raises ReadError where
    a limit cannot be worked out.
    """
    values = {steps.length: length, steps.index: 2}
    if steps.index == steps.length:
        values = {steps.length: length}
    done = _Reader(steps).of(tree, values)
    if sum(1 for _ in walk(done)) > MAXIMUM_NODES:
        raise ReadError("these steps are too many to be written out", tree.start, tree.end)
    return done


@dataclass(slots=True)
class _Reader:
    steps: Steps

    def of(self, node: Node, values: dict[str, int]) -> Node:
        match node:
            case Big(sign=sign) if sign != "∫" and self._is_over_time(node):
                return self._written_out(node, values)
            case Raised(base=base, exponent=Name(base="T")):
                return replace(node, base=self.of(base, values))
            case Name():
                return self._name(node, values)
        changed: dict[str, Any] = {}
        for f in fields(node):
            value = getattr(node, f.name)
            if f.name == "differentials":
                changed[f.name] = tuple(
                    n for one in value for n in self._several(one, values) if isinstance(n, Name)
                )
            elif isinstance(value, Node):
                changed[f.name] = self.of(value, values)
            elif isinstance(value, Items):
                changed[f.name] = self._items(value, values)
            elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
                changed[f.name] = tuple((mark, self.of(n, values)) for mark, n in value)
        return replace(node, **changed) if changed else node

    def _is_over_time(self, node: Big) -> bool:
        first = node.sub.nodes[:1] if node.sub is not None else ()
        if not (first and isinstance(first[0], Name)):
            return False
        name = first[0].base
        if name == self.steps.index:
            return True
        return any(
            isinstance(n, Name)
            and any(t.is_("+", "-", ":") for t in n.sub)
            and any(t.text == name for t in n.sub)
            for n in walk(node.body)
        )

    def _written_out(self, node: Big, values: dict[str, int]) -> Node:
        assert node.sub is not None
        name = node.sub.nodes[0]
        assert isinstance(name, Name)
        low, high = 1, values[self.steps.length]
        if node.sub.separators:
            (sign, *rest), (bound, *others) = node.sub.separators, node.sub.nodes[1:]
            if rest or others or sign not in (">", r"\ge"):
                raise ReadError(
                    "these limits are not read", node.sub.nodes[0].start, node.start + 1
                )
            low = _number(bound, values) + (sign == ">")
        elif node.low is not None:
            low = _number(node.low, values)
        if node.high is not None:
            high = _number(node.high, values)
        if high - low > 12:
            raise ReadError("these steps are too many to be written out", node.start, node.end)
        bodies = [self.of(node.body, {**values, name.base: k}) for k in range(low, high + 1)]
        if node.sign == "∑":
            if not bodies:
                return Numeral(node.start, node.end, Fraction(0))
            return _bracket(Added(node.start, node.end, tuple((1, b) for b in bodies)))
        if not bodies:
            return Numeral(node.start, node.end, Fraction(1))
        if len(bodies) == 1:
            return bodies[0]
        return Multiplied(node.start, node.end, tuple(("*", _bracket(b)) for b in bodies))

    def _items(self, items: Items, values: dict[str, int]) -> Items:
        nodes: list[Node] = []
        signs: list[str] = []
        for k, node in enumerate(items.nodes):
            several = self._several(node, values)
            for j, one in enumerate(several):
                if nodes:
                    signs.append("," if j else items.separators[k - 1])
                nodes.append(one)
            if not several and k + 1 < len(items.nodes) and items.separators[k] == "|":
                raise ReadError("no steps are left here", node.start, node.end)
        return Items(tuple(nodes), tuple(signs))

    def _several(self, node: Node, values: dict[str, int]) -> list[Node]:
        """x_{1:T} as x_1, x_2, …; anything else as it is."""
        if isinstance(node, Name):
            sub = _tokens(node.sub)
            marks = [k for k, t in enumerate(sub) if t.is_(":")]
            if len(marks) == 1:
                low, high = _value(sub[: marks[0]], values), _value(sub[marks[0] + 1 :], values)
                if low is not None and high is not None and high - low <= 12:
                    return [_indexed(node, k) for k in range(low, high + 1)]
        return [self.of(node, values)]

    def _name(self, node: Name, values: dict[str, int]) -> Node:
        sub = _tokens(node.sub)
        if not sub and not node.sup and node.base in values:
            return Numeral(node.start, node.end, Fraction(values[node.base]))
        value = _value(sub, values) if sub else None
        return node if value is None else _indexed(node, value)


def _bracket(node: Node) -> Node:
    return Group(node.start, node.end, "(", Items((node,), ()))


def _indexed(name: Name, value: int) -> Name:
    return replace(name, sub=(Token(NUMBER, str(value), name.start, name.end),))


def _value(tokens: list[Token], values: dict[str, int]) -> int | None:
    """t, t − 1, T, 0 as a number; None for anything else."""
    total, sign = 0, 1
    if not tokens:
        return None
    for k, token in enumerate(tokens):
        if token.kind == SYMBOL and token.text in "+-" and k:
            sign = 1 if token.text == "+" else -1
        elif token.text.isdigit():
            total += sign * int(token.text)
        elif token.text in values:
            total += sign * values[token.text]
        else:
            return None
    return total


def _number(node: Node, values: dict[str, int]) -> int:
    match node:
        case Numeral(value=value) if value.denominator == 1:
            return int(value)
        case Name(base=base, sub=()) if base in values:
            return values[base]
        case Added(terms=terms):
            return sum(sign * _number(term, values) for sign, term in terms)
        case Group(items=Items(nodes=(inner,))):
            return _number(inner, values)
    raise ReadError("this limit is not understood", node.start, node.end)
