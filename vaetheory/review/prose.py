"""What the words around a formula say about it: "when $q(z|x) = p(z|x)$, …", "… if and only if …".

A claim that is made under a condition is checked under it. Where the words make a condition that is
not understood, nothing is held against the formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.layout import chains_of
from vaetheory.latex.reader.tokens import Token

Tokens = Callable[[str], list[Token]]
AROUND = 300

_IF = re.compile(
    r"\b(if|iff|when|whenever|provided|suppose|supposing|assum\w+|in case|setting|choosing|once"
    r"|choose|take|taking|wenn|falls|sobald|setze|wähle|lorsque)\b",
    re.IGNORECASE,
)
# what is said here is said under what the sentence before says
_THEN = re.compile(
    r"^\s*(then|in (this|that) case|so|thus|hence|therefore|dann|in diesem fall|alors)\b",
    re.IGNORECASE,
)
# laws that are named by a word and read nowhere
_LAWS = re.compile(
    r"\b(uniform\w*|gleichvert\w+|laplac\w+|dirac|point mass\w*|delta|deterministic\w*|one-hot"
    r"|cauchy|student|exponential(ly)?|improper|flat prior|degenerate|von mises|dirichlet"
    r"|mixture)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"^[\s,$.)]{0,4}\s*(exactly |precisely |just |holds? |is true )*"
    r"(if|iff|when|whenever|only if|provided)\b",
    re.IGNORECASE,
)
_ABOUT_EQUALITY = re.compile(
    r"\b(optim\w+|exact\w*|match\w*|perfect\w*|equal\w*|tight\w*|same|identical|coincid\w*|best)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?](?=\s|$)|\n[ \t]*\n|\$\$|\\\]|\\end\{")
_INLINE = re.compile(r"\$([^$\n]{3,120})\$|\\\((.{3,120}?)\\\)")


def condition(text: str, start: int, end: int, tokens: Tokens) -> tuple[tuple[Token, ...], bool]:
    """The condition under which the words say the formula at ``text[start:end]``, as a relation
    between densities; and whether they make one that is not understood.
    """
    before, behind = _before(text, start), _behind(text, end)
    said = [m for m in (_IF.search(before),) if m is not None]
    candidates: list[str] = []
    if said and not _is_about_another(before, said[0]):
        candidates += [before[said[0].end() :]]
    after = _BEHIND.match(behind)
    if after is not None:
        candidates.append(behind[after.end() :])
    for words in candidates:
        for match in _INLINE.finditer(words):
            found = _relation(match.group(1) or match.group(2), tokens)
            if found:
                return found, False
    doubt = bool(said and _ABOUT_EQUALITY.search(before)) or after is not None
    # if q(z|x) = δ(z − μ), …
    doubt = doubt or any(
        _LAW.match(m.group(1) or m.group(2)) for m in _INLINE.finditer("".join(candidates[:1]))
    )
    doubt = doubt or _CASE.search(before) is not None
    around = re.sub(r"\$[^$]*\$", " ", f"{before} {behind}")
    doubt = doubt or _DENIED.search(around) is not None
    return (), doubt or _LAWS.search(around) is not None


# "in this case it is symmetric": in which?
_CASE = re.compile(
    r"\bin (this|that|such a) (special |particular )?case\b|\bin diesem fall\b|\bdans ce cas\b",
    re.IGNORECASE,
)
# "Suppose … Then \\[ … \\] and the bound becomes \\[ … \\]": one sentence
GOES_ON = re.compile(r"^[\s,;$]*(and|so|which|while|und|et)\b")
_DENIED = re.compile(
    r"\b(might think|may think|tempting|wrong|false|incorrect|not true|does not hold|mistake|falsch"
    r"|stimmt nicht|faux)\b",
    re.IGNORECASE,
)
_LAW = re.compile(r"^\s*[pqPQ](?![A-Za-z])[^=]*=")
_BECAUSE = re.compile(r"\b(because|since|as|for|weil|denn|car|puisque)\b", re.IGNORECASE)


def _is_about_another(before: str, said: re.Match[str]) -> bool:
    """Whether the condition is one of an inline formula before it: "we have $…$ if and only if
    $q = p$, because …".
    """
    condition = _INLINE.search(before, said.end())
    claim = _INLINE.search(before[: said.start()])
    return (
        claim is not None
        and condition is not None
        and _BECAUSE.search(before, condition.end()) is not None
    )


def _before(text: str, start: int) -> str:
    """The sentence so far, without the sign that opens the formula."""
    words = text[max(0, start - AROUND) : start]
    words = re.sub(r"(\$\$?|\\\[|\\\(|\\begin\s*\{[a-z]+\*?\})\s*$", "", words)
    ends = [m.end() for m in _SENTENCE.finditer(words.rstrip())]
    sentence = words[ends[-1] if ends else 0 :]
    if ends and _THEN.match(sentence) and words[ends[-1] - 1] in ".!":
        # Choose q(z|x) = p(z|x). Then …
        return words[ends[-2] if len(ends) > 1 else 0 :]
    return sentence


def _behind(text: str, end: int) -> str:
    words = re.sub(r"^\s*(\$\$?|\\\]|\\\)|\\end\s*\{[a-z]+\*?\})", "", text[end : end + AROUND])
    stop = _SENTENCE.search(words)
    return words[: stop.start()] if stop else words


def _relation(inside: str, tokens: Tokens) -> tuple[Token, ...]:
    """The tokens of q(z|x) = p(z|x); none for anything but one equation of two densities."""
    try:
        read = tokens(inside)
        chains = chains_of(read, inside, bare=False)
    except ReadError:
        return ()
    if len(chains) != 1 or len(chains[0].links) != 1 or chains[0].links[0].sign != "=":
        return ()
    if any(t.text in ("log", r"\E", "KL", "ELBO", r"\int") for t in read):
        return ()
    dense = sum(t.text in ("p", "q", "P", "Q") for t in read)
    return tuple(read) if dense == 2 else ()
