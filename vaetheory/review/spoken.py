"""Laws that a file describes in words and that are read nowhere: "a zero-mean prior with covariance
4I", "where σ_j is the variance", "for a uniform prior over ten classes", "if q factorises".

What is said so is not put into formulas. But no family is guessed against it, and nothing fails for
want of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Dag, Family
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import Density, FamilyDensity, Log, walk
from vaetheory.language.statements import Relation, Statement
from vaetheory.latex.meaning.settings import Setting
from vaetheory.latex.reader.documents import Display, Document
from vaetheory.latex.reader.syntax import Numeral
from vaetheory.review.assumptions import densities
from vaetheory.review.claims import Claimed
from vaetheory.review.families import ONE

PRIOR, ENCODER, DECODER = "prior", "encoder", "decoder"
JOINT, APART, CERTAIN = "factorises", "does not", "certain"

_MAXIMUM_CHARACTERS = 300_000
_MAXIMUM_SAID = 1_000
_LONGEST = 1_000  # characters of a sentence
_SENTENCE = re.compile(r"[.!?](?=\s|$)|\n[ \t]*\n|\n[ \t]*(?:[-*]|\d+[.)])[ \t]|\\item\b")
_INLINE = re.compile(r"\$([^$\n]{1,200})\$|\\\((.{1,200}?)\\\)")
_CLAUSE = re.compile(r"[,;:]|\b(?:and|while|whereas|but|und|et)\b", re.IGNORECASE)
_SUBJECTS = (
    (PRIOR, re.compile(r"\bprior\b|\bp ?\(z\)", re.I)),
    (DECODER, re.compile(r"\bdecoder|\blikelihood\b|\bp ?\(x ?(\\mid|\|)", re.I)),
    (
        ENCODER,
        re.compile(
            r"\bencoder|\bposterior\b|\bvariational (distribution|family|density)|\bq\b"
            r"|\b(inference|recognition) (network|model)",
            re.I,
        ),
    ),
)
_LAW = re.compile(
    r"\b(uniform|gleichvert|laplac|poisson|cauchy|student|exponential|improper|flat\b|dirichlet"
    r"|mixture|von mises|categorical|multinomial|geometric|gamma|beta distribution|point mass"
    r"|dirac|deterministic|autoregressive|logistic|flow\b|full[- ]covariance|low[- ]rank"
    r"|fair coin|learned|trainable|truncated|log-normal)",
    re.I,
)
_SPREAD = re.compile(
    r"\b(varian[cz]|covarian|precision|standard deviation|scale\b|centred|centered|shifted)", re.I
)
_PLAIN = re.compile(
    r"standard[- ](normal|gauss)|unit[- ](variance|covariance|normal|gaussian|scale)|\bidentity"
    r"|(variance|covariance|deviation) (is |of |equal to |fixed (to|at) )?"
    r"\$?(one|1|I)\b(?![/.]\d|/)",
    re.I,
)
_MOVED = re.compile(
    r"\b(centred|centered|shifted)\b(?! (at|around|on) \$?(0|zero|the origin))", re.I
)
_SIZED = re.compile(
    r"precision|(variance|covariance|deviation) (is |of |equal to |to |at )?\$?(\\t?frac|[\d.])"
    r"|\bN\b[^$]*[,;] ?(\\[td]?frac|\d)",
    re.I,
)
# z ∼ N(0, 4): the law of a latent of zero mean, which is not the standard one
_WIDE = re.compile(
    r"(\\mathcal ?\{? ?N ?\}?|\bN|\bNormal) ?(\\left|\\big|\\!)? ?"
    r"\( ?(\\[a-zA-Z]+)? ?\{?0\}?(_\w)? ?[,;]"
    r"(?! ?(?!\\[td]?frac)(\\[a-zA-Z]+ ?)?\{? ?(I|1|Id)(?![A-Za-z0-9./]))"
)
_NOISE = re.compile(r"epsilon|\\eta\b|\\xi\b|nois|rausch|bruit", re.I)
_STATED = re.compile(r"(\$|\\\() ?[pqPQ](?![A-Za-z])[^$=]{0,80}=[^$]{0,200}")
_SQUARED = re.compile(
    r"(varian[cz]\w*|precisions?) \$\\sigma(_\{?\w\}?)?\$"
    r"|\$\\sigma(_\{?\w\}?)?\$ (is|are|denotes?|be|stands? for) (the |a )?(log[- ]?)?"
    r"(varian[cz]|precision)",
    re.I,
)
_FACTORISES = re.compile(
    r"factori[sz]|mean[- ]field|independen|faktorisier|unabhängig|only (through|via)"
    r"|never (sees|depends)|(does not|doesn't|do not|don't) (see|depend)|blind to"
    r"|indépendan|graph\b|\\to [xz]\b",
    re.I,
)
_CERTAIN = re.compile(
    r"dirac|point mass|deterministic|one-hot|degenerate|no noise|collapse|almost surely|fast sicher"
    r"|constant\b.{0,40}\bunder|konstant",
    re.I,
)
_WORD = re.compile(r"[A-Za-z]{3}")
_DENIED = re.compile(
    r"\b(not|without|never|no longer|nicht|ohne)\b[^.]{0,80}(factori|independ)", re.I
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that the words at ``start`` say of a part of the model; ``odd`` that it is not
    what would be guessed.
    """

    start: int
    subject: str
    odd: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of a file say of its laws, in their order, and where its displays begin."""

    said: tuple[Spoken, ...]
    displays: tuple[int, ...]


def words_of(document: Document) -> Words:
    """What the words of a file say of its laws."""
    displays = [d for d in document.displays if not d.inline]
    said = islice(_spoken(document.text[:_MAXIMUM_CHARACTERS], displays), _MAXIMUM_SAID)
    return Words(tuple(said), tuple(d.start for d in displays))


def _spoken(text: str, displays: list[Display]) -> Iterator[Spoken]:
    at = 0
    for display in (*displays, None):
        end = min(display.start if display is not None else len(text), len(text))
        for start, sentence in _sentences(text, at, end):
            if _WORD.search(sentence):
                yield from _said(start, sentence)
        at = display.end if display is not None else end


def _sentences(text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    at = begin
    for stop in (*_SENTENCE.finditer(text, begin, end), None):
        last = stop.start() if stop is not None else end
        for piece in range(at, last, _LONGEST):
            yield piece, text[piece : min(last, piece + _LONGEST)]
        at = stop.end() if stop is not None else end


def _said(start: int, sentence: str) -> Iterator[Spoken]:
    words = " ".join(sentence.replace("\0", " ").replace(r"\ ", " ").split())
    if _DENIED.search(words):
        yield Spoken(start, APART, True)
    elif _FACTORISES.search(words):
        yield Spoken(start, JOINT, True)
    if _CERTAIN.search(words):
        yield Spoken(start, CERTAIN, True)
    wide = _WIDE.search(_STATED.sub(" ", words))
    if wide is not None and not _NOISE.search(words):
        yield Spoken(start, PRIOR, True)
    if _SQUARED.search(words):
        yield Spoken(start, ENCODER, True)
    subject = ""
    for clause in _clauses(words):
        named = [(m.start(), s) for s, p in _SUBJECTS for m in [p.search(clause)] if m is not None]
        subject = min(named)[1] if named else subject
        if subject:
            odd = _is_odd(subject, clause)
            if odd or _PLAIN.search(clause):
                yield Spoken(start, subject, odd)
        elif _LAW.search(clause):
            # "let the label be uniform over K classes"
            yield Spoken(start, PRIOR, True)


def _clauses(words: str) -> list[str]:
    """The parts of a sentence; an inline equation, which is read elsewhere, is left out but for its
    left side.
    """
    kept: list[str] = []

    def put_away(match: re.Match[str]) -> str:
        inside = match.group(1) or match.group(2)
        kept.append("$" + re.split(r"=|\\sim", inside)[0].strip() + "$")
        return f"\0{len(kept) - 1}\0"

    bare = _INLINE.sub(put_away, words)
    return [
        re.sub(r"\0(\d+)\0", lambda m: kept[int(m.group(1))], part) for part in _CLAUSE.split(bare)
    ]


def _is_odd(subject: str, clause: str) -> bool:
    if _LAW.search(clause):
        return True
    if subject == PRIOR:
        spread = _SPREAD.search(clause) is not None and _PLAIN.search(clause) is None
        return spread or _MOVED.search(clause) is not None
    if subject == DECODER:
        return _SIZED.search(clause) is not None and _PLAIN.search(clause) is None
    return "precision" in clause


def doubted_by_words(claimed: Claimed, start: int, end: int, words: Words) -> str:
    """Why the words of the file leave a verdict on the line at ``start:end`` open; empty where they
    do not.
    """
    odd = _heard(start, end, words)
    verdict = claimed.decision.verdict
    if verdict not in (Verdict.HOLDS, Verdict.FAILS):
        return ""
    for family in claimed.found:
        if isinstance(family, Family) and _subject(family.density) in odd:
            return f"the words of the file say of the {_subject(family.density)} something else"
    if verdict is Verdict.HOLDS:
        apart = APART in odd and any(isinstance(a, Dag) for a in claimed.found)
        return "holds if it factorises, and the words say that it does not" if apart else ""
    statement = claimed.statement
    if CERTAIN in odd and statement.relation is Relation.EQUAL:
        return "false as it stands, but the words of the file make something certain"
    if JOINT in odd and (
        len({v.slot for d in _densities(statement) for v in (*d.of, *d.given)}) > 2
        or any((len(d.of) > 1 and not _seen(d)) or _of_several(d) for d in _densities(statement))
    ):
        return "false as it stands, but the words of the file say that something factorises"
    if _lacks_the_prior(statement):
        return "false as it stands, but of which family the prior is was not understood"
    about = odd & {_subject(d) for d in _densities(statement)}
    if about and _counts(statement):
        return f"false as it stands, but what the words say of the {min(about)} was not understood"
    return ""


def _heard(start: int, end: int, words: Words) -> set[str]:
    """What the words before the line, and directly behind its display, say; what is said last
    counts.
    """
    behind = bisect_left(words.displays, end)
    limit = words.displays[behind] if behind < len(words.displays) else _MAXIMUM_CHARACTERS
    heard: dict[str, bool] = {}
    for one in words.said:
        if one.start <= start:
            again = one.subject == ENCODER and heard.get(ENCODER, False)
            heard[one.subject] = one.odd or again
        elif one.start < limit:
            heard[one.subject] = one.odd or heard.get(one.subject, False)
    return {subject for subject, odd in heard.items() if odd}


def _densities(statement: Statement) -> list[Density]:
    return list(densities((statement.left, statement.right)))


def _of_several(density: Density) -> bool:
    """Whether a density speaks of several observations, as p(z|x_1, x_2) does."""
    letters = [v.slot.split("_")[0] for v in (*density.of, *density.given)]
    return letters.count("x") > 1


def _seen(density: Density) -> bool:
    return any(v.slot.lower().startswith("x") for v in density.of)


def _subject(density: Density) -> str:
    if density.letter.name in ("q", "Q"):
        return ENCODER
    return DECODER if _seen(density) else PRIOR


def _lacks_the_prior(statement: Statement) -> bool:
    """Whether a line puts a formula for what has p(z) in it, and only q is of a known family."""
    known = [a for a in statement.assumptions if isinstance(a, Family)]
    if not any(_subject(a.density) == ENCODER for a in known):
        return False
    if any(a.density.letter.name in ("p", "P") and not a.density.given for a in known):
        return False
    names = {v.name for a in known for v in free_variables(a.definition) - set(a.density.of)}
    used = {v.name for side in (statement.left, statement.right) for v in free_variables(side)}
    return bool(names & used) and any(_subject(d) != ENCODER for d in _densities(statement))


def _counts(statement: Statement) -> bool:
    """Whether a line has the logarithm of a number or of a parameter, as log K is: it says
    something of one law and not of all.
    """
    return any(
        isinstance(n, Log) and not any(isinstance(m, Density) for m in walk(n.argument))
        for side in (statement.left, statement.right)
        for n in walk(side)
    )


def sets_the_scale(claimed: Claimed, settings: tuple[Setting, ...]) -> bool:
    """Whether a decoder of variance 1 is guessed where the file says what σ² is."""
    guessed = any(
        isinstance(a, Family)
        and _subject(a.density) == DECODER
        and any(
            isinstance(n, FamilyDensity) and n.family == "normal" and n.parameters[1] == ONE
            for n in walk(a.definition)
        )
        for a in claimed.found
    )
    return guessed and any(
        s.name.base == r"\sigma" and not (isinstance(s.tree, Numeral) and s.tree.value == 1)
        for s in settings
    )
