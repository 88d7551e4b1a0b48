"""The stretches of source that a report quotes open no brace that they do not close."""

from __future__ import annotations

import pytest

from vaetheory.review.reviewing import review


@pytest.mark.parametrize(
    ("formula", "against", "latex"),
    [
        (r"\mathrm{ELBO} \le \log p(x)", r"\mathrm{ELBO}", r"\mathrm{ELBO} \le \log p(x)"),
        (r"\mathcal{L} = \mathrm{ELBO }", r"\mathcal{L}", r"\mathcal{L} = \mathrm{ELBO }"),
        (r"\bm{x} + 1 = 1 + \bm{x}", r"\bm{x} + 1", r"\bm{x} + 1 = 1 + \bm{x}"),
        (r"\{x\} + 1 = 1 + \bm{ x }", r"\{x\} + 1", r"\{x\} + 1 = 1 + \bm{ x }"),
        (r"\boxed{x + 1} = 1 + x", "x + 1", r"\boxed{x + 1} = 1 + x"),
        (r"\boxed{x + 1 = 1 + x}", "x + 1", "x + 1 = 1 + x"),
        (r"\log p(\mathbf{x}) \ge 1", r"\log p(\mathbf{x})", r"\log p(\mathbf{x}) \ge 1"),
    ],
)
def test_braces_are_quoted_in_pairs(formula: str, against: str, latex: str) -> None:
    text = f"$$ {formula} $$"
    (line,) = review(text).lines
    assert (line.against, line.latex) == (against, latex)
    place = line.source
    assert text[place["column"] - 1 : place["end"] - 1] == latex
