"""What the commands print for people: tables and stepped derivations, as wide as the terminal,
plain when piped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vaetheory import rules
from vaetheory.derivation import THEOREM_PREFIX, Derivation, Step
from vaetheory.language.text import to_text
from vaetheory.theorems.theorem import Theorem

_PLAIN = {
    r"\mu": "μ",
    r"\sigma": "σ",
    r"\phi": "φ",
    r"\theta": "θ",
    r"\hat{x}": "x̂",
    r"\tilde{z}": "z̃",
    r"\epsilon": "ε",
}


def readable(text: str) -> str:
    """Plain text with the commonest TeX names written as letters."""
    for tex, letter in _PLAIN.items():
        text = text.replace(tex, letter)
    for sub in "0123456789dkDKTt":
        text = text.replace(f"_{{{sub}}}", f"_{sub}")
    return text


def catalogue(theorems: Iterable[Theorem]) -> Table:
    """Names, question keys, titles and kinds of evidence."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("name", no_wrap=True)
    for heading in ("question", "title", "evidence"):
        table.add_column(heading, overflow="fold")
    for theorem in theorems:
        table.add_row(theorem.name, theorem.question, Text(theorem.title), ", ".join(theorem.kinds))
    return table


def first_line(derivation: Derivation) -> RenderableType:
    """The line that a derivation starts from."""
    return Text("    " + readable(to_text(derivation.start)))


def step_lines(number: int, step: Step) -> RenderableType:
    """One step: the relation and the line, then the rule and the note below it."""
    line = Text(f"  {step.relation.value} ", style="bold") + Text(
        readable(to_text(step.expression)), style="default"
    )
    parts: list[RenderableType] = [
        line,
        Padding(Text(f"[{number}] {rule_title(step.rule)}", style="cyan"), (0, 0, 0, 6)),
    ]
    if step.note:
        parts.append(Padding(Text(step.note, style="dim"), (0, 0, 0, 10)))
    return Group(*parts)


def rule_title(name: str) -> str:
    """What a rule is called."""
    if name.startswith(THEOREM_PREFIX):
        return f"by the theorem {name.removeprefix(THEOREM_PREFIX)}"
    return rules.get(name).title


def heading(theorem: Theorem) -> RenderableType:
    """Title, question and statement."""
    question = f"  ({theorem.question})" if theorem.question else ""
    return Group(
        Text(theorem.title + question, style="bold"),
        Text("    " + readable(repr(theorem.statement))),
        Text(),
    )


# Kinds of evidence and how a column names them where there is little room.
_KINDS = {
    "proof": "proof",
    "exact": "exact",
    "closed form": "closed\nform",
    "quadrature": "quad.",
    "Monte Carlo": "Monte\nCarlo",
}
_SIGNS = {True: "✓", None: "~", False: "✗"}


def verification(document: dict[str, Any], last: int = 0) -> Table:
    """The table of ``vaetheory verify``; only the ``last`` rows, unless that is 0."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("theorem", overflow="fold")
    table.add_column("ques-\ntion", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for heading in _KINDS.values():
        table.add_column(heading, justify="center", no_wrap=True)
    table.add_column("mistakes\nrefuted", no_wrap=True)
    table.add_column("s", justify="right", no_wrap=True)
    for entry in document["theorems"][-last:]:
        table.add_row(*verification_row(entry))
    return table


def verification_row(entry: dict[str, Any]) -> tuple[RenderableType, ...]:
    """One theorem's row."""
    refuted = sum(bool(m["refuted_by"]) for m in entry["mistakes"])
    return (
        entry["name"],
        entry["question"],
        Text("holds", style="green") if entry["holds"] else Text("FAILS", style="bold red"),
        *(_sign(entry["evidence"].get(kind)) for kind in _KINDS),
        f"{refuted}/{len(entry['mistakes'])}",
        f"{entry['seconds']:.1f}",
    )


def _sign(found: dict[str, Any] | None) -> str:
    return "" if found is None else _SIGNS[found["holds"]]


def legend() -> RenderableType:
    """What the signs of the table say."""
    return Text(
        "✓ confirmed   ~ no world refutes this inequality, which only the proof decides   "
        "✗ not confirmed",
        style="dim",
    )


def problems(document: dict[str, Any], console: Console) -> None:
    """Everything that is wrong, one sentence each."""
    for entry in document["theorems"]:
        for problem in entry["problems"]:
            console.print(Text(f"{entry['name']}: {readable(problem)}", style="red"))
