"""The Markdown extension: mathematics, theorems and source on a page, and what stops a build."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import markdown
import pytest

from tests.site.library import Library
from vaetheory.presentation.evidence import PageError
from vaetheory.presentation.figures import in_words
from vaetheory.presentation.katex import EDGE, KaTeX, KaTeXMissing, TeXError
from vaetheory.presentation.markdown import DerivationExtension
from vaetheory.rules import RULES
from vaetheory.theorems.elbo_identity import elbo_identity

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / "scripts" / "node" / "node_modules"
pytestmark = pytest.mark.skipif(
    not NODE_MODULES.is_dir(), reason="needs `python scripts/npm.py ci` (make test does it)"
)


def html(text: str, **changes: Any) -> str:
    """The page that `text` makes with the library of the tests."""
    extension = DerivationExtension(
        library=Library(**changes), node_modules=str(NODE_MODULES), root=str(ROOT)
    )
    return markdown.markdown(text, extensions=["attr_list", "pymdownx.superfences", extension])


def tex(page: str) -> list[str]:
    """The TeX of every formula on a page, as the MathML carries it."""
    found = rf'<annotation encoding="application/x-tex">{EDGE} (.*?) {EDGE}</annotation>'
    return re.findall(found, page, re.DOTALL)


class TestMathematics:
    def test_inline(self) -> None:
        page = html(r"Then $\log p(x)$ is left, and $z$.")
        assert tex(page) == [r"\log p(x)", "z"]
        assert page.count("<math ") == 2
        assert "$" not in page

    def test_backslashes_and_stars_are_not_markdown(self) -> None:
        assert tex(html(r"$a_{1}*b_{2}*c \\,$")) == [r"a_{1}*b_{2}*c \\,"]

    def test_display_of_several_lines(self) -> None:
        page = html("$$\na = b\n+ c\n$$")
        assert '<div class="formula"' in page
        assert tex(page) == ["\\displaystyle a = b\n+ c"]

    @pytest.mark.parametrize(
        "text",
        ["It costs 5$ or 6$ today", r"from \$5 to \$6", "`$x$` is code", "```\n$x$\n```", "$ x $"],
    )
    def test_what_is_no_mathematics(self, text: str) -> None:
        assert tex(html(text)) == []

    def test_wrong_tex_stops_the_build_and_is_quoted(self) -> None:
        with pytest.raises(TeXError, match=r"\\frobnicate"):
            html(r"$\frobnicate x$")

    def test_unicode_that_latex_would_refuse_stops_the_build(self) -> None:
        with pytest.raises(TeXError, match="Unrecognized Unicode"):
            html("$x = ½$")

    def test_a_conditioning_bar_is_no_place_to_break_a_line(self) -> None:
        with KaTeX(NODE_MODULES) as katex:
            assert katex.render(r"p(x \mid z)").count("katex-base") == 1
            assert katex.render(r"p(x = z)").count("katex-base") == 2

    def test_punctuation_stays_on_the_line_of_its_formula(self) -> None:
        page = html("($x$), $y$ or $a = b$. $z$")
        assert re.findall(r'class="(maths[^"]*)"', page) == [
            "maths clings", "maths", "maths", "maths",
        ]  # fmt: skip
        assert re.findall(r"</bdi></span>(.?)</span>(.?)", page) == [
            (")", ","), ("", " "), ("", "."), ("", "<"),
        ]  # fmt: skip

    def test_search_keeps_the_tex_alone(self) -> None:
        with KaTeX(NODE_MODULES) as katex:
            page = katex.render(r"\frac{a}{b}")
        assert "<mpadded data-search-exclude>" in page
        assert '<bdi data-search-exclude class="katex-html"' in page
        assert page.count("<bdi") == page.count("</bdi>") == 1
        assert page.count("<span") == page.count("</span>")

    def test_missing_katex_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(KaTeXMissing, match=r"scripts/npm\.py ci"):
            KaTeX(tmp_path)


class TestDerivation:
    def test_every_line_is_there_with_an_anchor(self) -> None:
        page = html("{{ derivation elbo-identity }}")
        lines = len(elbo_identity.derivation.steps) + 1
        assert re.findall(r'<li class="step" id="([^"]+)"', page) == [
            f"elbo-identity-{number}" for number in range(1, lines + 1)
        ]
        assert not re.search(r"<li[^>]* hidden", page)

    def test_every_step_names_its_rule_and_unfolds_it(self) -> None:
        page = html("{{ derivation elbo-identity }}")
        for step in elbo_identity.derivation:
            rule = RULES[step.rule]
            assert f'<summary class="rule">{rule.title}</summary>' in page
            assert rf"\displaystyle {rule.formula}".replace("&", "&amp;") in tex(page)

    def test_badges_come_from_the_report(self) -> None:
        page = html("{{ derivation elbo-identity }}").partition('class="what-if"')[0]
        assert page.count('class="badge badge-proof"') == len(elbo_identity.derivation.steps)
        assert "badge-quadrature" not in page

    def test_a_step_that_the_report_does_not_have_is_noticed(self) -> None:
        with pytest.raises(ValueError, match="shorter"):
            html("{{ derivation elbo-identity }}", steps=[{"evidence": ["proof"]}])

    def test_mistakes_with_what_refutes_them(self) -> None:
        page = html("{{ mistakes elbo-identity }}")
        for mistake in elbo_identity.mistakes:
            assert mistake.name.replace("-", " ") in page
        assert page.count("cannot tell: proof") == len(elbo_identity.mistakes)

    def test_a_mistake_unfolds_the_numbers_that_refute_it(self) -> None:
        page = html("{{ mistakes elbo-identity }}")
        assert page.count('<details class="counterexample">') == len(elbo_identity.mistakes)
        assert '<th scope="row">q(z | x)</th>' in page
        assert "<td>log 2 − log 5 ≈ −0.9163</td>" in page

    def test_evidence_gives_its_figures(self) -> None:
        page = html("{{ evidence elbo-identity }}")
        assert "22 worlds (20 finite and 2 Gaussian)" in page
        assert "1 world, largest relative difference 2e-16, tolerance 1e-08" in page
        assert "z = -2.87 against a bound of 6.24, n = 131 072" in page
        assert "would catch a deviation of 0.12 with power 0.999" in page
        assert re.findall(r"<td>(holds|survived|cannot tell)</td>", page) == [
            "holds", "holds", "survived", "holds", "cannot tell",
        ]  # fmt: skip

    def test_an_inequality_gives_its_margin(self) -> None:
        figures = {"worlds": 3, "largest difference": 2.0, "smallest margin": 0.5}
        assert in_words("quadrature", figures) == "3 worlds, smallest relative margin 0.5"

    def test_a_closed_form_says_its_domain_in_letters(self) -> None:
        evidence = {"closed form": {"holds": True, "domain": {"D": "whole, ≥ 1", r"\sigma": "> 0"}}}
        page = html("{{ evidence elbo-identity }}", evidence=evidence)
        assert "<td>with D whole, ≥ 1; σ &gt; 0</td>" in page

    def test_answer_is_markdown(self) -> None:
        page = html("{{ answer elbo-identity }}")
        assert r"\log p(x)=\int q(z\mid x)\log p(x)\,dz" in tex(page)
        assert "<em>every</em>" in page

    def test_the_table_links_to_each_theorem(self) -> None:
        page = html("{{ theorems }}", names=("one", "two"))
        assert re.findall(r'href="(/theorems/[^"]+)"', page) == [
            "/theorems/one.md",
            "/theorems/two.md",
        ]

    def test_every_rule_has_an_anchor(self) -> None:
        assert re.findall(r'id="rule-([^"]+)"', html("{{ rules }}")) == list(RULES)


def test_only_what_was_verified_asks_for_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may take minutes: a page of rules, names, or things to touch goes without."""

    def asked(self: Library, *, seed: int = 0) -> dict[str, Any]:
        raise LookupError("the report was asked for")

    monkeypatch.setattr(Library, "report", asked)
    page = html("{{ rules }}\n\n{{ notation }}\n\n{{ widget gumbel }}\n\n{{ experiments }}")
    assert 'data-widget="gumbel"' in page
    for verb in ("answer", "statement", "derivation", "evidence", "mistakes"):
        with pytest.raises(LookupError):
            html(f"{{{{ {verb} elbo-identity }}}}")
    for verb in ("theorems", "graph"):
        with pytest.raises(LookupError):
            html(f"{{{{ {verb} }}}}")


