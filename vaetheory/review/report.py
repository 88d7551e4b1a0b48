"""What is said about a file: a verdict per line, as data that turns into the JSON of ``vaetheory
check``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from vaetheory.checkers.evidence import Counterexample

HOLDS, ASSUMED, FAILS, UNDECIDED, UNREAD = "holds", "assumed", "fails", "undecided", "unread"

# the worst line decides about the file
_SEVERITY = {HOLDS: 0, ASSUMED: 0, UNDECIDED: 1, UNREAD: 2, FAILS: 3}


@dataclass(slots=True)
class Mistake:
    """A named mistake, and the repair that makes the line true."""

    name: str
    repair: str


@dataclass(slots=True)
class LineReport:
    """The verdict on one relation; the fields are those of the contract."""

    line: int
    derivation: int
    source: dict[str, int]
    latex: str
    relation: str
    against: str
    verdict: str
    evidence: str | None = None
    rule: str | None = None
    assumptions: list[str] = field(default_factory=list)
    reading: str = ""
    why: str = ""
    mistake: Mistake | None = None
    counterexample: Counterexample | None = None
    excerpt: str = ""

    def to_json(self) -> dict[str, Any]:
        """The line as JSON values."""
        return {
            "line": self.line,
            "derivation": self.derivation,
            "source": self.source,
            "latex": self.latex,
            "relation": self.relation,
            "against": self.against,
            "verdict": self.verdict,
            "evidence": self.evidence,
            "rule": self.rule,
            "assumptions": self.assumptions,
            "reading": self.reading,
            "why": self.why,
            "mistake": asdict(self.mistake) if self.mistake else None,
            "counterexample": asdict(self.counterexample) if self.counterexample else None,
        }


@dataclass(slots=True)
class GoalReport:
    """Whether the file arrives at the theorem that was asked for, and how large its largest step
    is.
    """

    theorem: str
    question: str
    statement: str
    reached: bool
    why: str
    largest_step: dict[str, Any] | None = None


@dataclass(slots=True)
class FileReport:
    """All the lines of a file, and its verdict."""

    file: str
    lines: list[LineReport]
    goal: GoalReport | None = None
    why: str = ""
    hint: str = ""

    @property
    def verdict(self) -> str:
        """The worst of the lines: fails > unread > undecided > holds."""
        if not self.lines:
            return UNREAD
        worst = max(self.lines, key=lambda line: _SEVERITY[line.verdict]).verdict
        return HOLDS if worst == ASSUMED else worst

    def to_json(self) -> dict[str, Any]:
        """The file as JSON values."""
        document: dict[str, Any] = {
            "file": self.file,
            "verdict": self.verdict,
            "goal": asdict(self.goal) if self.goal else None,
            "lines": [line.to_json() for line in self.lines],
        }
        if self.why:
            document["why"] = self.why
        if self.hint:
            document["hint"] = self.hint
        return document


def count(lines: list[LineReport]) -> dict[str, int]:
    """How many lines have each verdict."""
    return {v: sum(line.verdict == v for line in lines) for v in _SEVERITY}
