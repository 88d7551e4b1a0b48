"""A place in a list of tokens, with bounds on work and on depth that all the cursors of one
reading share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import Node
from vaetheory.latex.reader.tokens import COMMAND, LETTER, SYMBOL, WORD, Token

MAXIMUM_DEPTH = 40
MAXIMUM_STEPS = 60_000


@dataclass(slots=True)
class Budget:
    """Steps left and depth in use."""

    steps: int = MAXIMUM_STEPS
    depth: int = 0


@dataclass(slots=True)
class Cursor:
    """Reads tokens from left to right. ``integrals`` counts the ∫ whose d… is still to come.

    ``bars`` says that a double bar here closes a norm or parts a KL, and opens nothing.
    """

    tokens: Sequence[Token]
    expression: Callable[[Cursor], Node]
    end: int
    at: int = 0
    integrals: int = 0
    bars: bool = False
    budget: Budget = field(default_factory=Budget)

    def peek(self, ahead: int = 0) -> Token | None:
        """The token ``ahead`` of this place, or None behind the last one."""
        k = self.at + ahead
        return self.tokens[k] if 0 <= k < len(self.tokens) else None

    def next(self) -> Token:
        """Takes the token. Raises ReadError at the end."""
        token = self.peek()
        if token is None:
            raise ReadError("the formula breaks off here", max(0, self.end - 1), self.end)
        self.budget.steps -= 1
        if self.budget.steps < 0:
            raise ReadError("this formula is too long to be read", token.start, token.end)
        self.at += 1
        return token

    def sees(self, *texts: str, ahead: int = 0) -> bool:
        """Whether one of these signs or commands stands ``ahead`` of this place."""
        token = self.peek(ahead)
        return token is not None and token.text in texts and token.kind in (SYMBOL, COMMAND)

    def sees_word(self, *texts: str) -> bool:
        """Whether one of these words stands here."""
        token = self.peek()
        return token is not None and token.kind == WORD and token.text in texts

    def sees_letter(self, ahead: int = 0) -> bool:
        """Whether a letter stands ``ahead`` of this place."""
        token = self.peek(ahead)
        return token is not None and token.kind == LETTER

    def take(self, *texts: str) -> Token | None:
        """Takes the token if it is one of these."""
        return self.next() if self.sees(*texts) else None

    def expect(self, text: str, opened: Token) -> Token:
        """Takes a closing sign. Raises ReadError, pointing at what it would close, when another
        stands here.
        """
        if self.sees(text):
            return self.next()
        found = self.peek()
        if found is None:
            raise ReadError(f"this {opened.text} is never closed", opened.start, opened.end)
        raise ReadError(f"expected {text} here, found {found.text!r}", found.start, found.end)

    def over(self, tokens: Sequence[Token], end: int) -> Cursor:
        """A cursor over other tokens, within the same bounds."""
        return Cursor(tokens, self.expression, end, budget=self.budget)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level of brackets down. Raises ReadError below the deepest level allowed."""
        self.budget.depth += 1
        try:
            if self.budget.depth > MAXIMUM_DEPTH:
                token = self.peek() or self.tokens[-1]
                raise ReadError("brackets are nested too deeply here", token.start, token.end)
            yield
        finally:
            self.budget.depth -= 1

    def script(self) -> tuple[tuple[Token, ...], int]:
        """The argument of _ or ^: a group without its braces, or one token; and where it ends."""
        opened = self.next()
        if not opened.is_("{"):
            if opened.is_("(", "["):
                # z^(i) written without braces
                return self._to_closing(opened)
            if opened.kind == COMMAND and self.sees("{") and opened.text in _WITH_ARGUMENT:
                inner, end = self.script()
                brace = (Token(SYMBOL, "{", end, end), Token(SYMBOL, "}", end, end))
                return (opened, brace[0], *inner, brace[1]), end
            return (opened,), opened.end
        taken: list[Token] = []
        depth = 1
        while True:
            token = self.peek()
            if token is None:
                raise ReadError("this brace is never closed", opened.start, opened.end)
            self.at += 1
            depth += token.is_("{") - token.is_("}")
            if depth == 0:
                return tuple(taken), token.end
            taken.append(token)

    def _to_closing(self, opened: Token) -> tuple[tuple[Token, ...], int]:
        closer = {"(": ")", "[": "]"}[opened.text]
        taken = [opened]
        while (token := self.peek()) is not None and len(taken) < 12:
            self.at += 1
            taken.append(token)
            if token.is_(closer):
                return tuple(taken), token.end
        raise ReadError(f"this {opened.text} is never closed", opened.start, opened.end)


_WITH_ARGUMENT = {
    r"\hat",
    r"\tilde",
    r"\bar",
    r"\widehat",
    r"\widetilde",
    r"\overline",
    r"\check",
    r"\sqrt",
}