class TestWhatStopsTheBuild:
    @pytest.mark.parametrize("verb", ["answer", "statement", "derivation", "evidence", "mistakes"])
    def test_an_unknown_theorem(self, verb: str) -> None:
        with pytest.raises(PageError, match=r"no theorem 'elbo-idenity'.*elbo-identity"):
            html(f"{{{{ {verb} elbo-idenity }}}}")

    @pytest.mark.parametrize("verb", ["answer", "statement", "derivation", "evidence", "mistakes"])
    @pytest.mark.parametrize("verdict", [False, None])
    def test_a_theorem_that_does_not_hold(self, verb: str, verdict: bool | None) -> None:
        with pytest.raises(PageError, match="'elbo-identity' does not hold"):
            html(f"{{{{ {verb} elbo-identity }}}}", holds=verdict)

    def test_a_theorem_that_does_not_hold_in_the_table(self) -> None:
        with pytest.raises(PageError, match="does not hold"):
            html("{{ theorems }}", holds=False)

    def test_a_mistake_that_nothing_refutes(self) -> None:
        mistake = {"name": "sign", "refuted_by": [], "cannot_tell": ["proof"]}
        with pytest.raises(PageError, match="nothing refutes the mistake 'sign'"):
            html("{{ derivation elbo-identity }}", mistakes=[mistake])

    @pytest.mark.parametrize("text", ["{{ prove elbo-identity }}", "{{ derivation }}"])
    def test_a_directive_that_is_none(self, text: str) -> None:
        with pytest.raises(PageError, match="cannot read the directive"):
            html(text)

    @pytest.mark.parametrize("name", ["vaetheory.nothing", "vaetheory.derivation:nothing"])
    def test_source_that_is_gone(self, name: str) -> None:
        with pytest.raises(PageError, match="nothing"):
            html(f"{{{{ source {name} }}}}")


