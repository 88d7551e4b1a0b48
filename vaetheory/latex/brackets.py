"""What a piece of written TeX is, for those who set it next to something else."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_letters

SUM, PRODUCT, TIGHT = 1, 2, 3

_TALL = (r"\frac", r"\sum", r"\int", r"\prod", r"\left")


@dataclass(frozen=True, slots=True)
class Written:
    """TeX with how strongly it holds together.

    ``open`` says that it would swallow a factor written after it, as log and ∑ do.
    """

    text: str
    strength: int = TIGHT
    open: bool = False


def bracket(text: str) -> str:
    """(text), with brackets that grow where the content is tall."""
    if any(command in text for command in _TALL):
        return rf"\left({text}\right)"
    return f"({text})"


def square(text: str) -> str:
    """[text], growing with its content."""
    return rf"\left[{text}\right]"


def inside(written: Written, strength: int, closed: bool = False) -> str:
    """The text, bracketed where it holds together too weakly, or is open but must be closed."""
    if written.strength < strength or (closed and written.open):
        return bracket(written.text)
    return written.text


def join(left: str, right: str) -> str:
    """Two pieces side by side; a blank keeps a command apart from the letter after it."""
    if not left or not right:
        return left + right
    apart = left[-1].isalpha() and _ends_in_command(left) and right[0].isalpha()
    return left + (" " if apart else "") + right


def _ends_in_command(text: str) -> bool:
    return text[: len(text.rstrip(ascii_letters))].endswith("\\")
