"""The report as Markdown, for feedback that is pasted into an issue or a learning platform."""

from __future__ import annotations

from itertools import zip_longest

from vaetheory.review.pages.words import MARKS, counterexample_rows, headline, position, summary
from vaetheory.review.report import FAILS, UNREAD, FileReport, LineReport


def to_markdown(reports: list[FileReport]) -> str:
    """All reports, each under a heading of its own."""
    parts = []
    if len(reports) > 1:
        parts.append("# Summary\n\n" + "\n".join(f"- {summary(r)}" for r in reports))
    parts += [_file(r) for r in reports]
    return "\n\n".join(parts) + "\n"


def _file(report: FileReport) -> str:
    out = [f"## {report.file}", summary(report)]
    out += [_line(line) for line in report.lines]
    if report.goal is not None:
        out.append(f"**Goal {report.goal.question}.** {report.goal.why}")
    if report.hint:
        out.append(f"**Hint.** {report.hint}")
    return "\n\n".join(out)


def _line(line: LineReport) -> str:
    out = [
        f"**{MARKS[line.verdict]} {headline(line).capitalize()}** ({position(line)})",
        _fenced(line.latex),
    ]
    if line.verdict in (FAILS, UNREAD):
        out.append(_fenced(line.excerpt))
    if line.mistake is not None:
        out.append(f"Probably *{line.mistake.name}*: it becomes true with `{line.mistake.repair}`.")
    if line.why:
        out.append(_escaped(line.why))
    if line.assumptions:
        out.append("Assuming " + "; ".join(line.assumptions) + ".")
    if line.reading:
        out.append(f"Read as: {_escaped(line.reading)}.")
    if line.counterexample is not None:
        rows = counterexample_rows(line.counterexample)
        table = "| a world in which the sides differ | |\n|---|---|\n"
        out.append(table + "\n".join(f"| {_cell(k)} | {_cell(v)} |" for k, v in rows))
    return "\n\n".join(out)


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}latex\n{text}\n{fence}"


def _escaped(text: str) -> str:
    """Text with nothing in it that Markdown reads as a mark; formulas between dollars stay."""
    parts = text.split("$")
    if len(parts) % 2 == 0:
        parts = [text]
    marks = "\\`*_{}[]<>#|" if len(parts) > 1 else "\\`*_{}[]<>#|$"
    plain = ("".join("\\" + c if c in marks else c for c in part) for part in parts[::2])
    formulas = (f"${part}$" for part in parts[1::2])
    return "".join(a + b for a, b in zip_longest(plain, formulas, fillvalue=""))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
