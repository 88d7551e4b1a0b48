"""A file that is handed in, as lines: relations between two sides, each with its tree or the
reason why it has none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from vaetheory.latex.meaning.settings import Setting
from vaetheory.latex.meaning.survey import Facts, may_be_shorthand, survey, walk
from vaetheory.latex.reader.cursor import Budget
from vaetheory.latex.reader.documents import Display, Document
from vaetheory.latex.reader.errors import ReadError, Span
from vaetheory.latex.reader.grammar import parse
from vaetheory.latex.reader.layout import Chain, Link, chains_of
from vaetheory.latex.reader.macros import Macro, expand, take_definitions
from vaetheory.latex.reader.styles import plain
from vaetheory.latex.reader.syntax import Dots, Name, Node
from vaetheory.latex.reader.tokens import Token, tokenize
from vaetheory.review.cases import setting_of
from vaetheory.review.prose import condition

MAXIMUM_LINES = 300
MAXIMUM_CHARACTERS = 40_000
MAXIMUM_NODES = 1_000


@dataclass(slots=True)
class Side:
    """One side of a relation: its tree, or why there is none."""

    span: Span
    tree: Node | None = None
    error: ReadError | None = None
    constant: bool = False

    @property
    def elided(self) -> bool:
        """Whether it is only an ellipsis."""
        return isinstance(self.tree, Dots)


@dataclass(slots=True)
class Line:
    """One relation of a file. ``condition`` is what it is said under, as a relation; ``doubt``
    that the words around it make a condition that is not understood.
    """

    number: int
    derivation: int
    left: Side
    link: Link
    right: Side
    first: bool
    inline: bool
    prose: str = ""
    trouble: ReadError | None = None
    condition: tuple[Token, ...] = ()
    doubt: bool = False

    @property
    def span(self) -> Span:
        """The relation sign and the right side; for the first line of a chain the left side too."""
        start = self.left.span.start if self.first else self.link.start
        return Span(start, max(self.right.span.end, self.link.end))


@dataclass(slots=True)
class Sheet:
    """All that a file says that can be checked."""

    document: Document
    lines: list[Line] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    skipped: int = 0
    samples: list[tuple[Node, Node]] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)

    def derivations(self) -> list[list[Line]]:
        """The lines, by derivation."""
        grouped: dict[int, list[Line]] = {}
        for line in self.lines:
            grouped.setdefault(line.derivation, []).append(line)
        return list(grouped.values())


def read_sheet(document: Document, ends: float) -> Sheet:
    """Reads every display until the time is up; what is left then becomes an unread line."""
    sheet = Sheet(document)
    macros = _macros(document)
    last: Side | None = None
    derivation = 0
    unsaid = False
    for display in document.displays:
        problem = _too_much(sheet, display, ends)
        if problem is not None:
            _trouble(sheet, display, derivation + 1, problem)
            break
        try:
            tokens = plain(
                expand(
                    _definitions_removed(tokenize(document.text, display.start, display.end)),
                    macros,
                )
            )
            chains = chains_of(tokens, document.text, display.bare)
        except ReadError as error:
            words = document.text[display.start : display.end]
            if not display.inline:
                derivation += 1
                _trouble(sheet, display, derivation, error)
            elif r"\sim" in words or ("=" in words and words.lstrip()[:1] in "pqPQ"):
                unsaid = True
            continue
        said = condition(document.text, display.start, display.end, _tokens(macros))
        # p(z) = 1/K in the words before is an assumption that is not understood
        said = (said[0], said[1] or unsaid)
        for chain in chains:
            _note_samples(sheet, chain)
            if chain.comment:
                continue
            setting = setting_of(chain, document.text, display.start, display.end)
            sheet.settings += [setting] if setting is not None else []
            if display.inline and not _weighty(chain):
                sheet.skipped += bool(chain.links)
                unsaid = unsaid or _gives_a_density(chain)
                continue
            sides = [_side(s, chain, k) for k, s in enumerate(chain.sides)]
            if display.inline and any(s.error is not None for s in sides):
                sheet.skipped += 1
                continue
            goes_on = chain.continues and last is not None and not display.inline
            if not goes_on:
                derivation += 1
            if goes_on and last is not None:
                sides[0] = last
            if len(sheet.lines) + len(chain.links) > MAXIMUM_LINES:
                _trouble(sheet, display, derivation, _too_many(display))
                _finish(sheet)
                return sheet
            _add_lines(sheet, chain, sides, derivation, goes_on, display, said)
            if not display.inline:
                last = sides[-1]
    _finish(sheet)
    return sheet


def _note_samples(sheet: Sheet, chain: Chain) -> None:
    """Notes z^{(l)} ~ p(z): of which law the copies are drawn that an estimate is made of."""
    if len(chain.links) != 1 or chain.links[0].sign != r"\sim":
        return
    try:
        left, right = (parse(side, Budget()) for side in chain.sides)
    except ReadError:
        return
    if isinstance(left, Name) and (left.sub or left.sup or left.primes or "{" in left.base):
        sheet.samples.append((left, right))


def _tokens(macros: dict[str, Macro]) -> Callable[[str], list[Token]]:
    return lambda text: plain(expand(tokenize(text), macros))


def _too_much(sheet: Sheet, display: Display, ends: float) -> ReadError | None:
    if display.end - display.start > MAXIMUM_CHARACTERS:
        said = (
            f"one display of {display.end - display.start:,} characters is too long: "
            f"at most {MAXIMUM_CHARACTERS:,} are read"
        )
        return ReadError(said, display.start, display.start + 1)
    if time.monotonic() > ends:
        return ReadError(
            "the file is too long to be read in time", display.start, display.start + 1
        )
    return None


def _too_many(display: Display) -> ReadError:
    said = f"at most {MAXIMUM_LINES} relations are checked in one file: the rest was not read"
    return ReadError(said, display.start, display.start + 1)


def _macros(document: Document) -> dict[str, Macro]:
    if "\\" not in document.text:
        return {}
    names = (
        "\\newcommand",
        "\\def",
        "\\DeclareMathOperator",
        "\\renewcommand",
        "\\providecommand",
        "\\let",
        "\\DeclarePaired",
        "\\NewDoc",
    )
    if not any(n in document.text for n in names):
        return {}
    # definitions stand in the preamble or at the head: no need to cut up a megabyte of prose
    found, _ = take_definitions(tokenize(document.text, 0, min(len(document.text), 300_000)))
    return found


def _definitions_removed(tokens: list[Token]) -> list[Token]:
    if not any(
        t.text.startswith(("\\newc", "\\def", "\\renew", "\\Decl", "\\provide", "\\let"))
        for t in tokens
    ):
        return tokens
    return take_definitions(tokens)[1]


_WEIGHTY = {r"\E", "log", "KL", "ELBO", r"\int", r"\mathcalN", "Bernoulli", "Normal"}


def _weighty(chain: Chain) -> bool:
    """Whether an inline formula claims something of the kind that is checked here."""
    if not chain.links or chain.continues:
        return False
    tokens = [t for s in chain.sides for t in s]
    if any(t.text in _WEIGHTY for t in tokens):
        return True
    # w(x, z) = p(x, z) / q(z | x): a name for a formula; q(z|x) = p(z|x) alone is a condition
    letters = ("p", "q", "P", "Q")
    named = bool(chain.sides[0]) and chain.sides[0][0].text not in letters
    dense = [k for k, t in enumerate(tokens[:-1]) if t.text in letters and tokens[k + 1].is_("(")]
    return named and len(dense) > 1


def _gives_a_density(chain: Chain) -> bool:
    """Whether an inline formula says what a density is, as p(z) = 1/K does: a value that is read
    nowhere, and without which what follows may be false.
    """
    letters = ("p", "q", "P", "Q")
    if len(chain.links) != 1:
        return False
    left, right = chain.sides[0], chain.sides[1]
    if chain.links[0].sign == r"\sim":
        # z ~ Uniform{1, …, K}
        known = (*letters, r"\mathcalN", "N", "Normal", "Bernoulli", r"\mathcalD", "D")
        return len(left) == 1 and bool(right) and not any(t.text in known for t in right)
    if chain.links[0].sign not in ("=", ":=", r"\equiv", r"\propto"):
        return False
    opened = len(left) > 3 and left[0].text in letters and any(t.is_("(") for t in left)
    formula = (*letters, r"\prod", r"\sum", r"\exp", "exp", "^")
    return opened and bool(right) and not any(t.text in formula for t in right)


def _side(tokens: list[Token], chain: Chain, number: int) -> Side:
    if not tokens:
        near = chain.links[min(number, len(chain.links) - 1)] if chain.links else None
        start = near.end if near else 0
        error = ReadError("nothing stands on this side of the relation", start - 1, start)
        return Side(error.span, None, error)
    span = Span(tokens[0].start, tokens[-1].end)
    kept, constant = _without_constant(tokens)
    try:
        tree = parse(kept, Budget())
        if sum(1 for _ in walk(tree)) > MAXIMUM_NODES:
            raise ReadError("this formula is too long to be checked", span.start, span.end)
        return Side(span, tree, None, constant)
    except ReadError as error:
        return Side(span, None, error)
    except RecursionError:
        return Side(span, None, ReadError("this is nested too deeply", span.start, span.end))


def _without_constant(tokens: list[Token]) -> tuple[list[Token], bool]:
    """A side without "+ const" at its end or "const +" in front; the relation is then up to a
    constant.
    """
    if len(tokens) > 2 and _is_constant(tokens[-1]) and tokens[-2].is_("+", "-"):
        return tokens[:-2], True
    if len(tokens) > 2 and _is_constant(tokens[0]) and tokens[1].is_("+"):
        return tokens[2:], True
    return tokens, False


def _is_constant(token: Token) -> bool:
    return (token.kind == "word" and token.text == "const") or (
        token.kind == "letter" and token.text == "C"
    )


def _add_lines(
    sheet: Sheet,
    chain: Chain,
    sides: list[Side],
    derivation: int,
    goes_on: bool,
    display: Display,
    said: tuple[tuple[Token, ...], bool],
) -> None:
    for k, link in enumerate(chain.links):
        sheet.lines.append(
            Line(
                number=len(sheet.lines) + 1,
                derivation=derivation,
                left=sides[k],
                link=link,
                right=sides[k + 1],
                first=k == 0 and not goes_on,
                inline=display.inline,
                prose=(display.prose + " " + chain.said) if k == 0 else "",
                condition=tuple(chain.conditions.get(k, ())) or said[0],
                doubt=said[1],
            )
        )


def _trouble(sheet: Sheet, display: Display, derivation: int, error: ReadError) -> None:
    side = Side(error.span, None, error)
    link = Link("", error.span.start, error.span.start)
    sheet.lines.append(
        Line(len(sheet.lines) + 1, derivation, side, link, side, True, False, trouble=error)
    )


def _finish(sheet: Sheet) -> None:
    trees: dict[int, Node] = {}
    for line in sheet.lines:
        for side in (line.left, line.right):
            if side.tree is not None:
                trees[id(side)] = side.tree
    sheet.facts = survey(trees.values())
    sheet.facts.settings = tuple(sheet.settings)
    lines = (
        survey([s.tree for s in (line.left, line.right) if s.tree is not None])
        for line in sheet.lines
    )
    sheet.facts.shorthand = may_be_shorthand(sheet.facts, lines)


__all__ = ["Line", "Sheet", "Side", "read_sheet", "replace"]
