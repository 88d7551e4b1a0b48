"""Text → tokens with spans, by one regular expression in one pass, linear in the length."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from vaetheory.latex.reader.symbols import UNICODE

LETTER, NUMBER, COMMAND, SYMBOL, WORD, TEXT = (
    "letter",
    "number",
    "command",
    "symbol",
    "word",
    "text",
)


@dataclass(frozen=True, slots=True)
class Token:
    r"""A token: its kind, its text, where it stands, and whether ``\!`` or nothing stands before
    it.

    ``spaced`` says that blanks stand before it; ``tight`` that it follows ``\!``, the mark of an
    application.
    """

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False
    tight: bool = False

    def is_(self, *texts: str) -> bool:
        """Whether it is one of these symbols or commands."""
        return self.text in texts and self.kind in (SYMBOL, COMMAND)


_TOKEN = re.compile(
    r"""
      (?P<blank>[ \t\r\n\f\v\u00a0\u2000-\u200b\u202f\ufeff]+)
    | (?P<comment>(?<!\\)%[^\n]*)
    | (?P<entity>&(?:amp|lt|gt|nbsp);)
    | (?P<rowbreak>\\\\(?:\*|\[-?[\d.]+[a-z]{2}\])?)
    | (?P<command>\\(?:[A-Za-z]+\*?|.|\n))
    | (?P<number>\d+(?:\.\d+)?|\.\d+)
    | (?P<letter>[A-Za-z])
    | (?P<bars>\|\|)
    | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_SPACING = {
    r"\,",
    r"\;",
    r"\:",
    r"\>",
    r"\ ",
    "\\\n",
    r"\quad",
    r"\qquad",
    r"\hfill",
    r"\hskip",
    r"\enspace",
}
_SPACING |= {
    r"\thinspace",
    r"\medspace",
    r"\thickspace",
    r"\allowbreak",
    r"\noindent",
    r"\newline",
    r"\-",
    r"\/",
}
_BACKWARDS = {r"\!", r"\negthinspace"}
ROWBREAK = "\\\\"


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of ``text[start:end]``, spans counted in the whole text. Comments and blanks
    are left out.
    """
    tokens: list[Token] = []
    spaced, tight = False, False
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        kind, piece = match.lastgroup, match.group()
        first, last = match.span()
        if kind in ("blank", "comment") or piece == "&nbsp;" or piece in _SPACING or piece == "~":
            spaced = True
            if piece in (r"\quad", r"\qquad"):
                tokens.append(Token(SYMBOL, r"\quad", first, last, True))
            continue
        if piece in _BACKWARDS:
            tight = True
            continue
        new = _token(kind or "", piece, first, last)
        tokens.extend(replace(t, spaced=spaced and k == 0, tight=tight) for k, t in enumerate(new))
        spaced, tight = False, False
    return tokens


def _token(kind: str, piece: str, first: int, last: int) -> list[Token]:
    if kind == "entity":
        return [Token(SYMBOL, _ENTITIES[piece], first, last)]
    if kind == "rowbreak":
        return [Token(COMMAND, ROWBREAK, first, last)]
    if kind == "bars":
        return [Token(SYMBOL, r"\|", first, last)]
    if kind == "command":
        if piece == r"\_":
            return [Token(SYMBOL, "_", first, last)]
        if piece in (r"\*", r"\star", r"\ast"):
            return [Token(SYMBOL, "*", first, last)]
        starred = piece.endswith("*") and len(piece) > 2
        return [Token(COMMAND, piece[:-1] if starred else piece, first, last)]
    if kind == "symbol":
        return [Token(_kind_of(t), t, first, last) for t in UNICODE.get(piece, (piece,))]
    return [Token(kind, piece, first, last)]


def _kind_of(text: str) -> str:
    if len(text) > 1:
        return COMMAND if text.startswith("\\") else WORD
    return LETTER if text.isascii() and text.isalpha() else NUMBER if text.isdigit() else SYMBOL
