"""The gradebook: one row per file, as CSV."""

from __future__ import annotations

import csv
import io

from vaetheory.review.report import FAILS, FileReport, count

COLUMNS = (
    "file",
    "verdict",
    "lines",
    "holds",
    "assumed",
    "fails",
    "undecided",
    "unread",
    "first_wrong_line",
    "mistake",
    "goal",
)


def to_csv(reports: list[FileReport]) -> str:
    """The header and a row per file; a cell never begins with a sign that a spreadsheet would
    run.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for report in reports:
        counts = count(report.lines)
        wrong = next((line for line in report.lines if line.verdict == FAILS), None)
        mistake = wrong.mistake.name if wrong is not None and wrong.mistake is not None else ""
        goal = "" if report.goal is None else ("reached" if report.goal.reached else "not reached")
        writer.writerow(
            _harmless(str(cell))
            for cell in (
                report.file, report.verdict, len(report.lines), counts["holds"],
                counts["assumed"], counts["fails"],
                counts["undecided"], counts["unread"], wrong.line if wrong else "", mistake, goal,
            )
        )  # fmt: skip
    return out.getvalue()


def _harmless(cell: str) -> str:
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t") and len(cell) > 1 else cell
