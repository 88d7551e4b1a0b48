"""The rows of a display, without environments, alignment marks and comment columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.tokens import ROWBREAK, TEXT, Token


@dataclass(slots=True)
class Row:
    """The tokens of a row."""

    tokens: list[Token]


def rows_of(tokens: Sequence[Token], text: str, bare: bool) -> list[Row]:
    """Cuts at \\\\ outside of braces, and at the ends of lines where nothing delimits the
    formulas.
    """
    rows: list[list[Token]] = [[]]
    depth = 0
    k = 0
    while k < len(tokens):
        token = tokens[k]
        if token.is_(r"\begin", r"\end"):
            k = _skip_environment(tokens, k)
            continue
        depth += token.is_("{") - token.is_("}")
        if token.is_(r"\intertext", r"\shortintertext"):
            rows.append([])
            k = _skip_group(tokens, k + 1)
            continue
        if token.is_(ROWBREAK):
            # a break inside braces is one of a stack of limits
            if depth <= 0:
                rows.append([])
        else:
            if bare and rows[-1] and "\n" in text[rows[-1][-1].end : token.start]:
                rows.append([])
            rows[-1].append(token)
        k += 1
    return [Row(row) for row in map(_without_marks, rows) if row]


def _skip_group(tokens: Sequence[Token], k: int) -> int:
    if k >= len(tokens) or not tokens[k].is_("{"):
        return k
    depth = 0
    while k < len(tokens):
        depth += tokens[k].is_("{") - tokens[k].is_("}")
        k += 1
        if depth == 0:
            return k
    return k


_KNOWN = {
    "aligned",
    "align",
    "split",
    "gathered",
    "gather",
    "array",
    "alignedat",
    "equation",
    "alignat",
    "multlined",
}
_KNOWN |= {
    "subequations",
    "flalign",
    "eqnarray",
    "multline",
    "math",
    "displaymath",
    "darray",
    "empheq",
    "document",
}
_WITH_COLUMNS = {"array", "alignedat", "alignat", "darray", "empheq"}


def _skip_environment(tokens: Sequence[Token], k: int) -> int:
    begins = tokens[k].is_(r"\begin")
    end = _skip_group(tokens, k + 1)
    name = "".join(t.text for t in tokens[k + 2 : end - 1]).rstrip("*")
    if name in ("", *_KNOWN) or name.startswith("IEEE"):
        if begins and end < len(tokens) and tokens[end].is_("["):
            while end < len(tokens) and not tokens[end].is_("]"):
                end += 1
            end += 1
        if begins and name in _WITH_COLUMNS:
            end = _skip_group(tokens, end)
        return end
    last = tokens[min(end, len(tokens)) - 1]
    raise ReadError(f"the environment {name!r} is not read", tokens[k].start, last.end)


def _without_marks(row: list[Token]) -> list[Token]:
    """The row without &; what stands in a comment column behind && stays only if it is words."""
    cells: list[list[Token]] = [[]]
    depth = 0
    for token in row:
        depth += token.is_("{") - token.is_("}")
        if token.is_("&") and depth <= 0:
            cells.append([])
        else:
            cells[-1].append(token)
    kept: list[Token] = []
    for k, cell in enumerate(cells):
        behind = k >= 2 and all(t.is_(r"\quad") for t in cells[k - 1])
        if behind and cell and not any(t.kind == TEXT for t in cell) and kept:
            # a remark in symbols, such as (∗) or the name of a rule
            continue
        if k >= 2 and kept and _is_bracketed_remark(cell):
            continue
        kept.extend(cell)
    return kept


def _is_bracketed_remark(cell: Sequence[Token]) -> bool:
    """(Bayes) or (∫ q = 1) in a column of its own: a bracket with words or a relation in it."""
    if len(cell) < 3 or not cell[0].is_("(") or not cell[-1].is_(")"):
        return False
    return any(t.kind == TEXT or t.is_("=", r"\ge", r"\le") for t in cell[1:-1])
