"""What a file says about its densities and was not understood: p(z) = 1/K, q(z|x) = N(z; μ, LLᵀ).

A line about those densities may be true because of it; nothing is then held against the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Assumption, SameDensity
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    Density,
    FamilyDensity,
    Function,
    MutualInformation,
    walk,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.latex.meaning.readings import Reading
from vaetheory.latex.meaning.sides import expression_of
from vaetheory.latex.reader.errors import ReadError
from vaetheory.review.deciding import Decider
from vaetheory.review.inline import letters_in
from vaetheory.review.judge import Judged, judge
from vaetheory.review.sheet import Line, Sheet, Unsaid

_SAYS = ("=", ":=", r"\equiv", r"\propto", r"\sim", "=:")
_LOG = re.compile(r"^[\s&{-]*\\?(?:log|ln)\b")
_LAW = re.compile(
    r"^[\s&{(]*(\\(?:mathbf|boldsymbol|mathrm|bm|tilde|hat)\s*\{?)?[pqPQ](?![A-Za-z])"
)
_FAMILY = re.compile(
    r"\\mathcal\s*\{?\s*[NUB]\b|(?<![A-Za-z\\])N\s*\\?[\[(]|Normal|Gauss|Unif|Cat\b|Bern|Laplace"
    r"|Dirac|\\delta\s*\(|Gamma|Beta|Poisson|Student"
)


# p(x_d|z) = x̂_d if x_d = 1: the Bernoulli law, which is known
_PIXEL = re.compile(
    r"^[}\s]*(\$|\\\))?[\s,]*(if|when|for|wenn|falls|für|si|pour)\s*(\$|\\\()?\s*x(_\{?\w\}?)?\s*=\s*1\b"
)


def unread_laws(judged: Iterable[Judged], sheet: Sheet) -> list[Unsaid]:
    """The lines that say what a density is, and were not read."""
    found: list[Unsaid] = []
    text = sheet.document.text
    for entry in judged:
        line = entry.line
        if line.link.sign not in _SAYS:
            continue
        if entry.error is None:
            if defines_a_law(entry):
                left = text[line.left.span.start : line.left.span.end]
                found.append(Unsaid(letters_in(left), line.start))
            continue
        left = text[line.left.span.start : line.left.span.end]
        right = text[line.right.span.start : line.right.span.end]
        logarithm = _LOG.match(left)
        law = _LAW.match(left[logarithm.end() :] if logarithm else left)
        # log p(x|z) = log N(x; f(z), A) says it as well, log p(x) = E[…] does not
        if line.first and law and (not logarithm or _FAMILY.search(right)):
            found.append(Unsaid(letters_in(left), line.start))
    return found


def defines_a_law(entry: Judged) -> bool:
    """Whether a line says what a density is, by parameters or by values of other densities, as
    p(z) = ∑_k π_k N(z; μ_k, σ_k²) and p(z) = 1/K ∑_k q(z|u_k) do: neither true nor false.
    """
    claimed = entry.claimed
    if claimed is None or not entry.line.first or claimed.decision.verdict is Verdict.HOLDS:
        return False
    left, right = claimed.statement.left, claimed.statement.right
    if not isinstance(left, Density) or claimed.statement.relation is not Relation.EQUAL:
        return False
    return bool(free_variables(right) - {*left.of, *left.given}) or any(
        isinstance(n, FamilyDensity | Function) for n in walk(right)
    )


def independences(sheet: Sheet, reading: Reading) -> list[Assumption]:
    """p(z|c) = p(z) among what inline formulas say of densities: that is assumed from then on."""
    found: list[Assumption] = []
    for line in sheet.asides:
        said = _independence(line, sheet, reading)
        if said is not None and said not in found:
            found.append(said)
    return found


def _independence(line: Line, sheet: Sheet, reading: Reading) -> SameDensity | None:
    if line.left.tree is None or line.right.tree is None or line.link.sign != "=":
        return None
    try:
        first, second = (
            expression_of(tree, sheet.facts, reading) for tree in (line.left.tree, line.right.tree)
        )
    except (ReadError, ValueError):
        return None
    match first, second:
        case Density(letter=a, of=of), Density(letter=b, of=same) if a == b and of == same:
            given = [set(d.given) for d in (first, second)]
            return SameDensity(first, second) if given[0] != given[1] and a.name in "pP" else None
    return None


def untrue_asides(sheet: Sheet, reading: Reading, decider: Decider) -> list[Unsaid]:
    """What inline formulas say of densities and is not true of all of them."""
    found: list[Unsaid] = []
    for line in sheet.asides:
        behind = sheet.document.text[line.right.span.end :][:60]
        if _independence(line, sheet, reading) is not None or _PIXEL.match(behind):
            continue
        judged = judge([line], sheet.facts, reading, (), decider).lines[0]
        claimed = judged.claimed
        if claimed is None or claimed.decision.verdict is not Verdict.HOLDS:
            text = sheet.document.text[line.left.span.start : line.left.span.end]
            found.append(Unsaid(letters_in(text), line.start))
    return found


def in_doubt(line: Line, statement: Statement, sheet: Sheet) -> str:
    """The letters that the line speaks of and that the file says something about which was not
    understood; empty where there are none.
    """
    said = [u.letters for u in sheet.unsaid if u.place <= line.start]
    if not said:
        return ""
    return " and ".join(sorted(frozenset().union(*said) & _letters(statement)))


def _letters(statement: Statement) -> set[str]:
    found: set[str] = set()
    for side in (statement.left, statement.right):
        for node in walk(side):
            if isinstance(node, Density | MutualInformation):
                found.add(
                    node.letter.name.removeprefix("\\tilde{").removeprefix("\\hat{")[:1].lower()
                )
    return found
