"""What if the last line were a mistake? Each mistake in its place, and the checks that break on it.

The cases stand folded below the derivation, so that they can be read without a script;
`docs/assets/what-if.js` makes a switch of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree as etree

from markdown.util import AtomicString

from vaetheory import rules
from vaetheory.derivation import THEOREM_PREFIX
from vaetheory.language.statements import Statement
from vaetheory.presentation.elements import badge, child
from vaetheory.theorems.theorem import Mistake, Theorem

Formula = Callable[[Statement], etree.Element]


def in_words(mistake: Mistake) -> str:
    """The mistake's name as words."""
    return mistake.name.replace("-", " ")


def last_rule_fails(theorem: Theorem, mistake: Mistake) -> str:
    """Which rule does not lead to the mistaken line, or "" where this cannot be asked.

    It cannot where the mistake changes the left side, or where the last line cites a theorem.
    """
    steps = theorem.derivation.steps
    wrong = mistake.statement
    if not steps or wrong.left != theorem.derivation.start:
        return ""
    last = steps[-1]
    if last.rule.startswith(THEOREM_PREFIX):
        return ""
    before = steps[-2].expression if len(steps) > 1 else theorem.derivation.start
    rule = rules.get(last.rule)
    given = theorem.derivation.assumptions
    claim = Statement(before, last.relation, wrong.right, given, last.quantity)
    return "" if rule.shows(claim) is not None else rule.title


def cases(
    parent: etree.Element,
    name: str,
    theorem: Theorem,
    found: Mapping[str, Mapping[str, Any]],
    formula: Formula,
) -> None:
    """A folded block with a case for each mistake; `found` is the report on each, by name."""
    block = child(parent, "details", class_="what-if", id=f"{name}-what-if")
    child(block, "summary", "What if the last line were wrong?")
    for mistake in theorem.mistakes:
        case = child(block, "div", class_="what-if-case")
        case.set("data-name", in_words(mistake))
        child(case, "p", in_words(mistake), "mistake-name")
        case.append(formula(mistake.statement))
        _checks(case, theorem, mistake, found[mistake.name])


def _checks(
    parent: etree.Element, theorem: Theorem, mistake: Mistake, report: Mapping[str, Any]
) -> None:
    table = child(parent, "table", class_="what-if-checks")
    head = child(child(table, "thead"), "tr")
    for word in ("check", "it says", "left", "right"):
        child(head, "th", word, scope="col")
    body = child(table, "tbody")
    if title := last_rule_fails(theorem, mistake):
        row = child(body, "tr", class_="breaks")
        child(child(row, "td"), "span", "rule", "badge badge-rule")
        text = f"breaks: “{title}” does not lead from the line before to this one"
        child(row, "td", text, colspan="3")
    for kind in report["refuted_by"]:
        figures = report.get("figures", {}).get(kind, {})
        row = child(body, "tr", class_="breaks")
        badge(child(row, "td"), kind)
        _plain(child(row, "td"), f"breaks: {figures.get('why', 'refuted')}")
        _sides(row, figures.get("counterexample"))
    for kind in report["cannot_tell"]:
        row = child(body, "tr")
        badge(child(row, "td"), kind)
        child(row, "td", "cannot tell", colspan="3")


def _sides(row: etree.Element, counterexample: Mapping[str, Any] | None) -> None:
    for side in ("left", "right"):
        value = counterexample[f"{side}_decimal"] if counterexample else None
        _plain(child(row, "td", class_="number"), "" if value is None else _number(value))


def _number(value: float) -> str:
    return f"{value:.4f}".replace("-", "−")


def _plain(cell: etree.Element, text: str) -> None:
    # Names such as x_1 and products such as a*b are no Markdown here.
    cell.text = AtomicString(text)
