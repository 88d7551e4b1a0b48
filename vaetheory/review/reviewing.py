"""A file → its report: reads it, tries the readings it allows, settles every line, names
mistakes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Assumption, Family
from vaetheory.language.statements import Statement
from vaetheory.latex.assumptions import describe
from vaetheory.latex.meaning.readings import Reading
from vaetheory.latex.reader.documents import NotReadable, open_document
from vaetheory.latex.reader.errors import Span, caret
from vaetheory.review import alternatives
from vaetheory.review.assumptions import remarked
from vaetheory.review.consequences import follows
from vaetheory.review.deciding import Decider
from vaetheory.review.explaining import explained, named, remarks
from vaetheory.review.graphs import states_itself
from vaetheory.review.ground import Place, kept_condition, meant_otherwise
from vaetheory.review.introductions import Introduced, introductions
from vaetheory.review.judge import Judged, Judgement
from vaetheory.review.lengths import judge_steps
from vaetheory.review.notation import doubted_by_notation
from vaetheory.review.relations import shown
from vaetheory.review.report import (
    ASSUMED,
    FAILS,
    HOLDS,
    UNDECIDED,
    UNREAD,
    FileReport,
    LineReport,
)
from vaetheory.review.sheet import Line, Sheet, read_sheet
from vaetheory.review.spoken import (
    Words,
    doubted_by_words,
    sets_the_scale,
    words_of,
)
from vaetheory.review.unsaid import (
    defines_a_law,
    in_doubt,
    independences,
    unread_laws,
    untrue_asides,
)

SECONDS = 4.0


def review(
    text: str,
    name: str = "text",
    *,
    seconds: float = SECONDS,
    seed: int = 0,
    decider: Decider | None = None,
) -> FileReport:
    """The verdict on every line of a file, within ``seconds``. Never raises on any text.

    A ``decider`` of one's own, which knows what it has decided before, has its own end and seed.
    """
    ends = time.monotonic() + seconds if decider is None else decider.ends
    try:
        document = open_document(text, name)
    except NotReadable as error:
        return FileReport(name, [], why=str(error))
    sheet = read_sheet(document, ends - 0.5 * seconds)
    if not sheet.lines:
        return FileReport(name, [], why="no relation between formulas was found in this file")
    return FileReport(name, _lines(sheet, decider or Decider(ends, seed)))


def _lines(sheet: Sheet, decider: Decider) -> list[LineReport]:
    introduced = introductions(sheet)
    best: tuple[tuple[float, int], list[Judged], list[str], Reading] | None = None
    for reading in alternatives.of_file(sheet.facts):
        given, problems = remarked(sheet.document, sheet.facts, reading)
        given += independences(sheet, reading)
        judged, cost = _under(sheet, reading, tuple(given), introduced, decider)
        # of two readings that are as good, what a name is used for first is what it stands for
        key = (round(cost, 6), -_first_wrong(judged, introduced))
        if best is None or key < best[0]:
            best = (key, judged, problems, reading)
        if cost < 1e-9 or decider.left <= 0:
            break
    assert best is not None
    sheet.unsaid += [*unread_laws(best[1], sheet), *untrue_asides(sheet, best[3], decider)]
    words = words_of(sheet.document)
    wrong: list[tuple[int, Statement]] = []
    reports: list[LineReport] = []
    for entry in sorted(best[1], key=lambda j: j.line.number):
        reports.append(_report(entry, sheet, introduced, decider, words, wrong))
        if reports[-1].verdict == FAILS and entry.claimed is not None:
            wrong.append((entry.line.number, entry.claimed.statement))
    for problem in best[2][:1]:
        reports[0].why = f"{reports[0].why}; {problem}".lstrip("; ")
    return reports


_WITH = re.compile(r"^[\s,;.$)]*(with|where|here|for|mit|wobei|für|avec|où|and)\b", re.IGNORECASE)


def _said_behind(
    derivations: list[list[Line]], introduced: dict[int, Introduced]
) -> Iterator[Line]:
    """The families that are said directly behind a display: "… with $q(z|x) = N(z; μ, σ²)$"."""
    begun = False
    for lines in derivations:
        for line in lines:
            new = introduced.get(line.number)
            said = _WITH.match(line.prose) or (begun and not line.prose.strip(" \t\n,;$"))
            if not line.inline or new is None or new.family is None or not said:
                return
            begun = True
            yield line


def _first_wrong(judged: list[Judged], introduced: dict[int, Introduced]) -> int:
    """The number of the first line that fails; one that is after all where none does."""
    for entry in judged:
        wrong = (
            entry.claimed is not None and entry.claimed.decision.verdict is Verdict.FAILS
        ) and entry.line.number not in introduced
        if wrong:
            return entry.line.number
    return len(judged) + 1


def _told(family: Family) -> tuple[str, ...]:
    """Whose family it is: the letter and the slots, in whatever space they take their values."""
    density = family.density
    slots = (v.slot for v in (*density.of, *density.given))
    return (density.letter.name, density.letter.subscript, *slots)


def _under(
    sheet: Sheet,
    reading: Reading,
    given: tuple[Assumption, ...],
    introduced: dict[int, Introduced],
    decider: Decider,
) -> tuple[list[Judged], float]:
    judged: list[Judged] = []
    cost = 0.0
    families: tuple[Assumption, ...] = ()
    averages = tuple(
        law
        for new in introduced.values()
        if new.average is not None
        for law in new.families(sheet.facts, reading, [])
    )
    # said once, often behind the formula, it is true of the whole file
    given = (*given, *dict.fromkeys(averages))
    derivations = sheet.derivations()
    for number, lines in enumerate(derivations):
        behind = _said_behind(derivations[number + 1 :], introduced)
        for line in (*lines, *behind):
            if line.number in introduced and introduced[line.number].average is None:
                new = introduced[line.number].families(sheet.facts, reading, lines)
                said = {_told(a) for a in new if isinstance(a, Family)}
                # a file may go on to another decoder: the family said last counts
                families = tuple(
                    a for a in families if not (isinstance(a, Family) and _told(a) in said)
                )
                families += new
        one: Judgement = judge_steps(
            lines, sheet.facts, reading, (*given, *families), decider, sheet.samples
        )
        for entry in one.lines:
            if entry.line.number in introduced and entry.claimed is not None:
                cost -= {Verdict.FAILS: 10.0, Verdict.UNDECIDED: 1.0}.get(
                    entry.claimed.decision.verdict, 0.0
                )
        cost += one.cost
        judged.extend(one.lines)
    return judged, cost


def _report(
    entry: Judged,
    sheet: Sheet,
    introduced: dict[int, Introduced],
    decider: Decider,
    words: Words,
    wrong: list[tuple[int, Statement]],
) -> LineReport:
    line = entry.line
    text = sheet.document.text
    span, left = _closed(text, line.span), _closed(text, line.left.span)
    report = LineReport(
        line=line.number,
        derivation=line.derivation,
        source={
            **sheet.document.place(span.start),
            "end": sheet.document.place(span.start)["column"] + span.end - span.start,
        },
        latex=" ".join(text[span.start : span.end].split()),
        relation=shown(line.link.sign),
        against=" ".join(text[left.start : left.end].split()),
        verdict=UNREAD,
        reading=entry.reading,
        why=entry.note,
        excerpt=caret(text, span),
    )
    new = introduced.get(line.number)
    if new is not None and entry.error is None:
        report.verdict, report.rule = ASSUMED, new.rule
        report.why = new.why(sheet.facts, decider)
        return report
    if entry.error is not None:
        report.verdict = UNREAD
        report.why = str(entry.error)
        report.excerpt = caret(text, entry.error.span)
        return report
    if entry.claimed is None:
        report.verdict = ASSUMED if line.link.sign in (r"\sim", r"\in", r"\ne") else UNDECIDED
        return report
    _settled(report, entry, sheet, decider, words, wrong)
    return report


_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_OPENED = re.compile(r"\\[A-Za-z]+\s*\{\s*\Z")
_CLOSED = re.compile(r"\s*\}")
_NAME = 64  # characters of a command's name that are looked at


def _closed(text: str, span: Span) -> Span:
    """The span with the dress around its ends: the brace behind \\mathrm{ELBO, the command before
    x} in \\mathbf{x}.
    """
    start, end = span.start, span.end
    depth = lowest = 0
    for found in _BRACE.finditer(text, start, end):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        lowest = min(lowest, depth)
    for _ in range(depth - lowest):
        closed = _CLOSED.match(text, end)
        if closed is None:
            break
        end = closed.end()
    for _ in range(-lowest):
        opened = _OPENED.search(text, max(0, start - _NAME), start)
        if opened is None:
            break
        start = opened.start()
    return Span(start, end)


def _settled(
    report: LineReport,
    entry: Judged,
    sheet: Sheet,
    decider: Decider,
    words: Words,
    wrong: list[tuple[int, Statement]],
) -> None:
    claimed, line = entry.claimed, entry.line
    assert claimed is not None
    span = line.span
    decision = claimed.decision
    unsaid = in_doubt(line, claimed.statement, sheet) if decision.verdict is Verdict.FAILS else ""
    # p(z) = ∑_k π_k N(z; …) is the law that is meant, not a claim about it
    unsaid = unsaid or ("it" if defines_a_law(entry) else "")
    in_words = _in_words(entry, sheet, words)
    if decision.verdict is Verdict.FAILS and not line.doubt and not unsaid and not in_words:
        decision = decider.shown(claimed.statement, decision)
    assumptions = [describe(a) for a in claimed.statement.assumptions]
    report.assumptions = assumptions
    notes = [n for n in (entry.note, claimed.note) if n]
    if not in_words and decision.verdict is Verdict.HOLDS:
        in_words = kept_condition(claimed.statement, claimed.found, sheet.document.text)
    if in_words:
        report.verdict = UNDECIDED
        report.why = "; ".join([*notes, in_words])
        return
    if claimed.found and decision.verdict is Verdict.HOLDS:
        notes.append(
            "holds under an assumption that the file does not state: "
            + ", ".join(map(describe, claimed.found))
        )
    match decision.verdict:
        case Verdict.HOLDS:
            report.verdict, report.evidence = HOLDS, decision.kind
            report.rule = named(claimed.statement, decider)
            if states_itself(claimed.statement, claimed.found):
                report.verdict = ASSUMED
            notes += remarks(claimed.statement, decider)
        case Verdict.FAILS if line.doubt:
            report.verdict = UNDECIDED
            notes.append("the words around it make a condition that is not understood")
        case Verdict.FAILS if unsaid:
            report.verdict = UNDECIDED
            notes.append(
                f"false as it stands, but what the file says about {unsaid} was not understood"
            )
        case Verdict.FAILS if (source := follows(claimed.statement, wrong, decider)) is not None:
            report.verdict, report.evidence = HOLDS, "proof"
            notes.append(f"follows from line {source}, which is wrong")
        case Verdict.FAILS:
            mended = explained(claimed.statement, decider, decision.counterexample)
            doubt = meant_otherwise(
                claimed.statement,
                sheet.facts,
                Place(sheet.document.text, line.left.span.start, span.start, span.end),
                is_named=mended is not None,
            )
            if not doubt and mended is None and not line.first and (line.number - 1) in dict(wrong):
                doubt = "false as it stands, but the line before it is wrong"
            if doubt:
                report.verdict = UNDECIDED
                notes.append(doubt)
            else:
                report.verdict, report.evidence = FAILS, decision.kind
                report.counterexample = decision.counterexample
                if mended is not None:
                    report.mistake = mended
                    notes.append(f"this line becomes true with {mended.repair}")
                notes.append(decision.why)
        case _:
            report.verdict = UNDECIDED
            notes.append(decision.why)
    report.why = "; ".join(notes)


def _in_words(entry: Judged, sheet: Sheet, words: Words) -> str:
    """Why the words of the file leave the verdict on a line open."""
    claimed = entry.claimed
    assert claimed is not None
    if claimed.decision.verdict is Verdict.FAILS:
        meant = doubted_by_notation(claimed.statement)
        if meant:
            return meant
    if sets_the_scale(claimed, sheet.facts.settings):
        return "the file says what σ is, and that could not be put in here"
    span = entry.line.span
    return doubted_by_words(claimed, span.start, span.end, words)
