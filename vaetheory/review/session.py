"""One text after another, as a reader edits it: what is decided once is remembered.

This is what runs in a reader's browser. Answers are JSON, with the sentences of the terminal beside
the data of ``vaetheory check --json``, so that a page has nothing to work out.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.statements import Statement
from vaetheory.review.deciding import SEARCH, Decider, Decision
from vaetheory.review.goals import pursue, theorems_for
from vaetheory.review.pages.words import MARKS, counterexample_rows, headline, position, summary
from vaetheory.review.report import FileReport, LineReport
from vaetheory.review.reviewing import SECONDS, review

REMEMBERED = 2_000


@dataclass(slots=True)
class Session:
    """Reviews texts, each within ``seconds``; ``patience`` stretches single searches."""

    seconds: float = SECONDS
    patience: float = 1.0
    seed: int = 0
    _known: dict[Statement, Decision] = field(default_factory=dict)
    _told: dict[tuple[str, Statement], Any] = field(default_factory=dict)

    def check(
        self, text: str, name: str = "text", goal: str | None = None, hint: bool = False
    ) -> FileReport:
        """The verdicts that ``vaetheory check`` gives, with a goal and a hint where asked for."""
        decider = self._decider()
        report = review(text, name, decider=decider)
        if report.lines and ((goal and theorems_for(goal)) or hint):
            pursue(report, text, name, goal or None, hint, self._known)
        self._remember(decider)
        return report

    def answer(self, request: str) -> str:
        """JSON ``{"text", "name", "goal", "hint"}`` → JSON: the report, and how to say it."""
        asked = json.loads(request)
        began = time.monotonic()
        report = self.check(
            asked["text"], asked.get("name", "text"), asked.get("goal"), asked.get("hint", False)
        )
        document = report.to_json()
        document["summary"] = summary(report)
        for line, said in zip(report.lines, document["lines"], strict=True):
            said["said"] = _sentences(line)
        document["seconds"] = round(time.monotonic() - began, 3)
        return json.dumps(document, ensure_ascii=False)

    def _decider(self) -> Decider:
        if len(self._known) > REMEMBERED:
            self._known.clear()
            self._told.clear()
        return Decider(
            time.monotonic() + self.seconds,
            self.seed,
            naming=0.4 * self.patience,
            known=self._known,
            patience=self.patience,
            told=self._told,
        )

    def _remember(self, decider: Decider) -> None:
        """Forgets what was left open for want of time: there may be more of it next time."""
        if decider.left > SEARCH * self.patience:
            return
        open_ = [s for s, d in self._known.items() if d.verdict is Verdict.UNDECIDED]
        for statement in open_:
            del self._known[statement]
        for key in [k for k, found in self._told.items() if found is None]:
            del self._told[key]


def _sentences(line: LineReport) -> dict[str, Any]:
    """What the terminal prints about a line."""
    return {
        "mark": MARKS[line.verdict],
        "headline": headline(line),
        "position": position(line),
        "excerpt": line.excerpt,
        "world": counterexample_rows(line.counterexample) if line.counterexample else [],
    }
