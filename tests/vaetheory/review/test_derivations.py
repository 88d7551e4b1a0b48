"""Every derivation of the corpus gets the verdict that it deserves, and every wrong line its
counterexample.
"""

from __future__ import annotations

import pytest

from tests.vaetheory.review.corpus import ENTRIES, Entry
from vaetheory.review import check
from vaetheory.review.deciding import INTERNAL

GOOD = {"holds", "assumed"}


def test_the_corpus_is_large_and_its_names_are_its_own() -> None:
    assert len(ENTRIES) >= 150
    assert len({(e.topic, e.name) for e in ENTRIES}) == len(ENTRIES)
    assert sum(e.wrong > 0 for e in ENTRIES) >= 60


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.topic}: {e.name}")
def test_verdicts(entry: Entry) -> None:
    report = check(entry.text, "derivation" + entry.suffix, seconds=20)
    verdicts = {line.line: line.verdict for line in report.lines}
    assert verdicts, report.why
    assert not any(INTERNAL in line.why for line in report.lines)
    failing = {number for number, verdict in verdicts.items() if verdict == "fails"}
    assert failing == ({entry.wrong} if entry.wrong else set()), [line.why for line in report.lines]
    if entry.expected == "open":
        assert report.verdict in ("undecided", "unread")
        return
    assert all(v in GOOD for n, v in verdicts.items() if n != entry.wrong), [
        (line.line, line.verdict, line.why) for line in report.lines
    ]
    for line in report.lines:
        if line.verdict == "fails":
            assert line.counterexample is not None
            assert line.counterexample.left_decimal != line.counterexample.right_decimal
        if line.verdict == "holds":
            assert line.evidence in ("proof", "exact")
