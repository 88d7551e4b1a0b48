"""Mistakes in the place of the last line, names of densities, and the graph of theorems."""

from __future__ import annotations

import dataclasses
import json
import re
from xml.etree import ElementTree as etree

import pytest

from tests.site.library import REFUTED
from vaetheory import theorems
from vaetheory.language.statements import Statement
from vaetheory.presentation import behind, graph, notation, what_if
from vaetheory.theorems.elbo_identity import elbo_identity

USES = {"a": [], "b": ["a"], "c": ["a", "b"], "alone": [], "d": [], "e": ["d"]}


def text(element: etree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def cases(figures: dict[str, object]) -> etree.Element:
    parent = etree.Element("div")
    found = {
        mistake.name: {"refuted_by": ["exact"], "cannot_tell": ["proof"], "figures": figures}
        for mistake in elbo_identity.mistakes
    }
    formula = lambda said: etree.Element("i")  # noqa: E731
    what_if.cases(parent, "elbo-identity", elbo_identity, found, formula)
    return parent


class TestWhatIf:
    def test_each_mistake_says_what_breaks_with_the_numbers(self) -> None:
        page = cases({"exact": REFUTED})
        assert len(page.findall(".//div")) == len(elbo_identity.mistakes)
        first = page.find(".//tbody")
        assert first is not None
        rule, exact, proof = first
        assert "does not lead from the line before" in text(rule)
        assert [text(cell) for cell in exact] == [
            "exact",
            "breaks: false in a finite world with 2 cells for z",
            "−0.9163",
            "0.0000",
        ]
        assert proof.get("class") is None
        assert "cannot tell" in text(proof)

    def test_a_report_without_numbers_is_shown_without(self) -> None:
        assert "breaks: refuted" in text(cases({}))

    def test_the_rule_is_asked_and_may_say_yes(self) -> None:
        """The true statement in the place of a mistake: then the rule of the last line holds."""
        mistake = elbo_identity.mistakes[0]
        assert what_if.last_rule_fails(elbo_identity, mistake) == "Definition of the ELBO"
        right = dataclasses.replace(mistake, statement=elbo_identity.statement)
        assert what_if.last_rule_fails(elbo_identity, right) == ""

    def test_a_mistake_on_the_left_is_no_last_line(self) -> None:
        said = elbo_identity.statement
        turned = Statement(said.right, said.relation, said.left)
        mistake = dataclasses.replace(elbo_identity.mistakes[0], statement=turned)
        assert what_if.last_rule_fails(elbo_identity, mistake) == ""

    @pytest.mark.parametrize("name", theorems.names())
    def test_the_true_last_line_never_breaks(self, name: str) -> None:
        theorem = theorems.get(name)
        last = theorem.derivation.steps[-1].expression
        true = Statement(theorem.derivation.start, theorem.statement.relation, last)
        mistake = dataclasses.replace(theorem.mistakes[0], statement=true)
        assert what_if.last_rule_fails(theorem, mistake) == ""


def test_a_badge_unfolds_the_figures_and_says_what_the_kind_means_without_any() -> None:
    parent = etree.Element("div")
    figures = {"exact": {"holds": True, "worlds": 8, "kinds": {"finite": 6, "Gaussian": 2}}}
    behind.opening(parent, ["proof", "exact"], figures, "6 of 6 mistakes refuted.")
    said = text(parent)
    assert "exact8 worlds (6 finite and 2 Gaussian)" in said
    assert "one normal form" in said
    assert said.endswith("6 of 6 mistakes refuted.")


class TestNotation:
    @pytest.mark.parametrize(
        ("tex", "keys"),
        [
            (r"\log p(x)", ["evidence"]),
            (r"q_\phi(z\mid x)\, p_{\theta}(x \mid z)", ["likelihood", "posterior"]),
            (r"\exp(x) + \operatorname{rep}(z)", []),
            (r"p(x^{(i)}) + p(y)", []),
            (r"H_q(x\mid z)", []),
            (r"p(x\mid z, c)", ["likelihood-c"]),
        ],
    )
    def test_densities_are_recognized(self, tex: str, keys: list[str]) -> None:
        assert [entry[0] for entry in notation.found(tex)] == keys

    def test_the_marks_change_nothing_else(self) -> None:
        tex = r"\mathbb{E}_{q(z\mid x)}[\log p(x, z)]"
        marked = notation.marked(tex)
        assert re.sub(r"\\htmlData\{n=[a-z-]+\}\{([^{}]*)\}", r"\1", marked) == tex
        assert marked.count("htmlData") == 2

    def test_every_mark_has_words_and_every_entry_is_found_in_its_own_tex(self) -> None:
        words = json.loads(notation.script().partition("= ")[2].rstrip(";\n"))
        assert set(words) == set(notation.BY_KEY)
        assert len(notation.BY_KEY) == len(notation.DENSITIES)
        for key, tex, _, _ in notation.BY_KEY.values():
            assert [entry[0] for entry in notation.found(tex)] == [key]


class TestGraph:
    def test_every_citation_is_an_arrow_to_the_right(self) -> None:
        at = graph.places(USES)
        assert set(at) == {"a", "b", "c", "d", "e"}
        for name in at:
            for used in USES[name]:
                assert at[used][0] < at[name][0]
        assert len(set(at.values())) == len(at), "two theorems in one place"

    def test_the_real_catalogue_fits(self) -> None:
        uses = {name: list(theorems.get(name).uses) for name in theorems.names()}
        at = graph.places(uses)
        assert len(set(at.values())) == len(at)
        assert set(at) == {n for n in uses if uses[n] or any(n in uses[o] for o in uses)}

    def test_a_circle_is_refused(self) -> None:
        with pytest.raises(ValueError, match="a → b → a"):
            graph.depths({"a": ["b"], "b": ["a"]})

    def test_the_drawing_links_each_theorem_and_counts_the_rest(self) -> None:
        parent = etree.Element("div")
        graph.draw(parent, USES, {name: name.upper() for name in USES})
        links = [link.get("href") for link in parent.iter("a")]
        assert links == [f"/theorems/{name}.md" for name in graph.places(USES)]
        assert len(list(parent.iter("path"))) == 4
        assert "5 theorems and 4 citations" in text(parent)
        assert "The other 1 cite none" in text(parent)
