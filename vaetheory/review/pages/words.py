"""The sentences that every kind of page uses."""

from __future__ import annotations

from typing import Any

from vaetheory.checkers.evidence import Counterexample
from vaetheory.review.report import (
    ASSUMED,
    FAILS,
    HOLDS,
    UNDECIDED,
    UNREAD,
    FileReport,
    LineReport,
    count,
)

MARKS = {HOLDS: "✓", ASSUMED: "·", FAILS: "✗", UNDECIDED: "?", UNREAD: "!"}

SENTENCES = {
    HOLDS: "holds",
    ASSUMED: "assumed",
    FAILS: "does not follow",
    UNDECIDED: "could not be decided",
    UNREAD: "was not read",
}


def summary(report: FileReport) -> str:
    """One line about a file: its verdict and how many lines have which."""
    if not report.lines:
        return f"{report.file}: nothing was read: {report.why}"
    counts = count(report.lines)
    parts = [f"{n} {SENTENCES[v]}" for v, n in counts.items() if n]
    return f"{report.file}: {report.verdict} ({', '.join(parts)})"


def headline(line: LineReport) -> str:
    """The verdict on a line in a few words: "line 3 does not follow"."""
    said = f"line {line.line} {SENTENCES[line.verdict]}"
    if line.verdict == HOLDS:
        by = f"by {line.rule}" if line.rule else ""
        said += f" {by}" if by else ""
        said += f" ({line.evidence})" if line.evidence else ""
    return said


def position(line: LineReport) -> str:
    """Where a line stands in its file."""
    cell = f"cell {line.source['cell']}, " if "cell" in line.source else ""
    return f"{cell}line {line.source['line']}, column {line.source['column']}"


def counterexample_rows(counterexample: Counterexample) -> list[tuple[str, str]]:
    """A counterexample as rows: what is chosen, then both sides and their difference."""
    rows: list[tuple[str, str]] = []
    for key, value in counterexample.world.items():
        rows.extend(_rows(key, value))
    rows.append(("left side", f"{counterexample.left} ≈ {counterexample.left_decimal:.4f}"))
    rows.append(("right side", f"{counterexample.right} ≈ {counterexample.right_decimal:.4f}"))
    rows.append(
        ("difference", f"{counterexample.difference} ≈ {counterexample.difference_decimal:.4f}")
    )
    return rows


def _rows(key: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        if value and all(isinstance(v, dict) for v in value.values()):
            return [row for k, v in value.items() for row in _rows(f"{k}", v)]
        return [(key, ", ".join(f"{k}: {_flat(v)}" for k, v in value.items()))]
    return [(key, _flat(value))]


def _flat(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "(" + ", ".join(map(str, value)) + ")"
    if isinstance(value, dict):
        return ", ".join(f"{k} = {_flat(v)}" for k, v in value.items())
    return str(value)
