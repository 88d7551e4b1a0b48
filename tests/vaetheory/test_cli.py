"""The commands list, show, step and verify: what they print, and how they exit."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time

import pytest

from vaetheory import rules, theorems
from vaetheory.cli import main
from vaetheory.theorems.theorem import EXACT, PROOF, Theorem

SMALL = "elbo-tight"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> Theorem:
    """A catalogue of one theorem with two kinds of evidence, so that ``verify`` is quick."""
    theorem = dataclasses.replace(theorems.get(SMALL), kinds=(PROOF, EXACT))
    _plant(monkeypatch, theorem)
    return theorem


def _plant(monkeypatch: pytest.MonkeyPatch, theorem: Theorem) -> None:
    monkeypatch.setattr(theorems, "CATALOGUE", (theorem,))
    monkeypatch.setattr(theorems, "THEOREMS", {theorem.name: theorem})


def test_list_names_every_theorem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in theorems.names())
    assert "\x1b" not in out


def test_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == 1
    assert [t["name"] for t in document["theorems"]] == list(theorems.names())
    assert captured.err == ""


def test_list_starts_in_a_blink() -> None:
    command = [sys.executable, "-m", "vaetheory.cli", "list"]
    best = min(_seconds(command) for _ in range(3))
    # 0.5 s on a free machine; the tests share theirs
    assert best < 2.5


def _seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def test_list_loads_nothing_heavy() -> None:
    code = (
        "import sys; from vaetheory.cli import main; main(['list', '--json']); "
        "print({'torch', 'sympy', 'numpy', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("form", ["text", "latex", "json"])
def test_show_in_each_format(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "elbo-identity", "--format", form]) == 0
    out = capsys.readouterr().out
    steps = theorems.get("elbo-identity").derivation.steps
    if form == "json":
        document = json.loads(out)
        assert len(document["steps"]) == len(steps)
    elif form == "latex":
        assert r"\log p(x)" in out
    else:
        assert all(rules.get(s.rule).title in out for s in steps)


def test_step_prints_every_line_when_nobody_waits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "elbo-identity"]) == 0
    out = capsys.readouterr().out
    assert out.rstrip().endswith("∎")
    assert "KL[q(z|x) ‖ p(z|x)]" in out


@pytest.mark.parametrize("command", ["show", "step", "verify"])
def test_an_unknown_name_is_wrong_usage(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "elbo-identitty"]) == 2
    captured = capsys.readouterr()
    assert "did you mean elbo-identity" in captured.err
    assert captured.out == ""


def test_no_command_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2


def test_verify_holds(cheap: Theorem, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", cheap.name]) == 0
    out = capsys.readouterr().out
    assert "1 of 1 theorems hold" in out
    assert f"{len(cheap.mistakes)} mistakes refuted" in out


def test_verify_as_json_keeps_its_contract(
    cheap: Theorem, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--json", "--seed", "3"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert document["seed"] == 3
    assert document["seconds"] > 0
    (entry,) = document["theorems"]
    assert entry["name"] == cheap.name
    assert entry["holds"] is True
    keys = {"name", "question", "statement", "holds", "assumptions", "uses", "steps", "evidence"}
    assert keys | {"mistakes"} <= set(entry)
    for step, described in zip(cheap.derivation, entry["steps"], strict=True):
        assert described["rule"] == step.rule
        assert described["relation"] == step.relation.value
        assert described["evidence"] == ["proof", "exact"]
        assert described["latex"]
    assert entry["evidence"]["exact"]["worlds"] > 0
    for mistake in entry["mistakes"]:
        assert {"name", "latex", "why", "refuted_by", "cannot_tell"} <= set(mistake)
        assert mistake["refuted_by"] == ["exact"]


def test_verify_gives_the_same_twice(cheap: Theorem, capsys: pytest.CaptureFixture[str]) -> None:
    documents = []
    for _ in range(2):
        assert main(["verify", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        document.pop("seconds")
        for entry in document["theorems"]:
            entry.pop("seconds")
        documents.append(document)
    assert documents[0] == documents[1]


def test_a_wrong_theorem_in_the_catalogue_makes_verify_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = dataclasses.replace(theorems.get(SMALL), kinds=(PROOF, EXACT))
    wrong = dataclasses.replace(good, statement=good.mistakes[0].statement)
    _plant(monkeypatch, wrong)
    assert main(["verify"]) == 1
    out = capsys.readouterr().out
    assert "0 of 1 theorems hold" in out
    assert "exact refutes the statement" in out


def test_a_wrong_step_in_the_catalogue_makes_verify_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = dataclasses.replace(theorems.get(SMALL), kinds=(PROOF, EXACT))
    first, *rest = good.derivation.steps
    steps = (dataclasses.replace(first, rule="linearity"), *rest)
    derivation = dataclasses.replace(good.derivation, steps=steps)
    _plant(monkeypatch, dataclasses.replace(good, derivation=derivation))
    assert main(["verify", "--json"]) == 1
    (entry,) = json.loads(capsys.readouterr().out)["theorems"]
    assert entry["holds"] is False
    assert any("step 1: the rule 'linearity' does not take" in p for p in entry["problems"])
