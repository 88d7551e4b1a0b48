"""One theorem as text, as a LaTeX ``align*`` block, or as JSON: the formats of ``vaetheory
show``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from shutil import get_terminal_size

from rich.console import Console

from vaetheory.derivation import Derivation
from vaetheory.latex.assumptions import describe
from vaetheory.latex.writer import relation_tex, to_latex
from vaetheory.presentation import terminal
from vaetheory.theorems.theorem import Theorem


def as_text(theorem: Theorem) -> str:
    """The derivation with the rule of each line, then the answer and the mistakes."""
    console = Console(
        file=StringIO(),
        width=max(get_terminal_size((100, 40)).columns, 60),
        highlight=False,
        record=False,
    )
    console.print(terminal.heading(theorem))
    console.print(terminal.first_line(theorem.derivation))
    for number, step in enumerate(theorem.derivation, start=1):
        console.print(terminal.step_lines(number, step))
    console.print("  ∎\n")
    console.print(theorem.answer + "\n", markup=False)
    console.print("Mistakes that are made here:")
    for mistake in theorem.mistakes:
        console.print(
            f"  ✗ {terminal.readable(repr(mistake.statement))}\n      {mistake.why}", markup=False
        )
    console.print(f"\n{theorem.reference}", markup=False)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().rstrip()


def as_latex(theorem: Theorem) -> str:
    """An ``align*`` environment with the rule of each line as a comment column."""
    return derivation_latex(theorem.derivation)


def derivation_latex(derivation: Derivation) -> str:
    """The chain as an ``align*`` environment, the rule of each line beside it."""
    lines = [rf"    & {to_latex(derivation.start)} \\"]
    for step in derivation:
        rule = terminal.rule_title(step.rule)
        relation = relation_tex(step.relation)
        lines.append(rf"    {relation}\;& {to_latex(step.expression)} && \text{{{rule}}} \\")
    lines[-1] = lines[-1].removesuffix(r" \\")
    return "\n".join((r"\begin{align*}", *lines, r"\end{align*}"))


def as_json(theorem: Theorem) -> str:
    """The theorem as data; the evidence is what ``vaetheory verify`` adds."""
    document = {
        "schema": 1,
        "name": theorem.name,
        "title": theorem.title,
        "question": theorem.question,
        "statement": to_latex(theorem.statement),
        "assumptions": [describe(a) for a in theorem.statement.assumptions],
        "start": to_latex(theorem.derivation.start),
        "steps": [
            {
                "latex": to_latex(s.expression),
                "relation": s.relation.value,
                "rule": s.rule,
                "note": s.note,
            }
            for s in theorem.derivation
        ],
        "answer": theorem.answer,
        "mistakes": [
            {"name": m.name, "latex": to_latex(m.statement), "why": m.why} for m in theorem.mistakes
        ],
        "reference": theorem.reference,
        "uses": list(theorem.uses),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


FORMATS: dict[str, Callable[[Theorem], str]] = {"text": as_text, "latex": as_latex, "json": as_json}