class TestSource:
    def test_the_lines_are_the_files(self) -> None:
        page = html("{{ source vaetheory.derivation:Derivation.claims }}")
        found = re.search(r"vaetheory/derivation\.py, lines (\d+)–(\d+)", page)
        assert found
        lines = (ROOT / "vaetheory" / "derivation.py").read_text().splitlines()
        assert lines[int(found[1]) - 1].strip().startswith("def claims")
        text = unescape(re.sub(r"<[^>]+>", "", page))
        assert all(line.strip() in text for line in lines[int(found[1]) - 1 : int(found[1]) + 1])

    def test_decorators_belong_to_it(self) -> None:
        assert "@dataclass" in re.sub(
            r"<[^>]+>", "", html("{{ source vaetheory.derivation:Step }}")
        )

    def test_a_directive_in_a_code_block_is_text(self) -> None:
        page = html("```\n{{ answer elbo-identity }}\n{{ source vaetheory.derivation }}\n```")
        assert "{{ answer elbo-identity }}" in page
        assert "{{ source vaetheory.derivation }}" in page

    def test_it_may_stand_inside_a_folded_block(self) -> None:
        text = '??? note "Source"\n\n    {{ source vaetheory.derivation:Step }}\n'
        extension = DerivationExtension(
            library=Library(), node_modules=str(NODE_MODULES), root=str(ROOT)
        )
        page = markdown.markdown(
            text, extensions=["pymdownx.details", "pymdownx.superfences", extension]
        )
        assert page.index("<details") < page.index("dataclass") < page.index("</details>")
