"""`undecided, because …` says the reason that is true of the loss."""

from __future__ import annotations

from typing import Any

import pytest

import vaetheory.audit
from tests.vaetheory.audit.corpus import wrong

REASONS = [
    (wrong.weights_by_position, "changes when the examples of a batch are shuffled"),
    (wrong.total_correlation, "has terms that mix examples of a batch"),
    (wrong.product_of_the_terms, "are not simply added"),
    (wrong.raises, "it could not be called"),
    (wrong.raises, "RuntimeError: no such device"),
    (wrong.dropout_inside, "random numbers that are not standard normal noise"),
    (wrong.kl_only, "this is the KL alone (times 1)"),
    (wrong.reconstruction_only, "this is the reconstruction term alone"),
    (wrong.mixed_likelihoods, "two reconstruction terms are added"),
    (wrong.handed_in_criterion, "the criterion is handed in from outside"),
]


@pytest.mark.parametrize(("loss", "words"), REASONS, ids=[words for _, words in REASONS])
def test_the_reason_is_said(loss: Any, words: str) -> None:
    report = vaetheory.audit.audit(loss)
    assert report.exit_code == 3
    (finding,) = report.findings
    assert finding.why.startswith("undecided, because ")
    assert words in finding.why
