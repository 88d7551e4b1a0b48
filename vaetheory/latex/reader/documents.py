"""The displays of a file: where its mathematics stands, in LaTeX, Markdown, a notebook, or as
bare formulas.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

MAXIMUM_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Display:
    """A stretch of mathematics: offsets into the text, whether it is inline, and the prose before
    it.

    ``bare`` says that nothing delimits it, so that each of its lines is a row.
    """

    start: int
    end: int
    inline: bool = False
    prose: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text with its displays; ``cells`` are the offsets at which a notebook's cells
    begin.
    """

    text: str
    displays: tuple[Display, ...]
    remarks: tuple[tuple[int, str], ...] = ()
    cells: tuple[int, ...] = ()

    def place(self, offset: int) -> dict[str, int]:
        """Line and column, from 1; in a notebook with the number of the cell, in which lines are
        counted.
        """
        begin, cell = 0, {}
        if self.cells:
            number = bisect_right(self.cells, offset)
            begin, cell = self.cells[max(0, number - 1)], {"cell": number}
        before = self.text[begin:offset]
        return {**cell, "line": before.count("\n") + 1, "column": len(before) - before.rfind("\n")}


class NotReadable(ValueError):
    """The file as a whole cannot be read; the message says what to hand in instead."""


def open_document(text: str, name: str = "") -> Document:
    """Finds the displays. Raises NotReadable for what is not text, or too long, or a broken
    notebook.
    """
    if text.startswith("%PDF") or name.lower().endswith(".pdf"):
        raise NotReadable(
            "this is a PDF: hand in the LaTeX or Markdown source that it was made from"
        )
    if text.startswith("PK\x03\x04") or name.lower().endswith((".docx", ".doc", ".odt")):
        raise NotReadable(
            "this is a word processor's file: export it as LaTeX or Markdown, or paste the "
            "formulas into a .tex file"
        )
    if len(text) > MAXIMUM_CHARACTERS:
        raise NotReadable(
            f"{len(text):,} characters are too many: hand in at most {MAXIMUM_CHARACTERS:,}"
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if name.lower().endswith(".ipynb"):
        return _notebook(text)
    blanked = _without_code(text) if name.lower().endswith((".md", ".markdown")) else text
    return _find(blanked, text, markdown=name.lower().endswith((".md", ".markdown")))


def _notebook(text: str) -> Document:
    try:
        cells = json.loads(text)["cells"]
        sources = [
            c["source"] if isinstance(c["source"], str) else "".join(c["source"])
            for c in cells
            if c.get("cell_type") == "markdown"
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotReadable(
            "this is not a notebook that can be read: its JSON has no cells"
        ) from None
    if not sources:
        raise NotReadable("the notebook has no Markdown cells")
    starts = [0, *accumulate(len(s) + 2 for s in sources)][:-1]
    joined = "\n\n".join(sources)
    found = _find(_without_code(joined), joined, markdown=True)
    return Document(joined, found.displays, found.remarks, tuple(starts))


def _without_code(text: str) -> str:
    """Code blocks blanked out, ```math blocks turned into displays; offsets stay what they are."""
    rows = text.split("\n")
    fence, math = "", False
    for k, row in enumerate(rows):
        mark = row.lstrip()[:3]
        if not fence and mark in ("```", "~~~"):
            fence = mark
            math = row.strip(" `~").lower() in ("math", "latex", "tex")
            rows[k] = ("$$" if math else "").rjust(len(row))
        elif fence and mark == fence and not row.strip(" `~"):
            rows[k] = ("$$" if math else "").ljust(len(row))
            fence = ""
        elif fence and not math:
            rows[k] = " " * len(row)
    return "\n".join(rows)


_ENVIRONMENTS = (
    "equation|align|aligned|alignat|alignedat|eqnarray|gather|gathered|multline|multlined|flalign|split|displaymath|math|"
    "dmath|IEEEeqnarray|subequations|array|cases|empheq|darray"
)
# escapes come first, so that \\[2pt] opens nothing
_OPEN = re.compile(
    rf"(?P<escape>\\\\|\\[$%])|(?P<env>\\begin\s*\{{(?P<name>{_ENVIRONMENTS})\*?\}})|(?P<bracket>\\\[)"
    r"|(?P<paren>\\\()|(?P<double>\$\$)|(?P<single>\$)|(?P<comment>%[^\n]*)"
)
_REMARK = re.compile(
    r"(?:%|<!--)\s*(assume|assumption|given|define|goal)\s*:?\s*(.*?)\s*(?:-->|$)",
    re.MULTILINE | re.IGNORECASE,
)


def _find(text: str, original: str, markdown: bool) -> Document:
    remarks = tuple(
        (m.start(2), m.group(2)) for m in _REMARK.finditer(text) if m.group(1).lower() != "goal"
    )
    begin, end = 0, len(text)
    body = re.search(r"\\begin\s*\{document\}", text)
    if body:
        begin = body.end()
        stop = text.find(r"\end{document}", begin)
        end = stop if stop >= 0 else end
    displays: list[Display] = []
    at, prose_from = begin, begin
    while True:
        match = _OPEN.search(text, at, end)
        if match is None:
            break
        if match.group("escape") is not None:
            at = match.end()
            continue
        if match.group("comment") is not None:
            # in Markdown a % is only a character, unless it begins the line
            begins = text[max(0, match.start() - 1)] == "\n" or match.start() == 0
            at = match.end() if begins or not markdown else match.start() + 1
            continue
        span, after = _body(text, match, end)
        if span is None:
            at = match.end()
            continue
        inline = match.group("single") is not None or match.group("paren") is not None
        prose = text[prose_from : match.start()][-400:]
        displays.append(Display(*span, inline, prose))
        at = prose_from = after
    if not displays:
        # no delimiters at all: the whole text is taken for formulas
        displays = [Display(begin, end, bare=True)] if text[begin:end].strip() else []
    return Document(original, tuple(displays), remarks)


_WITH_COLUMNS = ("array", "alignat", "alignedat", "darray", "IEEEeqnarray")
_COLUMNS = re.compile(r"\s*(?:\[\w\])?\s*\{[^{}\n]*\}")


def _body(text: str, match: re.Match[str], end: int) -> tuple[tuple[int, int] | None, int]:
    """The span of the display's content, and where the text goes on; None when it never closes."""
    start = match.end()
    if match.group("env") is not None:
        stop = _end_of_environment(text, match.group("name"), start, end)
        columns = _COLUMNS.match(text, start)
        if columns is not None and match.group("name") in _WITH_COLUMNS:
            start = columns.end()
        if stop < 0:
            return (start, end), end
        return (start, stop), text.index("}", stop) + 1
    closer = {"bracket": "\\]", "paren": "\\)", "double": "$$", "single": "$"}[str(match.lastgroup)]
    limit = min(end, start + 2000) if closer in ("$", "\\)") else end
    stop = text.find(closer, start, limit)
    while closer == "$" and stop > 0 and text[stop - 1] == "\\":
        stop = text.find(closer, stop + 1, limit)
    if closer == "$" and "\n\n" in text[start : max(stop, start)]:
        return None, start
    if stop < 0:
        return ((start, end), end) if limit == end and closer in ("$$", "\\]") else (None, start)
    return (start, stop), stop + len(closer)


def _end_of_environment(text: str, name: str, start: int, end: int) -> int:
    depth = 1
    for match in re.compile(rf"\\(begin|end)\s*\{{{name}\*?\}}").finditer(text, start, end):
        depth += 1 if match.group(1) == "begin" else -1
        if depth == 0:
            return match.start()
    return -1
