"""Lines that are false for any τ, but are said where "let τ = 1/σ²" or "for β = 1" stands: they
are read again with that put in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Assumption, Family
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import Density, Expression
from vaetheory.language.expressions import walk as walk_all
from vaetheory.latex.meaning.readings import Reading
from vaetheory.latex.meaning.settings import Setting, concerned, is_definition, with_settings
from vaetheory.latex.meaning.sides import expression_of
from vaetheory.latex.meaning.survey import ALWAYS_LETTERS, Facts, key_of, spelled, walk
from vaetheory.latex.meaning.vectors import MATRICES
from vaetheory.latex.reader.cursor import Budget
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.grammar import parse
from vaetheory.latex.reader.layout import Chain
from vaetheory.latex.reader.syntax import (
    Added,
    Applied,
    Big,
    Diverging,
    Dots,
    Expected,
    Fractional,
    Group,
    LogOf,
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
_LOOKED_AT = re.compile(r"\b(if|iff|when|whenever|for|at|case|unless|provided|except)\b", re.I)
_GENERAL = re.compile(
    r"\b(in general|generally|more generally|for (any|general|arbitrary|every|all)|im allgemeinen"
    r"|allgemein|en général)\b",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!?](?=\s)|\n[ \t]*\n")
Settled = Callable[[Expression, Expression, dict[str, Expression]], Claimed]


def setting_of(chain: Chain, text: str, start: int, end: int) -> Setting | None:
    """What the formula at ``text[start:end]`` sets, if it is one letter and what that is."""
    signs = [link.sign for link in chain.links]
    if not signs or len(signs) > 2 or any(s not in (*_SIGNS, *_BOUNDS, r"\in") for s in signs):
        return None
    try:
        sides = [parse(side, Budget()) for side in chain.sides]
    except (ReadError, RecursionError):
        return None
    left, right = sides[0], sides[1]
    bounded = signs[0] not in _SIGNS
    if bounded:
        range_ = _range(sides, signs)
        if range_ is None:
            return None
        left, right = range_
    elif len(signs) != 1:
        return None
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
    last = _end_of_sentence(text, end)
    general = _GENERAL.search(text, end)
    if general is not None and general.start() > end:
        last = min(last, general.start())
    words = re.sub(r"\$[^$]*\$", "", text[first:start])
    defines = is_definition(right) and _CASE.search(words) is None and not bounded
    until = 0
    if not bounded and not _speaks_of_laws(right) and _LOOKED_AT.search(words) is None:
        until = general.start() if general else len(text)
    return Setting(left, right, defines, first, last, until)


# bounded: what a file may have in blanks without end
_DISPLAY = re.compile(r"[\s,:$.)]{0,20}?\n[ \t]{0,20}\n\s{0,20}(?=\$\$|\\\[|\\begin)")


def _end_of_sentence(text: str, end: int) -> int:
    """Where the sentence ends that goes on behind ``end``; a display below a blank line is part of
    it.
    """
    display = _DISPLAY.match(text, end)
    after = _STOP.search(text, display.end() if display else end)
    return after.start() if after else len(text)


def _speaks_of_laws(tree: Node) -> bool:
    """Whether a formula is about densities: ℒ_KL = KL(q ‖ p) is a name, and no value."""
    return any(isinstance(n, Expected | Diverging | LogOf | Big | Applied) for n in walk(tree))


_BOUNDS = {">": 1, r"\ge": 1, "<": -1, r"\le": -1}


def _range(sides: list[Node], signs: list[str]) -> tuple[Name, Node] | None:
    """The letter in β > 1, 0 < β < 1 or β ∈ (0, 1), and what it is then; an ellipsis, which can be
    put in nowhere, where that cannot be said.
    """
    if signs == [r"\in"] and isinstance(sides[0], Name):
        group = sides[1]
        ends = group.items.nodes if isinstance(group, Group) else ()
        if len(ends) != 2 or not all(isinstance(n, Numeral) for n in ends) or group.kind == r"\{":  # type: ignore[attr-defined]
            return None
        sides, signs = [ends[0], sides[0], ends[1]], ["<", "<"]
    if any(s not in _BOUNDS for s in signs):
        return None
    if len(signs) == 1:
        name, bound, sign = sides[0], sides[1], signs[0]
        if isinstance(bound, Name) and isinstance(name, Numeral):
            name, bound, sign = bound, name, {-1: ">", 1: "<"}[_BOUNDS[sign]]
        made = _within(name, bound, sign)
        return (name, made) if made is not None and isinstance(name, Name) else None
    low, name, high = sides if _BOUNDS[signs[0]] < 0 else sides[::-1]
    if not isinstance(name, Name) or _BOUNDS[signs[0]] != _BOUNDS[signs[1]]:
        return None
    made = _within(name, high, "<") if getattr(low, "value", None) == 0 else None
    return name, made or Dots(name.start, name.end)


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
        # σ̂² = … says itself what σ̂ is: that is not put into it
        if not trees[0].start <= s.name.start < trees[0].end
        and s.name.base not in facts.arguments
        and key_of(s.name) not in facts.definitions
    ]
    inside = _inside_families(claimed)
    written = inside | {n.base for tree in trees for n in walk(tree) if isinstance(n, Name)}
    for setting in facts.settings:
        # μ = 0 of N(z; μ, σ²): the line is about the law, and does not write μ; what says that μ
        # is made of letters of its own restricts nothing
        told = not setting.defines or any(
            isinstance(n, Name) and n.base in written for n in walk(setting.tree)
        )
        if setting.name.base in facts.arguments or setting.name.base in ALWAYS_LETTERS:
            continue
        if key_of(setting.name) in facts.definitions:
            continue  # put in already, by every line that has it
        inner = setting.name.base in inside and not (setting.name.sub or setting.name.sup)
        if setting not in found and inner and told and setting.reaches(place):
            found.append(setting)
        elif (
            setting not in found
            and told
            and setting.reaches(place)
            and (setting.name.base in inside or not setting.defines)
        ):
            return _doubted(claimed, setting.name.base)
        if setting.name.base in MATRICES and (setting in found or setting.name.base in inside):
            return _doubted(claimed, setting.name.base)
    if not found:
        return claimed
    said = "; ".join(dict.fromkeys(s.name.base for s in found))
    found = _nearest(found, place)
    if len({(s.name.base, spelled(s.name.sub)) for s in found}) < len(found):
        return _doubted(claimed, said)
    known = with_settings(facts, found)
    try:
        # σ² = 1/2 is true of the decoder as well, whether the line writes σ or not
        values = {
            s.name.base: expression_of(s.tree, known, sides[0][1], flavour)
            for s in found
            if s.name.base in inside and s.reaches(place)
        }
        left, right = (
            expression_of(tree, known, reading, flavour)
            for tree, reading in sides
            if tree is not None
        )
    except ReadError:
        return _doubted(claimed, said)
    if any(_is_helper(s) for s in found) and r"\delta" in facts.names:
        return _doubted(claimed, said)
    again = settle(left, right, values)
    if all(s.reaches(place) for s in found):
        note = "; ".join(n for n in (again.note, f"with {said} as the file sets it") if n)
        return replace(again, note=note)
    return claimed if again.decision.verdict is Verdict.FAILS else _doubted(claimed, said)


def _nearest(found: list[Setting], place: int) -> list[Setting]:
    """Of several values of one letter the one that is said in the same sentence, or last before."""
    kept: list[Setting] = []
    for setting in found:
        same = [s for s in found if s.name.base == setting.name.base]
        near = [s for s in same if s.is_near(place)]
        before = [s for s in same if s.name.start < place] or same
        chosen = near if near else before[-1:]
        kept += [setting] if setting in chosen else []
    return kept


def _is_helper(setting: Setting) -> bool:
    """Whether δ was put in to say that a letter is above or below a number."""
    return any(isinstance(n, Name) and n.base == r"\delta" for n in walk(setting.tree))


def put_in(assumption: Assumption, values: dict[str, Expression]) -> Assumption:
    """The family with numbers for parameters."""
    if not isinstance(assumption, Family):
        return assumption
    definition = assumption.definition
    found = {
        v: values[v.name]
        for v in free_variables(definition)
        if v.name in values and not v.indices and v not in assumption.density.of
    }
    return replace(assumption, definition=substitute(definition, found))


def _inside_families(claimed: Claimed) -> set[str]:
    """The parameters of the families that a line is checked under."""
    families = [a for a in claimed.statement.assumptions if isinstance(a, Family)]
    return {v.name for a in families for v in free_variables(a.definition)}


_NOISE = {r"\epsilon", r"\xi", "u"}


def _moved(claimed: Claimed, facts: Facts) -> str:
    """ε, where the file says z = μ + σ ε and the line has ε by itself."""
    left, right = (
        {v.name for v in free_variables(side)}
        for side in (claimed.statement.left, claimed.statement.right)
    )
    names = left | right
    for noise in (left ^ right) & _NOISE & facts.arguments:
        # log q(z|x) = log p(ε) − …: what ε has to do with z is said nowhere
        return noise
    for setting in facts.settings:
        if setting.name.base in facts.arguments:
            for node in walk(setting.tree):
                if isinstance(node, Name) and node.base in names & _NOISE:
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
