"""Expressions, statements, derivations and theorems as mathematics in a notebook.

``%load_ext vaetheory`` in a notebook registers the formatters; the objects themselves know nothing
of TeX.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Statement
from vaetheory.latex.writer import to_latex
from vaetheory.presentation.shown import derivation_latex
from vaetheory.theorems.theorem import Theorem


def _expression(e: Expression) -> str:
    return f"$\\displaystyle {to_latex(e)}$"


def _step(step: Step) -> str:
    return f"$\\displaystyle {step.relation.value}\\; {to_latex(step.expression)}$"


def _theorem(theorem: Theorem) -> str:
    return f"**{theorem.title}**\n\n$$\n{to_latex(theorem.statement)}\n$$\n\n{theorem.answer}"


LATEX: dict[type, Callable[[Any], str]] = {
    Expression: _expression,
    Statement: _expression,
    Step: _step,
    Derivation: derivation_latex,
}
MARKDOWN: dict[type, Callable[[Any], str]] = {Theorem: _theorem}


def register(shell: Any) -> None:
    """Register the formatters with an IPython shell."""
    for mime, formatters in (("text/latex", LATEX), ("text/markdown", MARKDOWN)):
        for kind, formatter in formatters.items():
            shell.display_formatter.formatters[mime].for_type(kind, formatter)
