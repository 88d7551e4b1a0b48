"""Input from strangers: any text gets an answer, soon, and nothing wrong is ever called right."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vaetheory.review.corpus import ENTRIES
from vaetheory.review import check
from vaetheory.review.deciding import INTERNAL
from vaetheory.review.report import ASSUMED, FAILS, HOLDS, UNDECIDED, UNREAD

BOMBS = {
    "a million braces": "$$" + "{" * 500_000 + "}" * 500_000 + "$$",
    "braces never closed": "$$" + "{" * 30_000 + "$$",
    "brackets": r"$$\log p(x) = " + "(" * 9_000 + "x" + ")" * 9_000 + "$$",
    "fractions": "$$x=" + r"\frac{1}{" * 3_000 + "2" + "}" * 3_000 + "$$",
    "megabyte line": r"$$\log p(x) = " + " + ".join([r"\log p(x|z)"] * 70_000) + "$$",
    "long sum": r"$$\log p(x) = " + " + ".join([r"\log p(x|z)"] * 2_500) + "$$",
    "macro that calls itself": r"\newcommand{\a}{\a\a}$$\log p(x)=\a$$",
    "macros that double": "".join(
        rf"\newcommand{{\{'a' * (k + 1)}}}{{\{'a' * (k + 2)}\{'a' * (k + 2)}}}" for k in range(40)
    )
    + r"$$\log p(x)=\a$$",
    "NULs": "$$\x00\\log p(x)\x00 = \x00$$",
    "odd Unicode": "$$log p(x) = \u202e\u0301\U0001f600 E[\ufffd]$$",
    "dollars": "$" * 500_000,
    "backslashes": "\\" * 1_000_000,
    "environments never ended": r"\begin{align}" * 50_000,
    "ampersands": "$$" + "&" * 39_000 + "$$",
    "rows": r"$$\log p(x) " + r"\\ = \log p(x)" * 2_500 + "$$",
    "sums": r"$$\log p(x)=" + r"\sum_z " * 3_000 + "p(x,z)$$",
    "indices of indices": "$$x" + "_{x" * 5_000 + "}" * 5_000 + "=1$$",
    "accents": "$$" + r"\hat{" * 3_000 + "x" + "}" * 3_000 + "=1$$",
    "integrals": "$$x=" + r"\int " * 2_000 + "$$",
    "a tower of powers": "$$x=9^{9^{9^{9^9}}}$$",
    "a large power": r"$$\log p(x)=10^{1000000}\log p(x)$$",
    "a long number": "$$x=" + "9" * 30_000 + "$$",
    "an accent on a brace": r"$$\log p(x) = \hat }x$$",
    "fences": "```math\n" * 10_000,
    "many small displays": "$x$ " * 100_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("name", ["a.tex", "a.md"])
def test_bombs_are_answered_in_time(text: str, name: str) -> None:
    began = time.perf_counter()
    report = check(text, name)
    assert time.perf_counter() - began < 5
    assert report.verdict in (HOLDS, FAILS, UNDECIDED, UNREAD)
    assert report.lines or report.why


@pytest.mark.parametrize("name", ["a.tex", "a.md", "a.ipynb"])
@given(text=st.text(max_size=300))
@settings(max_examples=40)
def test_any_text_gets_an_answer(name: str, text: str) -> None:
    report = check(text, name, seconds=2)
    assert report.lines or report.why


PIECES = (
    r"\log p(x)", "=", r"\ge", r"\le", "&", r"\\", r"\mathbb{E}_{q(z|x)}", r"\left[",
    r"\right]", "q(z|x)", "p(x,z)", "p(z)",
    r"\frac{p(x,z)}{q(z|x)}", "+", "-", r"\mathrm{KL}", "(", ")", "||", r"\int", r"\,dz",
    r"\sum_{d=1}^D", "x_d", r"\hat{x}_d",
    r"\log", r"\text{ELBO}", r"\mathcal{L}", "$$", "{", "}", "_", "^", "2", r"\sigma",
    r"\nabla_\phi", r"\text{since}", r"\approx",
    r"\begin{align}", r"\end{align}", "|", "/", r"\mathcal{N}", ";", ",",
    r"\newcommand{\a}{b}", r"\a", "E", "H", "I", "D",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25))
@settings(max_examples=150)
def test_heaps_of_notation_get_an_answer(pieces: list[str]) -> None:
    report = check("$$" + " ".join(pieces) + "$$", "a.tex", seconds=2)
    assert not any(INTERNAL in line.why for line in report.lines), [
        line.why for line in report.lines
    ]
    for line in report.lines:
        assert line.verdict in (HOLDS, ASSUMED, FAILS, UNDECIDED, UNREAD)
        assert (line.counterexample is not None) == (line.verdict == FAILS)


RIGHT = tuple(e for e in ENTRIES if e.expected == "holds" and e.suffix == ".tex")


@given(st.sampled_from(RIGHT), st.data())
@settings(max_examples=40)
def test_a_file_with_characters_missing_never_breaks(entry: object, data: st.DataObject) -> None:
    text = entry.text  # type: ignore[attr-defined]
    at = data.draw(st.integers(0, len(text) - 1))
    width = data.draw(st.integers(1, 6))
    report = check(text[:at] + text[at + width :], "a.tex", seconds=3)
    assert not any(INTERNAL in line.why for line in report.lines), [
        line.why for line in report.lines
    ]
