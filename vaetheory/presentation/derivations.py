"""A theorem's derivation, evidence and mistakes as elements of a page.

Everything is visible as it stands; `docs/assets/stepper.js` turns a derivation into one that is
read line by line. Elements rather than text, so that MkDocs sees every anchor and checks every
link.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as etree

from markdown import Markdown

from vaetheory.presentation.evidence import Evidence, Report
from vaetheory.presentation.katex import KaTeX
from vaetheory.presentation.maths import formula, stashed

RELATIONS = {"=": "=", "≤": r"\le", "≥": r"\ge", "<": "<", ">": ">"}
RELATIONS |= {"≡": r"\equiv", "≈": r"\approx", "≐": r"\doteq"}
# What each kind of evidence means, in a breath; the page on verification says it in full.
KINDS = {
    "proof": "both sides have one normal form, or their difference is a sum of non-negative terms",
    "exact": "equal in random finite worlds, decided in exact arithmetic",
    "closed form": "left − right reduces to 0 with free parameters",
    "quadrature": "numerical integration agrees within the stated tolerance",
    "Monte Carlo": "estimates of both sides agree at a stated false-alarm rate",
}


def child(
    parent: etree.Element, tag: str, text: str = "", class_: str = "", **attributes: str
) -> etree.Element:
    """A new element at the end of `parent`; its text goes through Markdown's inline patterns."""
    element = etree.SubElement(parent, tag, {**({"class": class_} if class_ else {}), **attributes})
    element.text = text
    return element


def badge(parent: etree.Element, kind: str) -> None:
    """The mark of a kind of evidence, with its meaning as a title."""
    slug = kind.lower().replace(" ", "-")
    child(parent, "span", kind, f"badge badge-{slug}", title=KINDS[kind])


class Writer:
    """Writes the parts of one theorem into a page."""

    def __init__(self, md: Markdown, katex: KaTeX, evidence: Evidence) -> None:
        self._md = md
        self._katex = katex
        self._evidence = evidence

    def derivation(self, parent: etree.Element, name: str) -> None:
        """Every line with its relation, rule, note and kinds of evidence."""
        entry = self._evidence.entry(name)
        theorem = self._evidence.library.get(name)
        block = child(parent, "section", class_="derivation", id=name)
        block.set("aria-label", f"Derivation: {theorem.title}")
        lines = child(block, "ol", class_="steps")
        notes = [step.note for step in theorem.derivation]
        for number, (step, note) in enumerate(zip(entry["steps"], notes, strict=True), start=1):
            self._step(lines, name, number, step, note)
        foot = child(block, "p", class_="derivation-foot")
        child(foot, "span", "∎", "qed")
        if entry["assumptions"]:
            child(foot, "span", "Assuming " + "; ".join(entry["assumptions"]) + ".")
        if theorem.reference:
            child(foot, "span", theorem.reference, "reference")

    def statement(self, parent: etree.Element, name: str) -> None:
        """The statement alone, with the kinds of evidence that confirm it."""
        entry = self._evidence.entry(name)
        block = child(parent, "div", class_="statement")
        block.append(formula(self._md, self._katex, entry["statement"]))
        badges = child(block, "p", class_="badges")
        for kind, figures in entry["evidence"].items():
            if figures["holds"]:
                badge(badges, kind)

    def evidence(self, parent: etree.Element, name: str) -> None:
        """A row for each kind of evidence, with the figures behind it."""
        entry = self._evidence.entry(name)
        body = self._table(parent, "evidence", ("evidence", "verdict", "figures"))
        for kind, figures in entry["evidence"].items():
            row = child(body, "tr")
            badge(child(row, "td"), kind)
            child(row, "td", "holds" if figures["holds"] else "cannot tell")
            self._figures(child(row, "td"), figures)

    def mistakes(self, parent: etree.Element, name: str) -> None:
        """Each plausible mistake, why it is made, and what refutes it."""
        entry = self._evidence.entry(name)
        body = self._table(parent, "mistakes", ("mistake", "why it is made", "refuted by"))
        for mistake in entry["mistakes"]:
            row = child(body, "tr")
            cell = child(row, "td")
            child(cell, "span", mistake["name"], "mistake-name")
            cell.append(formula(self._md, self._katex, mistake["latex"]))
            child(row, "td", mistake["why"])
            kinds = child(row, "td", class_="badges")
            for kind in mistake["refuted_by"]:
                badge(kinds, kind)
            if mistake["cannot_tell"]:
                child(kinds, "small", "cannot tell: " + ", ".join(mistake["cannot_tell"]))

    def theorems(self, parent: etree.Element) -> None:
        """The status table: each theorem, the kinds of its evidence, its mistakes, what it uses."""
        heads = ("question", "theorem", "statement", "evidence", "mistakes refuted", "uses")
        body = self._table(parent, "theorems", heads)
        for name in self._evidence.names():
            entry = self._evidence.entry(name)
            row = child(body, "tr")
            child(row, "td", entry["question"])
            child(row, "td", self._evidence.library.get(name).title)
            child(row, "td").append(formula(self._md, self._katex, entry["statement"]))
            badges = child(row, "td", class_="badges")
            for kind, figures in entry["evidence"].items():
                if figures["holds"]:
                    badge(badges, kind)
            child(row, "td", f"{len(entry['mistakes'])} of {len(entry['mistakes'])}")
            child(row, "td", ", ".join(entry["uses"]))

    def _table(self, parent: etree.Element, class_: str, heads: tuple[str, ...]) -> etree.Element:
        frame = child(
            parent, "div", class_=f"table-frame {class_}-frame", tabindex="0", role="region"
        )
        frame.set("aria-label", class_)
        table = child(frame, "table", class_=class_)
        row = child(child(table, "thead"), "tr")
        for head in heads:
            child(row, "th", head, scope="col")
        return child(table, "tbody")

    def _step(
        self, lines: etree.Element, name: str, number: int, step: dict[str, Any], note: str
    ) -> None:
        line = child(lines, "li", class_="step", id=f"{name}-{number}")
        child(line, "a", str(number), "step-number", href=f"#{name}-{number}").set(
            "aria-label", f"Line {number}"
        )
        sign = child(line, "span", class_="step-relation")
        if step["relation"]:
            sign.text = stashed(self._md, self._katex.render(RELATIONS[step["relation"]]))
        line.append(formula(self._md, self._katex, step["latex"]))
        why = child(line, "div", class_="step-why")
        if step["rule"]:
            child(why, "span", step["rule"], "rule")
        if note:
            child(why, "span", note, "note")
        badges = child(why, "span", class_="badges")
        for kind in step["evidence"]:
            badge(badges, kind)

    def _figures(self, cell: etree.Element, figures: Report) -> None:
        shown = {key: value for key, value in figures.items() if key not in ("holds", "why")}
        pairs = (f"{key.replace('_', ' ')} {_number(value)}" for key, value in shown.items())
        cell.text = "; ".join(pairs)
        if figures.get("why"):
            child(cell, "small", str(figures["why"]))


def _number(value: Any) -> str:
    """A figure for reading: at most four significant digits, lists joined."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(map(_number, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_number(item)}" for key, item in value.items())
    return str(value)
