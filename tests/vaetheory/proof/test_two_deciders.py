"""The prover and the exact checker against each other; ``scripts/two_deciders.py`` asks more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vaetheory.generation import deciding
from tests.vaetheory.generation.deciding import compare, in_worlds
from tests.vaetheory.generation.pairs import pair
from vaetheory.checkers import proof
from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.language.statements import Statement

ROOT = Path(__file__).parents[3]
PAIRS = 400
FIRST = 1_000_000


@pytest.fixture(scope="module")
def tally() -> deciding.Tally:
    return compare(range(FIRST, FIRST + PAIRS))


def test_nothing_is_proved_that_an_exact_world_refutes(tally: deciding.Tally) -> None:
    assert tally.contradictions == []


def test_nothing_that_is_equal_by_construction_is_refuted(tally: deciding.Tally) -> None:
    wrong = {key: n for key, n in tally.outcomes.items() if key[0] == "equal" and key[2] == "fails"}
    assert wrong == {}


def test_most_of_what_is_exactly_equal_is_proved(tally: deciding.Tally) -> None:
    equal = sum(n for key, n in tally.outcomes.items() if key[0] == "equal")
    proved = tally.outcomes["equal", "holds", "holds"]
    assert equal > PAIRS / 4
    assert proved / equal > 0.97
    assert len(tally.unproved) / tally.equal < 0.05


def test_many_pairs_are_really_different(tally: deciding.Tally) -> None:
    assert sum(n for key, n in tally.outcomes.items() if key[2] == "fails") > PAIRS / 5


def test_a_prover_that_believes_everything_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def believe(statement: Statement, *, seed: int = 0) -> Evidence:
        return Evidence("proof", Verdict.HOLDS)

    monkeypatch.setattr(proof, "check", believe)
    found = compare(range(FIRST, FIRST + 60))
    assert len(found.contradictions) > 10
    for number in found.contradictions:
        assert in_worlds(pair(number).statement, number, 3) is Verdict.FAILS


def test_pairs_are_the_same_every_time() -> None:
    assert pair(7) == pair(7)
    assert len({repr(pair(n).statement) for n in range(100)}) > 90


def test_the_command_writes_the_result_file(tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    command = [sys.executable, "scripts/two_deciders.py", "--pairs", "40", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["pairs"] == sum(document["outcomes"].values()) == 40
    assert document["proved and refuted"] == 0
    assert 0 <= document["share exactly equal, no proof found"] < 1
    assert json.loads(done.stdout) == document


def test_the_published_result_is_of_many_pairs_and_without_contradiction() -> None:
    published = json.loads((ROOT / "docs/results/two_deciders.json").read_text(encoding="utf-8"))
    assert published["pairs"] >= 100_000
    assert published["proved and refuted"] == 0
    assert sum(published["outcomes"].values()) == published["pairs"]
