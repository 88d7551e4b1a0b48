"""What the reader says about a place that it does not understand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the source text: character offsets, the end exclusive."""

    start: int
    end: int


class ReadError(ValueError):
    """The text between ``start`` and ``end`` is not understood; the message says why, for the
    person who wrote it.
    """

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.span = Span(start, max(end, start + 1))


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character offset, both from 1."""
    before = text[:offset]
    line = before.count("\n") + 1
    return line, offset - (before.rfind("\n") + 1) + 1


def caret(text: str, span: Span, width: int = 100) -> str:
    """The source line with ^^^ under the span; long lines are cut to what surrounds it."""
    begin = text.rfind("\n", 0, span.start) + 1
    stop = text.find("\n", span.start)
    line = text[begin : stop if stop >= 0 else len(text)]
    column, length = span.start - begin, max(1, min(span.end, begin + len(line)) - span.start)
    if len(line) > width:
        left = max(0, min(column - width // 3, len(line) - width))
        line, column = line[left : left + width], column - left
        length = min(length, width - column)
    line = "".join(c if c.isprintable() else " " for c in line)
    return f"{line}\n{' ' * column}{'^' * max(1, length)}"
