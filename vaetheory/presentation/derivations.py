"""A theorem's derivation, evidence and mistakes as elements of a page.

Everything is visible as it stands; `docs/assets/stepper.js` turns a derivation into one that is
read line by line. Elements rather than text, so that MkDocs sees every anchor and checks every
link. Links begin with a slash: MkDocs reads them from the root of docs/ (its option
`absolute_links: relative_to_docs`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from xml.etree import ElementTree as etree

from markdown import Markdown

from vaetheory import rules
from vaetheory.derivation import THEOREM_PREFIX, Step
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Relation, Statement
from vaetheory.latex.writer import relation_tex, to_latex
from vaetheory.presentation import behind, graph, notation, what_if
from vaetheory.presentation.counterexamples import refutation
from vaetheory.presentation.elements import badge, child, table
from vaetheory.presentation.evidence import Evidence
from vaetheory.presentation.figures import in_words, verdict
from vaetheory.presentation.katex import KaTeX
from vaetheory.presentation.maths import formula, stashed
from vaetheory.rules.rule import Rule


class Writer:
    """Writes the parts of one theorem into a page; `evidence` is called by the first that needs
    it, because it may have to verify every theorem.
    """

    def __init__(self, md: Markdown, katex: KaTeX, evidence: Callable[[], Evidence]) -> None:
        self._md = md
        self._katex = katex
        self._ask = evidence

    @cached_property
    def _evidence(self) -> Evidence:
        return self._ask()

    def statement(self, parent: etree.Element, name: str) -> None:
        """The statement alone, with the kinds of evidence that confirm it."""
        entry = self._evidence.entry(name)
        theorem = self._evidence.library.get(name)
        block = child(parent, "div", class_="statement")
        block.append(self._formula(theorem.statement))
        if theorem.equality:
            child(block, "p", f"Equality: {theorem.equality}", "equality")
        refuted = f"{len(entry['mistakes'])} of {len(entry['mistakes'])} mistakes refuted."
        behind.opening(block, self._confirming(entry), entry["evidence"], refuted)

    def derivation(self, parent: etree.Element, name: str) -> None:
        """Every line with its relation, rule, note and kinds of evidence."""
        entry = self._evidence.entry(name)
        theorem = self._evidence.library.get(name)
        block = child(parent, "section", class_="derivation", id=name)
        block.set("aria-label", f"Derivation: {theorem.title}")
        lines = child(block, "ol", class_="steps")
        self._line(lines, name, 1, theorem.derivation.start)
        steps = zip(theorem.derivation, entry["steps"], strict=True)
        for number, (step, found) in enumerate(steps, start=2):
            line = self._line(lines, name, number, step.expression, step.relation, step.quantity)
            self._why(child(line, "div", class_="step-why"), step, found)
        foot = child(block, "p", class_="derivation-foot")
        child(foot, "span", "∎", "qed").set("aria-label", "end of the derivation")
        if entry["assumptions"]:
            child(foot, "span", "Assuming " + "; ".join(entry["assumptions"]) + ".")
        child(foot, "span", theorem.reference, "reference")
        mistakes = {mistake["name"]: mistake for mistake in entry["mistakes"]}
        what_if.cases(block, name, theorem, mistakes, self._formula)
        said = (theorem.derivation.start, *(step.expression for step in theorem.derivation))
        notation.legend(block, notation.found(" ".join(map(to_latex, said))))

    def evidence(self, parent: etree.Element, name: str) -> None:
        """A row for each kind of evidence, with the figures behind it."""
        body = table(parent, "evidence", ("evidence", "verdict", "figures"))
        for kind, figures in self._evidence.entry(name)["evidence"].items():
            row = child(body, "tr")
            badge(child(row, "td"), kind)
            child(row, "td", verdict(figures))
            child(row, "td", in_words(kind, figures))

    def mistakes(self, parent: etree.Element, name: str) -> None:
        """Each plausible mistake, why it is made, and what refutes it."""
        found = {mistake["name"]: mistake for mistake in self._evidence.entry(name)["mistakes"]}
        body = table(parent, "mistakes", ("mistake", "why it is made", "refuted by"))
        for mistake in self._evidence.library.get(name).mistakes:
            row = child(body, "tr")
            cell = child(row, "td")
            child(cell, "span", mistake.name.replace("-", " "), "mistake-name")
            cell.append(self._formula(mistake.statement))
            child(row, "td", mistake.why)
            kinds = child(row, "td")
            behind.badges(kinds, found[mistake.name]["refuted_by"])
            if unable := found[mistake.name]["cannot_tell"]:
                child(kinds, "small", "cannot tell: " + ", ".join(unable))
            numbers = child(child(body, "tr", class_="numbers"), "td", colspan="3")
            refutation(numbers, found[mistake.name].get("figures", {}))

    def theorems(self, parent: etree.Element) -> None:
        """The status table: each theorem, the kinds of its evidence, its mistakes, what it uses."""
        used_by = graph.used_by(
            {name: self._evidence.entry(name)["uses"] for name in self._evidence.names()}
        )
        heads = ("question", "theorem", "evidence", "mistakes refuted", "uses", "used by")
        body = table(parent, "theorems", heads)
        for name in self._evidence.names():
            entry = self._evidence.entry(name)
            theorem = self._evidence.library.get(name)
            row = child(body, "tr", id=f"theorem-{name}")
            child(row, "td", theorem.question)
            cell = child(row, "td")
            child(cell, "a", theorem.title, "theorem-title", href=f"/theorems/{name}.md")
            cell.append(self._formula(theorem.statement))
            behind.badges(child(row, "td"), self._confirming(entry))
            child(row, "td", f"{len(entry['mistakes'])} of {len(entry['mistakes'])}")
            for others in (entry["uses"], used_by[name]):
                cell = child(row, "td")
                for other in others:
                    child(cell, "a", other.replace("-", " "), href=f"/theorems/{other}.md")

    def graph(self, parent: etree.Element) -> None:
        """Which theorems lean on which, as a drawing with links."""
        uses = {name: self._evidence.entry(name)["uses"] for name in self._evidence.names()}
        titles = {name: self._evidence.library.get(name).title for name in uses}
        graph.draw(parent, uses, titles)

    def notation(self, parent: etree.Element) -> None:
        """Every density that the pages name where it is pointed at."""
        notation.definitions(parent, list(notation.BY_KEY.values()))

    def rules(self, parent: etree.Element) -> None:
        """Every rule of inference: its schema, its side condition, and what it says."""
        for rule in rules.RULES.values():
            block = child(parent, "section", class_="rule-card", id=f"rule-{rule.name}")
            child(block, "h2", rule.title)
            self._rule(block, rule)

    def _formula(self, said: Expression | Statement) -> etree.Element:
        return formula(self._md, self._katex, to_latex(said))

    def _confirming(self, entry: dict[str, Any]) -> list[str]:
        return [kind for kind, figures in entry["evidence"].items() if figures["holds"]]

    def _line(
        self,
        lines: etree.Element,
        name: str,
        number: int,
        expression: Expression,
        relation: Relation | None = None,
        quantity: str = "",
    ) -> etree.Element:
        line = child(lines, "li", class_="step", id=f"{name}-{number}")
        link = child(line, "a", str(number), "step-number", href=f"#{name}-{number}")
        link.set("aria-label", f"Line {number}")
        sign = child(line, "span", class_="step-relation")
        if relation is not None:
            sign.text = stashed(self._md, self._katex.render(relation_tex(relation, quantity)))
        line.append(self._formula(expression))
        return line

    def _why(self, parent: etree.Element, step: Step, found: Mapping[str, Any]) -> None:
        if step.rule.startswith(THEOREM_PREFIX):
            cited = step.rule.removeprefix(THEOREM_PREFIX)
            title = self._evidence.library.get(cited).title
            child(parent, "a", title, "rule", href=f"/theorems/{cited}.md")
        else:
            rule = rules.get(step.rule)
            details = child(parent, "details", class_="why")
            child(details, "summary", rule.title, "rule")
            self._rule(details, rule)
        if step.note:
            child(parent, "span", step.note, "note")
        behind.opening(parent, found["evidence"], found.get("figures", {}))

    def _rule(self, parent: etree.Element, rule: Rule) -> None:
        parent.append(formula(self._md, self._katex, rule.formula))
        child(parent, "p", rule.why)
        if rule.condition != "none":
            child(parent, "p", f"Provided: {rule.condition}.", "condition")
