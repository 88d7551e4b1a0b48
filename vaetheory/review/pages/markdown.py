"""The report as Markdown, for feedback that is pasted into an issue or a learning platform."""

from __future__ import annotations

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
        out.append(f"Probably *{line.mistake.name}*: it becomes true with {line.mistake.repair}.")
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
    return "".join("\\" + c if c in "\\`*_{}[]<>#|" else c for c in text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
