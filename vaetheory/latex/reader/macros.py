r"""The macros of the file: ``\newcommand``, ``\def``, ``\DeclareMathOperator`` and their kin,
expanded within bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.tokens import COMMAND, NUMBER, SYMBOL, Token

MAXIMUM_TOKENS = 60_000
MAXIMUM_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Macro:
    """What a command stands for: a body with #1, #2, … and, for the first argument, perhaps a
    default.
    """

    arguments: int
    body: tuple[Token, ...]
    default: tuple[Token, ...] | None = None


def argument(tokens: Sequence[Token], at: int) -> tuple[tuple[Token, ...], int]:
    """The argument that begins at ``at``, a group or one token, without its braces, and where it
    ends.
    """
    if at >= len(tokens):
        return (), at
    if not tokens[at].is_("{"):
        return (tokens[at],), at + 1
    end = closing(tokens, at)
    return tuple(tokens[at + 1 : end]), end + 1


def closing(tokens: Sequence[Token], at: int) -> int:
    """The place of the brace that closes the one at ``at``. Raises ReadError when there is none."""
    depth = 0
    for k in range(at, len(tokens)):
        if tokens[k].is_("{"):
            depth += 1
        elif tokens[k].is_("}"):
            depth -= 1
            if depth == 0:
                return k
    raise ReadError("this brace is never closed", tokens[at].start, tokens[at].end)


def optional(tokens: Sequence[Token], at: int) -> tuple[tuple[Token, ...] | None, int]:
    """The argument in square brackets at ``at``, if there is one, and where it ends."""
    if at < len(tokens) and tokens[at].is_("["):
        for k in range(at, min(len(tokens), at + 200)):
            if tokens[k].is_("]"):
                return tuple(tokens[at + 1 : k]), k + 1
    return None, at


_DEFINERS = {r"\newcommand", r"\renewcommand", r"\providecommand", r"\DeclareRobustCommand"}
_DEFINERS |= {r"\NewDocumentCommand", r"\gdef", r"\def", r"\DeclareMathOperator", r"\let"}
_DEFINERS |= {r"\DeclarePairedDelimiter", r"\DeclarePairedDelimiterX"}


def take_definitions(tokens: Sequence[Token]) -> tuple[dict[str, Macro], list[Token]]:
    """The macros that are defined among the tokens, and the tokens without the definitions.

    A definition that cannot be followed is left out: its uses are then unknown commands, and said
    to be.
    """
    macros: dict[str, Macro] = {}
    rest: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == COMMAND and token.text in _DEFINERS:
            try:
                at = _define(tokens, at, macros)
                continue
            except (ReadError, IndexError, ValueError):
                pass
        rest.append(token)
        at += 1
    return macros, rest


def _define(tokens: Sequence[Token], at: int, macros: dict[str, Macro]) -> int:
    how = tokens[at].text
    name, at = argument(tokens, at + 1)
    command = name[0].text
    if how == r"\let":
        at += tokens[at].is_("=")
        macros[command] = Macro(0, (tokens[at],))
        return at + 1
    if how in (r"\def", r"\gdef"):
        count = 0
        while tokens[at].is_("#"):
            count, at = count + 1, at + 2
        body, at = argument(tokens, at)
        macros[command] = Macro(count, body)
        return at
    if how == r"\DeclareMathOperator":
        body, at = argument(tokens, at)
        operator = Token(COMMAND, r"\operatorname", name[0].start, name[0].end)
        brace = [replace(operator, kind=SYMBOL, text=t) for t in "{}"]
        macros[command] = Macro(0, (operator, brace[0], *body, brace[1]))
        return at
    number, at = optional(tokens, at)
    count = int(number[0].text) if number else 0
    if how.startswith(r"\DeclarePaired"):
        left, at = argument(tokens, at)
        right, at = argument(tokens, at)
        hole = (Token(SYMBOL, "#", 0, 0), Token(NUMBER, "1", 0, 0))
        body = hole
        if how.endswith("X"):
            body, at = argument(tokens, at)
        macros[command] = Macro(max(count, 1), (*left, *body, *right))
        return at
    if how == r"\NewDocumentCommand":
        pattern, at = argument(tokens, at)
        count = sum(t.text == "m" for t in pattern)
    default, at = optional(tokens, at)
    body, at = argument(tokens, at)
    macros[command] = Macro(count, body, default)
    return at


def expand(tokens: Sequence[Token], macros: dict[str, Macro]) -> list[Token]:
    """The tokens with every macro replaced; what comes out of one has the span of its call.

    Raises ReadError when the expansion does not end or grows out of bounds.
    """
    result: list[Token] = []
    # a stack of what is still to be read, each with the depth of expansion that it came from
    pending: list[tuple[Token, int]] = [(t, 0) for t in reversed(tokens)]
    budget = len(tokens) + MAXIMUM_TOKENS
    while pending:
        token, depth = pending.pop()
        macro = macros.get(token.text) if token.kind == COMMAND else None
        if macro is None or (len(macro.body) == 1 and macro.body[0].text == token.text):
            result.append(token)
            continue
        if depth >= MAXIMUM_DEPTH:
            raise ReadError(f"the macro {token.text} calls itself", token.start, token.end)
        given, end = _arguments(pending, macro, token)
        body = [
            (replace(t, start=token.start, end=end) if own else t, depth + 1)
            for t, own in _filled(macro.body, given)
        ]
        budget -= len(body) + 1
        if budget < 0:
            raise ReadError(f"the macro {token.text} expands without end", token.start, token.end)
        if body:
            first = replace(body[0][0], spaced=token.spaced, tight=token.tight)
            body[0] = (first, body[0][1])
        pending.extend(reversed(body))
    return result


def _arguments(
    pending: list[tuple[Token, int]], macro: Macro, call: Token
) -> tuple[list[tuple[Token, ...]], int]:
    given: list[tuple[Token, ...]] = []
    end = call.end
    while len(given) < macro.arguments:
        window = [t for t, _ in reversed(pending[-4000:])]
        if macro.default is not None and not given:
            found, used = optional(window, 0)
            given.append(macro.default if found is None else found)
        else:
            if not window:
                raise ReadError(f"{call.text} lacks an argument here", call.start, call.end)
            one, used = argument(window, 0)
            given.append(one)
        if used:
            end = max(end, window[used - 1].end)
            del pending[-used:]
    return given, end


def _filled(body: tuple[Token, ...], given: list[tuple[Token, ...]]) -> list[tuple[Token, bool]]:
    filled: list[tuple[Token, bool]] = []
    at = 0
    while at < len(body):
        if body[at].is_("#") and at + 1 < len(body) and body[at + 1].kind == NUMBER:
            number = int(body[at + 1].text)
            if 1 <= number <= len(given):
                filled.extend((t, False) for t in given[number - 1])
            at += 2
            continue
        filled.append((body[at], True))
        at += 1
    return filled
