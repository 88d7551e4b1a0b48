"""The verdict does not depend on the hand: what is true stays true in everybody's notation, and
what is wrong stays wrong.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vaetheory.review.handwriting import as_file, as_line, hands, written_by
from vaetheory.review import check
from vaetheory.theorems import THEOREMS

NAMES = (
    "elbo-identity",
    "elbo-bound",
    "elbo-jensen",
    "elbo-reconstruction-kl",
    "elbo-entropy",
    "cross-entropy",
)


@given(hands, st.sampled_from(NAMES))
@settings(max_examples=60)
def test_true_derivations_hold_in_every_hand(hand: tuple[int, ...], name: str) -> None:
    text = written_by(hand, as_file(THEOREMS[name].derivation))
    report = check(text, "hand.tex", seconds=20)
    assert report.verdict == "holds", (text, [(line.verdict, line.why) for line in report.lines])


@given(hands, st.sampled_from(NAMES), st.data())
@settings(max_examples=60)
def test_mistakes_fail_in_every_hand(hand: tuple[int, ...], name: str, data: st.DataObject) -> None:
    mistake = data.draw(st.sampled_from(THEOREMS[name].mistakes))
    text = written_by(hand, as_line(mistake.statement))
    report = check(text, "hand.tex", seconds=20)
    assert report.verdict == "fails", (text, [(line.verdict, line.why) for line in report.lines])
