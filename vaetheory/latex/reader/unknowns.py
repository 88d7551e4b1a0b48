r"""Letters that mostly are parameters, where a file integrates over them: ∫ q(θ) log p(y|θ) dθ.

Such a θ is a random variable like any other. It is written \theta{} from then on, which sets the
same and is the name of no parameter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from vaetheory.latex.reader.tokens import Token

_LETTERS = ("\\theta", "\\phi", "\\psi", "\\lambda", "\\eta", "\\omega", "\\Theta", "w", "W")
_DRESS = r"(?:\\(?:mathbf|boldsymbol|bm|vec|mathrm|bold|pmb)\s*\{?\s*|\{|\\[,;!:]|\s)*"
MARK = "{}"
MARKED = frozenset(letter + MARK for letter in _LETTERS if letter.startswith("\\"))


def unknowns(text: str) -> frozenset[str]:
    """The parameters that are integrated over, or whose posterior is q, and below no letter."""
    return frozenset(letter for letter in _LETTERS if _is_unknown(letter, text))


def _is_unknown(letter: str, text: str) -> bool:
    if letter not in text:
        return False
    said = re.escape(letter) + r"(?![A-Za-z])"
    below = re.compile(rf"[_;]{_DRESS}{said}")
    if below.search(text):
        return False
    over = re.compile(rf"(?<![A-Za-z\\])(?:\\mathrm\{{d\}}|d){_DRESS}{said}\s*(?!\()")
    law = re.compile(rf"(?<![A-Za-z\\])[qQ]{_DRESS}\({_DRESS}{said}\}}?\s*[)|\\]")
    return bool(law.search(text) or (over.search(text) and r"\int" in text))


def marked(tokens: Sequence[Token], letters: frozenset[str]) -> list[Token]:
    """The tokens with the letters marked."""
    if not letters:
        return list(tokens)
    return [replace(t, text=t.text + MARK) if t.text in letters else t for t in tokens]
