"""Inline formulas: which of them claim something that is checked, and what they say of laws."""

from __future__ import annotations

import re
from itertools import pairwise

from vaetheory.latex.reader.families import FAMILY_WORDS
from vaetheory.latex.reader.layout import Chain
from vaetheory.latex.reader.tokens import Token

_WEIGHTY = {r"\E", "log", "KL", "ELBO", r"\int", r"\mathcalN", "Bernoulli", "Normal"}


def weighty(chain: Chain) -> bool:
    """Whether an inline formula claims something of the kind that is checked here."""
    if not chain.links or chain.continues:
        return False
    tokens = [t for s in chain.sides for t in s]
    if any(t.text in _WEIGHTY for t in tokens):
        return True
    if any(a.text == "N" and b.is_("(") for a, b in pairwise(tokens)) and is_law(chain.sides[0]):
        return True
    # w(x, z) = p(x, z) / q(z | x): a name for a formula; q(z|x) = p(z|x) alone is a condition
    letters = ("p", "q", "P", "Q")
    named = bool(chain.sides[0]) and chain.sides[0][0].text not in letters
    dense = [k for k, t in enumerate(tokens[:-1]) if t.text in letters and tokens[k + 1].is_("(")]
    return named and len(dense) > 1


def is_law(side: list[Token]) -> bool:
    """Whether a side is p or q, with its arguments or without."""
    return bool(side) and side[0].text in ("p", "q", "P", "Q")


ABOUT = re.compile(
    r"\b(if|iff|when|whenever|only|exactly|unless|whether|that|wenn|falls|si|lorsque|quando|se"
    r"|case|fall|than|not)\s*[:,]?\s*$",
    re.IGNORECASE,
)


SAYS = ("=", ":=", r"\equiv", r"\propto")
_FAMILY_SIGNS = {r"\mathcalN", "N", "Normal", "Bernoulli", r"\sim", *FAMILY_WORDS}


def names_a_family(chain: Chain) -> bool:
    return any(t.text in _FAMILY_SIGNS for s in chain.sides for t in s) or any(
        link.sign == r"\sim" for link in chain.links
    )


_DENSE = re.compile(r"(?<![A-Za-z\\])[pqPQ](?![A-Za-z])")


def letters_in(text: str) -> frozenset[str]:
    """Which of p and q a formula that is not understood says something about; both where it
    names none.
    """
    return frozenset(m.group().lower() for m in _DENSE.finditer(text)) or frozenset("pq")


def letters_of(chain: Chain) -> frozenset[str]:
    return letters_in(" ".join(t.text for t in chain.sides[0]))
