"""The corpus: the right verdict, β and findings for every loss, and never a false alarm."""

from __future__ import annotations

import time

import pytest

import vaetheory.audit
from tests.vaetheory.audit.corpus import (
    beside,
    containers,
    right,
    slips,
    steps,
    strangers,
    weighted,
    wrong,
)
from tests.vaetheory.audit.corpus.truth import CASES, NEGATIVE, WRONG, Case

MODULES = (right, weighted, containers, steps, wrong, beside, slips, strangers)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_verdict_beta_and_findings(case: Case) -> None:
    begun = time.process_time()  # on a busy machine the clock is not ours alone
    report = vaetheory.audit.audit(case.function)
    assert time.process_time() - begun < 10
    found = frozenset(finding.name for finding in report.findings)
    told = (report.verdict.value, report.beta, found, report.assumed)
    assert (report.verdict.value, report.beta) == (case.verdict, case.beta), told
    assert found == case.findings, told
    if case.constant is not None:
        assert report.up_to_constant is case.constant, told


def test_the_corpus_is_large_and_varied() -> None:
    assert len(MODULES) == 8
    assert len(CASES) >= 60
    assert sum(case.verdict == NEGATIVE for case in CASES) >= 20
    assert sum(case.verdict == WRONG for case in CASES) >= 20
