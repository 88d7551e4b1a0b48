"""Lines that are false for any τ, but are said where "let τ = 1/σ²" or "for β = 1" stands: they
are read again with that put in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Family
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import Density, Expression
from vaetheory.language.expressions import walk as walk_all
from vaetheory.latex.meaning.readings import Reading
from vaetheory.latex.meaning.settings import Setting, concerned, is_definition, with_settings
from vaetheory.latex.meaning.sides import expression_of
from vaetheory.latex.meaning.survey import Facts, key_of, walk
from vaetheory.latex.meaning.vectors import MATRICES
from vaetheory.latex.reader.cursor import Budget
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.grammar import parse
from vaetheory.latex.reader.layout import Chain
from vaetheory.latex.reader.syntax import (
    Added,
    Fractional,
    Group,
    Multiplied,
    Name,
    Node,
    Numeral,
    Raised,
    Rooted,
)
from vaetheory.review.claims import Claimed
from vaetheory.review.deciding import Decision

_SIGNS = ("=", ":=", r"\equiv")
_CASE = re.compile(
    r"\b(if|iff|when|whenever|for|at|case|suppose|assum\w+|unless|provided|choos\w+|except)\b",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!?](?=\s)|\n[ \t]*\n")
Settled = Callable[[Expression, Expression], Claimed]


def setting_of(chain: Chain, text: str, start: int, end: int) -> Setting | None:
    """What the formula at ``text[start:end]`` sets, if it is one letter and what that is."""
    if len(chain.links) != 1 or chain.links[0].sign not in (*_SIGNS, *_BOUNDS):
        return None
    try:
        left, right = (parse(side, Budget()) for side in chain.sides)
    except (ReadError, RecursionError):
        return None
    bounded = chain.links[0].sign in _BOUNDS
    if bounded:
        made = _within(left, right, chain.links[0].sign)
        if made is None:
            return None
        right = made
    if isinstance(left, Raised) and getattr(left.exponent, "value", None) == 2:
        # σ² = 1/2 is a value of σ
        left, right = left.base, Rooted(right.start, right.end, right)
    if not isinstance(left, Name) or any(isinstance(n, Name) and n == left for n in walk(right)):
        return None
    if isinstance(right, Group) and len(right.items.nodes) > 1:
        # X = {x⁽¹⁾, …, x⁽ᴺ⁾} names the data, and restricts nothing
        return None
    stops = [m.end() for m in _STOP.finditer(text, max(0, start - 2000), start)]
    first = stops[-1] if stops else max(0, start - 2000)
    after = _STOP.search(text, end)
    last = after.start() if after else len(text)
    case = _CASE.search(re.sub(r"\$[^$]*\$", "", text[first:start]))
    defines = is_definition(right) and case is None and not bounded
    return Setting(left, right, defines, first, last)


_BOUNDS = {">": 1, r"\ge": 1, "<": -1, r"\le": -1}


def _within(name: Node, bound: Node, sign: str) -> Node | None:
    """1 + δ for β > 1 and 1/(1 + δ) for β < 1, with δ > 0; None where that is no restriction of a
    letter.
    """
    if not isinstance(name, Name) or not isinstance(bound, Numeral) or bound.value <= 0:
        return None
    start, end = bound.start, bound.end
    delta = Name(start, end, r"\delta")
    above = Added(start, end, ((1, Numeral(start, end, Fraction(1))), (1, delta)))
    if _BOUNDS[sign] < 0:
        return Fractional(start, end, bound, above)
    return Multiplied(start, end, (("*", bound), ("*", above)))


def reconsidered(
    claimed: Claimed,
    sides: tuple[tuple[Node | None, Reading], tuple[Node | None, Reading]],
    place: int,
    facts: Facts,
    flavour: str,
    settle: Settled,
) -> Claimed:
    """What a line that fails comes to with the letters that the file sets; the same where it
    sets none of them.
    """
    trees = [tree for tree, _ in sides if tree is not None]
    if claimed.decision.verdict is not Verdict.FAILS or len(trees) < 2:
        return claimed
    unsaid = _moved(claimed, facts) or _named(claimed, facts)
    if unsaid:
        return _doubted(claimed, unsaid)
    found = [
        s
        for s in concerned(facts.settings, trees)
        if s.name.base not in facts.arguments and key_of(s.name) not in facts.definitions
    ]
    inside = _inside_families(claimed)
    written = inside | {n.base for tree in trees for n in walk(tree) if isinstance(n, Name)}
    for setting in facts.settings:
        # μ = 0 of N(z; μ, σ²): the line is about the law, and does not write μ; what says that μ
        # is made of letters of its own restricts nothing
        told = not setting.defines or any(
            isinstance(n, Name) and n.base in written for n in walk(setting.tree)
        )
        unused = setting not in found and (setting.name.base in inside or not setting.defines)
        if unused and told and setting.reaches(place):
            return _doubted(claimed, setting.name.base)
        if setting.name.base in MATRICES and (setting in found or setting.name.base in inside):
            return _doubted(claimed, setting.name.base)
    if not found:
        return claimed
    said = "; ".join(dict.fromkeys(s.name.base for s in found))
    if len({s.name for s in found}) < len(found):
        return _doubted(claimed, said)
    known = with_settings(facts, found)
    try:
        left, right = (
            expression_of(tree, known, reading, flavour)
            for tree, reading in sides
            if tree is not None
        )
    except ReadError:
        return _doubted(claimed, said)
    again = settle(left, right)
    if all(s.reaches(place) for s in found):
        note = "; ".join(n for n in (again.note, f"with {said} as the file sets it") if n)
        return replace(again, note=note)
    return claimed if again.decision.verdict is Verdict.FAILS else _doubted(claimed, said)


def _inside_families(claimed: Claimed) -> set[str]:
    """The parameters of the families that a line is checked under."""
    families = [a for a in claimed.statement.assumptions if isinstance(a, Family)]
    return {v.name for a in families for v in free_variables(a.definition)}


def _moved(claimed: Claimed, facts: Facts) -> str:
    """ε, where the file says z = μ + σ ε and the line has ε by itself."""
    free = free_variables(claimed.statement.left) | free_variables(claimed.statement.right)
    names = {v.name for v in free}
    for setting in facts.settings:
        if setting.name.base in facts.arguments:
            for node in walk(setting.tree):
                if isinstance(node, Name) and node.base in names & {r"\epsilon", r"\xi", "u"}:
                    return str(setting.name.base)
    return ""


def _named(claimed: Claimed, facts: Facts) -> str:
    """The density that the file introduces by a formula, if the line speaks of it."""
    statement = claimed.statement
    for node in (*walk_all(statement.left), *walk_all(statement.right)):
        if isinstance(node, Density) and node.letter.name in facts.introduced:
            return node.letter.name
    return ""


def _doubted(claimed: Claimed, said: str) -> Claimed:
    why = f"false as it stands, but the file sets {said}, and that could not be put in here"
    return replace(claimed, decision=Decision(Verdict.UNDECIDED, "", why), found=())
