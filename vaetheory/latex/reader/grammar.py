"""Sides of relations → trees: sums of products of factors, with the habits of people in how far
log and ∑ reach.
"""

from __future__ import annotations

from collections.abc import Sequence

from vaetheory.latex.reader.atoms import parse_atom, starts_atom
from vaetheory.latex.reader.cursor import Budget, Cursor
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.operators import OPERATORS, operator_at
from vaetheory.latex.reader.syntax import (
    Added,
    Fractional,
    LogOf,
    Multiplied,
    Name,
    Node,
    Numeral,
    Raised,
)
from vaetheory.latex.reader.tokens import TEXT, Token


def parse(tokens: Sequence[Token], budget: Budget | None = None) -> Node:
    """The tree of one side. Raises ReadError, pointing at the first token that does not belong."""
    end = tokens[-1].end if tokens else 0
    cursor = Cursor(tokens, parse_sum, end, budget=budget or Budget())
    node = parse_sum(cursor)
    left = cursor.peek()
    if left is not None:
        raise ReadError(_why(left), left.start, left.end)
    return node


def _why(token: Token) -> str:
    if token.is_(")", "]", r"\}", "}"):
        return f"this {token.text} closes nothing"
    if token.kind == TEXT:
        return f"words in a formula: {token.text!r}"
    return f"not understood here: {token.text!r}"


def parse_sum(cursor: Cursor) -> Node:
    """Terms with + and −."""
    with cursor.deeper():
        terms: list[tuple[int, Node]] = []
        first = cursor.peek()
        while True:
            sign = 1
            while (token := cursor.take("+", "-")) is not None:
                sign = -sign if token.text == "-" else sign
            terms.append((sign, parse_product(cursor)))
            if not cursor.sees("+", "-"):
                break
    if len(terms) == 1 and terms[0][0] == 1:
        return terms[0][1]
    start = first.start if first is not None else terms[0][1].start
    return Added(start, terms[-1][1].end, tuple(terms))


def parse_product(cursor: Cursor) -> Node:
    """Factors side by side, with ·, × or / between them."""
    factors: list[tuple[str, Node]] = [("*", parse_factor(cursor))]
    while True:
        if cursor.take(r"\cdot", r"\times", "*"):
            sign = _signed(cursor)
            factors.append(("*", parse_factor(cursor)))
            if sign < 0:
                last = factors.pop()[1]
                factors.append(("*", Added(last.start, last.end, ((-1, last),))))
        elif cursor.take("/"):
            factors.append(("/", parse_factor(cursor)))
        elif starts_factor(cursor):
            factors.append(("*", parse_factor(cursor)))
        else:
            break
    if len(factors) == 1:
        return factors[0][1]
    return Multiplied(factors[0][1].start, factors[-1][1].end, tuple(factors))


def _signed(cursor: Cursor) -> int:
    return -1 if cursor.take("-") else 1


def starts_factor(cursor: Cursor) -> bool:
    """Whether a factor can begin here; the d of a differential ends the integrand."""
    if cursor.integrals and at_differential(cursor):
        return False
    if not cursor.bars and cursor.sees(r"\|"):
        return True
    return operator_at(cursor) is not None or cursor.sees_word("log") or starts_atom(cursor)


def at_differential(cursor: Cursor) -> bool:
    """Whether dz stands here, for any z."""
    token = cursor.peek()
    if token is None or token.text != "d" or cursor.sees("_", "^", "(", ahead=1):
        return False
    after = cursor.peek(1)
    return (
        after is not None and starts_atom(cursor, 1) and not after.is_("(", "[", r"\{", "|", r"\|")
    )


def parse_factor(cursor: Cursor) -> Node:
    """One factor: an operator with its body, log with what it takes in, or an atom with its
    scripts.
    """
    name = operator_at(cursor)
    if name is not None:
        with cursor.deeper():
            return OPERATORS[name](cursor, parse_product)
    if cursor.sees_word("log"):
        return parse_log(cursor)
    return parse_atom(cursor)


def parse_log(cursor: Cursor) -> Node:
    """log, and all the factors behind it that it may take in; a bracket directly behind it is
    all that it takes.
    """
    word = cursor.next()
    power: Node | None = None
    while cursor.sees("^", "_"):
        sign = cursor.next()
        tokens, end = cursor.script()
        if sign.text == "_":
            if "".join(t.text for t in tokens) != "e":
                raise ReadError(
                    "logarithms are natural here: write log without a base", sign.start, end
                )
        else:
            power = cursor.over(tokens, end).expression(cursor.over(tokens, end))
    opened = cursor.sees("(", "[", r"\{")
    sized = cursor.sees("|") or (cursor.sees(r"\|") and not cursor.bars)
    if not (sized or operator_at(cursor) or cursor.sees_word("log") or starts_atom(cursor)):
        raise ReadError("log of what?", word.start, word.end)
    with cursor.deeper():
        parts: list[tuple[str, Node]] = [("*", parse_factor(cursor))]
        while not (cursor.integrals and at_differential(cursor)):
            if cursor.sees("/") or (
                not opened and cursor.sees(r"\cdot", r"\times", "*") and not _operator_after(cursor)
            ):
                joined = "/" if cursor.next().text == "/" else "*"
                parts.append((joined, parse_factor(cursor)))
            elif not opened and _goes_into_log(cursor, parts):
                parts.append(("*", parse_factor(cursor)))
            else:
                break
    return LogOf(word.start, parts[-1][1].end, tuple(parts), power)


def _operator_after(cursor: Cursor) -> bool:
    ahead = cursor.over(cursor.tokens, cursor.end)
    ahead.at, ahead.integrals = cursor.at + 1, cursor.integrals
    return operator_at(ahead) is not None or ahead.sees_word("log")


def _goes_into_log(cursor: Cursor, parts: list[tuple[str, Node]]) -> bool:
    if operator_at(cursor) == "big":
        # log 1/K ∑ …: a number in front of a sum is its average
        return all(_is_number(node) for _, node in parts)
    token = cursor.peek()
    if token is not None and token.text in ("exp", r"\exp"):
        # log 1/√(2πσ²) exp(…): the density of a normal law as it is written
        return True
    if cursor.sees("(", "[", r"\{"):
        # log 1/K (a + b) likewise; and log x̂^x (1 − x̂)^{1 − x}, two powers
        powers = isinstance(parts[-1][1], Raised) and _is_raised(cursor)
        return powers or all(_is_number(node) for _, node in parts)
    return operator_at(cursor) is None and starts_atom(cursor)


def _is_raised(cursor: Cursor) -> bool:
    """Whether the bracket that begins here has an exponent."""
    depth, k = 0, 0
    while (token := cursor.peek(k)) is not None:
        depth += token.is_("(", "[", r"\{") - token.is_(")", "]", r"\}")
        k += 1
        if depth == 0:
            return cursor.sees("^", ahead=k)
    return False


def _is_number(node: Node) -> bool:
    if isinstance(node, Fractional):
        return isinstance(node.above, Numeral) and isinstance(node.below, Name | Numeral)
    return isinstance(node, Numeral)
