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
from vaetheory.latex.reader.unknowns import marked, unknowns
from vaetheory.review.cases import setting_of
from vaetheory.review.inline import (
    ABOUT,
    SAYS,
    is_law,
    letters_in,
    letters_of,
    names_a_family,
    weighty,
)
from vaetheory.review.noise import noise_of
from vaetheory.review.prose import GOES_ON, condition

MAXIMUM_LINES = 300
MAXIMUM_CHARACTERS = 40_000
MAXIMUM_NODES = 1_000
MAXIMUM_WORDS = 100_000
LONGEST_REMARK = 150  # characters


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
    start: int = 0
    prose: str = ""
    trouble: ReadError | None = None
    condition: tuple[Token, ...] = ()
    doubt: bool = False

    @property
    def span(self) -> Span:
        """The relation sign and the right side; for the first line of a chain the left side too."""
        start = self.left.span.start if self.first else self.link.start
        return Span(start, max(self.right.span.end, self.link.end))


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Something that the file says about densities of these letters and that was not understood:
    nothing is held against what stands behind ``place``.
    """

    letters: frozenset[str]
    place: int


@dataclass(slots=True)
class Sheet:
    """All that a file says that can be checked."""

    document: Document
    lines: list[Line] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    skipped: int = 0
    samples: list[tuple[Node, Node]] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    unsaid: list[Unsaid] = field(default_factory=list)
    asides: list[Line] = field(default_factory=list)

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
    read = _reader(macros, document.text)
    last: Side | None = None
    last_inline: Side | None = None
    derivation = of_last = newest = before = 0
    said: tuple[tuple[Token, ...], bool] = ((), False)
    for display in document.displays:
        start, before = before, display.start
        problem = _too_much(sheet, display, ends)
        if problem is not None:
            _trouble(sheet, display, newest + 1, problem)
            break
        try:
            tokens = read(document.text, display.start, display.end)
            chains = chains_of(tokens, document.text, display.bare)
        except ReadError as error:
            words = document.text[display.start : display.end]
            if not display.inline:
                newest += 1
                derivation = newest
                _trouble(sheet, display, derivation, error)
            elif r"\sim" in words or ("=" in words and words.lstrip()[:1] in "pqPQ"):
                sheet.unsaid.append(Unsaid(letters_in(words), start))
            last_inline = None
            continue
        earlier = said
        said = condition(document.text, display.start, display.end, read)
        if not any(said) and not display.inline and GOES_ON.match(display.prose):
            said = earlier
        # $= …$ on the line below $log p(x) = …$
        gap = display.prose.strip(" \t\n\\,.;&>")
        # and so it is behind a remark on the line above: (Jensen)
        above = len(gap) < LONGEST_REMARK and display.prose.rstrip(" \t").endswith("\n")
        adjoining = last_inline if not gap or (above and display.inline) else None
        last_inline = None
        for chain in chains:
            _note_samples(sheet, chain)
            if chain.comment:
                continue
            setting = setting_of(chain, document.text, display.start, display.end)
            sheet.settings += [setting] if setting is not None else []
            from_inline = adjoining if chain.continues else None
            if display.inline and from_inline is None and not weighty(chain):
                sheet.skipped += bool(chain.links)
                _set_aside(sheet, chain, display, start)
                continue
            sides = [_side(s, chain, k) for k, s in enumerate(chain.sides)]
            inline_error = display.inline and any(s.error is not None for s in sides[1:])
            if from_inline is None and (inline_error or (display.inline and sides[0].error)):
                sheet.skipped += 1
                if is_law(chain.sides[0]) or names_a_family(chain):
                    sheet.unsaid.append(Unsaid(letters_of(chain), start))
                continue
            before_it = from_inline or (None if display.inline else last)
            goes_on = chain.continues and before_it is not None
            if not goes_on:
                newest += 1
                derivation = newest
            elif before_it is last:
                # an equation in the words between does not come into the chain of the displays
                derivation = of_last
            if goes_on and before_it is not None:
                sides[0] = before_it
            if len(sheet.lines) + len(chain.links) > MAXIMUM_LINES:
                _trouble(sheet, display, derivation, _too_many(display))
                _finish(sheet)
                return sheet
            _add_lines(sheet, chain, sides, derivation, goes_on, display, said)
            if display.inline:
                last_inline = sides[-1]
            else:
                last, of_last = sides[-1], derivation
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


def _reader(macros: dict[str, Macro], text: str) -> Callable[..., list[Token]]:
    """From a text, or a part of it, to the tokens of its mathematics."""
    random = unknowns(text)

    def read(text: str, start: int = 0, end: int | None = None) -> list[Token]:
        tokens = tokenize(text, start, len(text) if end is None else end)
        return marked(plain(expand(_definitions_removed(tokens), macros)), random)

    return read


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


def _set_aside(sheet: Sheet, chain: Chain, display: Display, start: int) -> None:
    """Keeps what an inline formula says of a density: q(z) = 1/N ∑ q(z|x_n), p(z) = 1/K. Where it
    is neither true anyway nor a family that is known, what follows may be true because of it.
    """
    if len(chain.links) != 1 or chain.links[0].sign not in (*SAYS, r"\sim"):
        return
    left, right = chain.sides[0], chain.sides[1]
    if chain.links[0].sign == r"\sim":
        # z ~ Uniform{1, …, K}
        known = ("p", "q", "P", "Q", r"\mathcalN", "N", "Normal", "Bernoulli", r"\mathcalD", "D")
        if len(left) == 1 and right and not any(t.text in known for t in right):
            sheet.unsaid.append(Unsaid(frozenset("pq"), start))
        return
    if not is_law(left) or not right or ABOUT.search(display.prose):
        # "… if and only if q(z|x) = p(z|x)" says when something else is true
        return
    sides = [_side(s, chain, k) for k, s in enumerate(chain.sides)]
    line = Line(0, 0, sides[0], chain.links[0], sides[1], True, True, start)
    sheet.asides.append(line)


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
                start=display.start,
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
    sheet.facts.noise = noise_of(sheet.document.text[:MAXIMUM_WORDS])
    lines = (
        survey([s.tree for s in (line.left, line.right) if s.tree is not None])
        for line in sheet.lines
    )
    sheet.facts.shorthand = may_be_shorthand(sheet.facts, lines)


__all__ = ["Line", "Sheet", "Side", "read_sheet", "replace"]
