"""The report as plain text: each line with its verdict, and a caret below what is wrong."""

from __future__ import annotations

import shutil

from vaetheory.review.pages.words import MARKS, counterexample_rows, headline, position, summary
from vaetheory.review.report import FAILS, HOLDS, UNREAD, FileReport, LineReport


def to_text(reports: list[FileReport], width: int | None = None) -> str:
    """All reports, one after the other, and a summary where there are several.

    ``width`` is that of the terminal, or of $COLUMNS, where it is not given.
    """
    width = width or shutil.get_terminal_size((100, 24)).columns
    parts = ["\n".join(_file(report, width)) for report in reports]
    if len(reports) > 1:
        parts.append("\n".join(summary(r) for r in reports))
    return "\n\n".join(parts) + "\n"


def _file(report: FileReport, width: int) -> list[str]:
    out = [report.file, "─" * min(width, max(8, len(report.file)))]
    if not report.lines:
        return [*out, report.why]
    derivation = 0
    for line in report.lines:
        if line.derivation != derivation and derivation:
            out.append("")
        derivation = line.derivation
        out.extend(_line(line, width))
    out += ["", summary(report)]
    if report.goal is not None:
        out += ["", f"Goal {report.goal.question} ({report.goal.theorem}): {report.goal.why}"]
        if report.goal.largest_step:
            step = report.goal.largest_step
            out.append(f"Largest step: line {step['line']}, {step['size']} changes at once.")
    if report.hint:
        out += ["", f"Hint: {report.hint}"]
    return out


def _line(line: LineReport, width: int) -> list[str]:
    out = [f" {MARKS[line.verdict]} {line.line:>2}  {_short(line.latex, width - 8)}"]
    indent = "       "
    if line.verdict == HOLDS:
        out.append(f"{indent}{headline(line)}")
    else:
        out.append(f"{indent}{headline(line)} [{position(line)}]")
    if line.verdict in (FAILS, UNREAD):
        out.extend(indent + row for row in line.excerpt.split("\n"))
    if line.verdict == FAILS:
        out.append(f"{indent}checked against: {_short(line.against, width - 30)}")
    if line.mistake is not None:
        out.append(
            f"{indent}Probably: {line.mistake.name}. It becomes true with {line.mistake.repair}."
        )
    if line.why and not (line.mistake and line.why.startswith("this line becomes")):
        out.append(f"{indent}{line.why}")
    if line.assumptions:
        out.append(f"{indent}assuming {'; '.join(line.assumptions)}")
    if line.reading:
        out.append(f"{indent}read as: {line.reading}")
    if line.counterexample is not None:
        out.append(f"{indent}A world in which the sides differ:")
        out.extend(f"{indent}  {k}: {v}" for k, v in counterexample_rows(line.counterexample))
    return out


def _short(text: str, width: int) -> str:
    text = text.replace("\n", " ")
    return text if len(text) <= width else text[: max(1, width - 1)] + "…"
