"""Displays → rows → chains of relations.

A row that begins with a sign goes on with the row before; a row with a left-hand side of its own
begins a chain; words beside a formula are comments; an alignment mark means nothing but a place.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from vaetheory.latex.reader.rows import Row, rows_of
from vaetheory.latex.reader.tokens import SYMBOL, TEXT, Token

RELATIONS = {
    "=", r"\le", r"\ge", "<", ">", ":=", "=:", r"\equiv", r"\approx", r"\doteq", r"\propto",
    r"\ne", r"\sim", r"\in",
    r"\ll", r"\gg", r"\to", r"\subset", r"\perp",
}  # fmt: skip
ARROWS = {r"\implies", r"\iff", r"\therefore", r"\rightarrow", r"\Longleftarrow", r"\impliedby"}
_OPENING, _CLOSING = {"(", "[", r"\{", "{", r"\langle"}, {")", "]", r"\}", "}", r"\rangle"}
_GOES_ON = {"+", "-", "*", "/", r"\cdot", r"\times", r"\pm"}


@dataclass(frozen=True, slots=True)
class Link:
    """A relation sign as it is written, with what stands below or above it."""

    sign: str
    start: int
    end: int
    beside: tuple[Token, ...] = ()


@dataclass(slots=True)
class Chain:
    """sides[0] links[0] sides[1] …; the first side is empty where the chain goes on from an
    earlier one.
    """

    sides: list[list[Token]] = field(default_factory=lambda: [[]])
    links: list[Link] = field(default_factory=list)
    comment: bool = False
    said: str = ""
    conditions: dict[int, list[Token]] = field(default_factory=dict)

    @property
    def continues(self) -> bool:
        """Whether it begins with a relation sign."""
        return not self.sides[0] and bool(self.links)


def chains_of(tokens: Sequence[Token], text: str, bare: bool) -> list[Chain]:
    """The chains of one display."""
    chains: list[Chain] = []
    depth = 0
    pending: list[Token] = []
    rows = rows_of(tokens, text, bare)
    for number, row in enumerate(rows):
        following = rows[number + 1] if number + 1 < len(rows) else None
        segments = _segments(row)
        # a bracket that is still open where a row begins with = was never closed: what is wrong
        # with one side should not swallow the rest
        ends = following is None or _begins_with_relation(following.tokens)
        for segment in segments:
            if segment.condition == "before":
                pending = segment.tokens
                continue
            if segment.condition == "behind" and chains and chains[-1].links:
                chains[-1].conditions[len(chains[-1].links) - 1] = segment.tokens
                continue
            if _begins_with_relation(segment.tokens):
                depth = 0
            unclosed = _unclosed(segment.tokens) if ends and segment is segments[-1] else set()
            links = _find_links(segment.tokens, depth, unclosed)
            goes_on = _goes_on(chains, segment, links, depth)
            if not goes_on or not chains:
                chains.append(Chain(comment=segment.comment, said=segment.said))
                depth = 0
                links = _find_links(segment.tokens, 0, unclosed)
            _append(chains[-1], segment.tokens, links)
            if pending and chains[-1].links:
                chains[-1].conditions[len(chains[-1].links) - 1] = pending
                pending = []
            depth = max(0, depth + _depth(segment.tokens))
    for chain in chains:
        chain.sides = [_without_doubled(side) for side in chain.sides]
    return [c for c in chains if c.links or c.sides[0]]


def _without_doubled(side: list[Token]) -> list[Token]:
    """KL(q ‖ p) for KL((q ‖ p): a bracket that is written twice and closed once."""
    open_ = _unclosed(side)
    if len(open_) != 1:
        return side
    (k,) = open_
    twice = k + 1 < len(side) and side[k + 1].is_(side[k].text)
    return [*side[:k], *side[k + 1 :]] if twice and side[k].is_("(", "[") else side


def _is_remark(tokens: Sequence[Token], k: int) -> bool:
    """Whether a group that begins with words stands here, and is no index and no argument."""
    if not tokens[k].is_("{") or k + 1 >= len(tokens) or tokens[k + 1].kind != TEXT:
        return False
    before = tokens[k - 1] if k else None
    return before is None or not (before.is_("_", "^") or before.text.startswith("\\"))


@dataclass(slots=True)
class _Segment:
    tokens: list[Token]
    fresh: bool
    comment: bool = False
    said: str = ""
    condition: str = ""


_NEXT = re.compile(
    r"^[\s,;:.(]*(and|so|thus|hence|therefore|then|or|i\.?\s?e|that "
    r"is|which|giving|we|equivalently|but|finally|also|"
    r"where|with|here|let|now|recall|note|rearrang|consequently|implies|gives|yields)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^[\s,;:.(]*(if|iff|when|for|since|because|as|by|using|due|assum|provided|only if|with "
    r"equality|equality)\b",
    re.IGNORECASE,
)
# what follows is a condition of what stands before it, or of what comes next
_IF = re.compile(
    r"^[\s,;:.(]*(if|iff|when|whenever|only if|provided|exactly|precisely|just)\b", re.IGNORECASE
)
_HEAVY = {r"\E", r"\int", "log", "KL", "ELBO", r"\H", r"\sum", r"\mathcalL", r"\frac"}


def _segments(row: Row) -> list[_Segment]:
    """A row cut at arrows, at words that begin a new claim, and at commas with a wide blank."""
    segments = [_Segment([], fresh=False)]
    depth = 0
    tokens = row.tokens
    for k, token in enumerate(tokens):
        if depth == 0 and _is_remark(tokens, k):
            # a remark that is set smaller: nothing of the row comes after it
            break
        depth += (token.text in _OPENING and token.kind != TEXT) - (
            token.text in _CLOSING and token.kind != TEXT
        )
        current = segments[-1]
        if depth > 0:
            current.tokens.append(token)
        elif token.kind == TEXT and k and tokens[k - 1].is_("_", "^"):
            # L_\text{VAE}
            current.tokens.append(token)
        elif token.kind == TEXT:
            _text(segments, token, tokens[k + 1 :])
        elif token.text in ARROWS:
            segments.append(_Segment([], fresh=True))
            if token.is_(r"\iff") and _is_condition(tokens[k + 1 :]):
                segments[-1].condition = "behind"
        elif token.is_(r"\quad"):
            before = current.tokens[-1] if current.tokens else None
            ended = before is not None and before.is_(",", ";", ".")
            if ended and _is_equation(current.tokens) and _is_equation(tokens[k + 1 :]):
                segments.append(_Segment([], fresh=True, said=current.said))
            elif _is_number(tokens[k + 1 :]) or _is_remark_in_brackets(tokens[k + 1 :]):
                break
        elif token.is_(",", ";") and _is_equation(current.tokens) and _is_equation(tokens[k + 1 :]):
            segments.append(_Segment([], fresh=True, said=current.said))
        else:
            current.tokens.append(token)
    for segment in segments:
        _strip(segment.tokens)
    return [s for s in segments if s.tokens]


def _text(segments: list[_Segment], token: Token, rest: Sequence[Token]) -> None:
    current = segments[-1]
    before = current.tokens[-1] if current.tokens else None
    after = next((t for t in rest if not t.is_(r"\quad")), None)
    conditional = bool(_CONDITION.match(token.text))
    if not conditional and _is_term(token, before, after):
        # a word in the place of a term: left for the grammar to know or to refuse
        current.tokens.append(token)
        return
    if _IF.match(token.text) and _is_condition(rest):
        place = "behind" if _is_equation(current.tokens) else "before"
        segments.append(_Segment([], fresh=True, said=token.text, condition=place))
        return
    begins = bool(_NEXT.match(token.text)) or before is None
    heavy = any(t.text in _HEAVY for t in rest) and any(t.text in RELATIONS for t in rest)
    comment = conditional or not (begins and heavy)
    if before is None and not conditional:
        # words before a formula, such as "Hence:"
        current.said = token.text
    else:
        segments.append(_Segment([], fresh=True, comment=comment, said=token.text))


def _is_condition(rest: Sequence[Token]) -> bool:
    """Whether a relation between densities follows, and not a claim about expectations."""
    until = next((k for k, t in enumerate(rest) if t.kind == TEXT), len(rest))
    return _is_equation(rest[:until]) and not any(t.text in _HEAVY for t in rest[:until])


def _is_term(token: Token, before: Token | None, after: Token | None) -> bool:
    if before is not None:
        return before.text in _GOES_ON or before.text in RELATIONS
    goes_on = after is not None and (
        after.text in _GOES_ON or after.text in RELATIONS or after.is_(":")
    )
    return goes_on and not token.text.endswith((":", ",", "."))


def _is_equation(tokens: Sequence[Token]) -> bool:
    depth = 0
    for token in tokens:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth == 0 and token.text in RELATIONS:
            return True
    return False


def _is_number(tokens: Sequence[Token]) -> bool:
    """Whether nothing but an equation number such as (3) or (∗) follows."""
    rest = [t for t in tokens if not t.is_(r"\quad")]
    if len(rest) in (3, 4) and rest[0].is_("(") and rest[-1].is_(")"):
        return all(len(t.text) <= 3 for t in rest[1:-1])
    return False


def _is_remark_in_brackets(tokens: Sequence[Token]) -> bool:
    """Whether nothing but a bracket with words in it follows: (q(z) does not depend on x)."""
    rest = [t for t in tokens if not t.is_(r"\quad", ".", ",")]
    if len(rest) < 3 or not rest[0].is_("(", "["):
        return False
    depth = 0
    for k, token in enumerate(rest):
        depth += token.is_("(", "[") - token.is_(")", "]")
        if depth == 0:
            return k == len(rest) - 1 and any(t.kind == TEXT for t in rest)
    return False


def _strip(tokens: list[Token]) -> None:
    while tokens and tokens[-1].is_(".", ",", ";", r"\quad", r"\ "):
        tokens.pop()
    # a remark in brackets at the end: (by Jensen)
    if (
        len(tokens) >= 3
        and tokens[-1].is_(")", "]")
        and tokens[-2].kind == TEXT
        and tokens[-3].is_("(", "[")
    ):
        del tokens[-3:]
        _strip(tokens)
    while tokens and tokens[0].is_(",", ";", ".", ":"):
        tokens.pop(0)


def _depth(tokens: Sequence[Token]) -> int:
    return sum((t.text in _OPENING) - (t.text in _CLOSING) for t in tokens if t.kind != TEXT)


def _begins_with_relation(tokens: Sequence[Token]) -> bool:
    return bool(tokens) and _sign_at(tokens, 0)[0] in _CHAINED


_CHAINED = {"=", r"\le", r"\ge", "<", ">", ":=", r"\equiv", r"\approx", r"\doteq", r"\propto"}


def _unclosed(tokens: Sequence[Token]) -> set[int]:
    """Where brackets stand that are opened and not closed."""
    opened: list[int] = []
    for k, token in enumerate(tokens):
        if token.kind == TEXT:
            continue
        if token.text in _OPENING:
            opened.append(k)
        elif token.text in _CLOSING and opened:
            opened.pop()
    return set(opened)


def _find_links(
    tokens: Sequence[Token], depth: int, unclosed: Container[int] = ()
) -> list[tuple[int, int, Link]]:
    """Where relation signs stand outside of all brackets: first token, token after the last, the
    link. Brackets that are never closed do not count.
    """
    links: list[tuple[int, int, Link]] = []
    k = 0
    while k < len(tokens):
        token = tokens[k]
        if token.kind != TEXT and k not in unclosed:
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
        sign, width = _sign_at(tokens, k)
        if depth > 0 or not sign:
            k += 1
            continue
        end = k + width
        beside: tuple[Token, ...] = ()
        while end < len(tokens) and tokens[end].is_("_", "^"):
            stop = end + 2
            if end + 1 < len(tokens) and tokens[end + 1].is_("{"):
                level, stop = 1, end + 2
                while stop < len(tokens) and level:
                    level += tokens[stop].is_("{") - tokens[stop].is_("}")
                    stop += 1
            beside, end = tuple(tokens[end + 1 : stop]), min(stop, len(tokens))
        links.append((k, end, Link(sign, token.start, tokens[k + width - 1].end, beside)))
        k = end
    return links


def _sign_at(tokens: Sequence[Token], k: int) -> tuple[str, int]:
    token = tokens[k]
    following = tokens[k + 1] if k + 1 < len(tokens) else None
    if token.kind == SYMBOL and following is not None and not following.spaced:
        pair = token.text + following.text
        if pair in (":=", "=:"):
            return pair, 2
        if pair in (">=", "<=", "=="):
            return {">=": r"\ge", "<=": r"\le", "==": "="}[pair], 2
    return (token.text, 1) if token.text in RELATIONS else ("", 0)


def quantity_of(link: Link) -> str:
    r"""What is written below or above ≐: the quantity that the constant does not depend on, such
    as \hat{x}.
    """
    tokens = list(link.beside)
    while len(tokens) > 1 and tokens[0].is_("{") and tokens[-1].is_("}"):
        tokens = tokens[1:-1]
    return "".join(t.text for t in tokens)


def _goes_on(
    chains: list[Chain], segment: _Segment, links: list[tuple[int, int, Link]], depth: int
) -> bool:
    if segment.fresh or not chains or not segment.tokens:
        return False
    last = chains[-1]
    if depth > 0 or (links and links[0][0] == 0):
        return not last.comment
    open_side = last.sides[-1]
    if not open_side or open_side[-1].text in _GOES_ON or open_side[-1].is_("_", "^"):
        return True
    if segment.tokens[0].text in _GOES_ON or segment.tokens[0].text in _CLOSING:
        return True
    # no relation of its own: the rest of a long line, as long as something can be gone on with
    return not links and bool(last.links)


def _append(chain: Chain, tokens: list[Token], links: list[tuple[int, int, Link]]) -> None:
    at = 0
    for first, end, link in links:
        _extend(chain, tokens[at:first])
        if chain.links and not chain.sides[-1] and chain.links[-1].sign == link.sign:
            # the sign is repeated at the end of one row and the start of the next
            chain.links[-1] = link
            at = end
            continue
        chain.links.append(link)
        chain.sides.append([])
        at = end
    _extend(chain, tokens[at:])


def _extend(chain: Chain, tokens: list[Token]) -> None:
    chain.sides[-1].extend(tokens)
