"""Every experiment runs, at sizes that only check the plumbing: their verdicts mean nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as etree

import pytest

from vaemodels.cli import main
from vaemodels.errors import ConfigError
from vaemodels.experiments import registry, results
from vaemodels.experiments.claims import Claim, Part, Verdict, above
from vaemodels.experiments.experiment import Experiment, Findings, Setting, Size
from vaemodels.experiments.intervals import Exactly

KEYS = {
    *("schema", "name", "question", "title", "asks", "caption", "verdict", "claims", "size"),
    *("sizes", "seed", "device", "threads", "versions", "date", "command", "seconds"),
    *("cpu_seconds", "restated", "data"),
}


def run(name: str, folder: Path, *options: str) -> int:
    words = ["experiment", name, "--tiny", "--threads", "1", "--out", str(folder), *options]
    return main(words)


@pytest.mark.parametrize("name", registry.MODULES)
def test_it_runs_and_leaves_a_result_and_a_figure(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(name, tmp_path, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["schema"] == 1
    (document,) = printed["experiments"]
    assert document.keys() == KEYS
    assert (document["name"], document["size"], document["seed"]) == (name, "tiny", 0)
    assert document["command"] == f"vaemodels experiment {name} --tiny"
    assert document["claims"]
    written = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
    assert written.keys() == KEYS
    assert [claim["name"] for claim in written["claims"]] == [
        claim["name"] for claim in document["claims"]
    ]
    drawing = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
    assert etree.fromstring(drawing).tag.endswith("svg")
    check_colours(drawing)


def check_colours(drawing: str) -> None:
    """No colour is left that would not follow the page, and no identifier that nothing uses."""
    outside = re.sub(r"var\(--[\w-]+, #[0-9a-f]{6}\)", "", drawing)
    outside = re.sub(r"data:image/png;base64,[^\"]*", "", outside)
    assert not re.search(r"(?:fill|stroke): #[0-9a-f]{6}", outside)
    used = set(re.findall(r"#([\w-]+)", drawing))
    assert set(re.findall(r' id="([\w-]+)"', drawing)) <= used


def test_one_seed_gives_one_result(tmp_path: Path) -> None:
    for folder, seed in (("a", "0"), ("b", "0"), ("c", "1")):
        run("prior-sampling", tmp_path / folder, "--seed", seed, "--json")
    data = [
        json.loads((tmp_path / folder / "prior-sampling.json").read_text())["data"]
        for folder in "abc"
    ]
    assert data[0] == data[1]
    assert data[0] != data[2]


def test_side_by_side_they_find_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = {name: registry.MODULES[name] for name in ("one-sample", "entropy")}
    monkeypatch.setattr(registry, "MODULES", some)
    found = {}
    for jobs in ("1", "2"):
        words = ["--tiny", "--jobs", jobs, "--out", str(tmp_path / jobs), "--json"]
        assert main(["experiment", "--all", *words]) == 0
        documents = json.loads(capsys.readouterr().out)["experiments"]
        assert [document["name"] for document in documents] == list(some)
        found[jobs] = [document["data"] for document in documents]
        assert {path.stem for path in (tmp_path / jobs).glob("*.json")} == some.keys()
    assert found["1"] == found["2"]


def test_a_table_says_that_tiny_verdicts_mean_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("entropy", tmp_path) == 0
    printed = capsys.readouterr().out
    assert "expected" in printed
    assert "came out" in printed
    assert "their verdicts mean nothing" in printed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["experiment"], "Say which experiment"),
        (["experiment", "entropy", "--all"], "Say which experiment"),
        (["experiment", "gravity"], "There is no experiment 'gravity'; there are prior-sampling"),
        (["experiment", "entropy", "--seed", "-1"], "--seed must lie in"),
        (["experiment", "entropy", "--threads", "0"], "--threads must be at least 1"),
    ],
)
def test_wrong_usage_is_said(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert message in capsys.readouterr().err


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ConfigError, match="no experiment 'nothing'"):
        registry.get("nothing")


def test_names_and_sizes_agree_with_the_registry() -> None:
    for name in registry.MODULES:
        experiment = registry.get(name)
        assert experiment.name == name
        assert experiment.sizes.keys() == set(Size)


@pytest.mark.parametrize(
    ("value", "verdict", "code"),
    [(1.0, "supported", 0), (-1.0, "not supported", 1)],
)
def test_exit_codes_follow_the_verdicts(
    value: float, verdict: str, code: int, tmp_path: Path
) -> None:
    claim = Claim("c", "positive", [Part("x", Exactly(value), above(0))])
    document, figure = results.run(experiment(claim), Size.TINY, Setting(seed=3), "command")
    assert document["verdict"] == verdict
    assert document["sizes"] == {"n": 1}
    assert results.exit_code([document]) == code
    path = results.write(document, figure, tmp_path)
    assert json.loads(path.read_text())["data"] == {"x": [1.0, 2.0]}


def test_claims_can_be_restated_and_it_is_said(tmp_path: Path) -> None:
    first = Claim("c", "positive", [Part("x", Exactly(-1.0), above(0))])
    document, figure = results.run(experiment(first), Size.TINY, Setting(), "command")
    assert document["restated"] is None
    results.write(document, figure, tmp_path)
    kept = results.read(tmp_path, "made-up")
    assert results.restate(experiment(first), kept) == kept
    then = Claim("c", "above −2", [Part("x", Exactly(-1.0), above(-2))])
    restated = results.restate(experiment(then), kept)
    assert restated["verdict"] == "supported"
    assert restated["restated"] is not None
    assert restated["data"] == kept["data"]
    with pytest.raises(ConfigError, match="There is no"):
        results.read(tmp_path, "another")


def test_undecided_is_3_unless_something_is_wrong() -> None:
    documents = [{"verdict": str(verdict)} for verdict in (Verdict.UNDECIDED, Verdict.SUPPORTED)]
    assert results.exit_code(documents) == 3
    assert results.exit_code([*documents, {"verdict": "not supported"}]) == 1


def test_numbers_that_are_not_finite_are_not_written(tmp_path: Path) -> None:
    claim = Claim("c", "positive", [Part("x", Exactly(1.0), above(0))])
    document, figure = results.run(experiment(claim), Size.TINY, Setting(), "command")
    document["data"]["x"] = [float("nan")]
    with pytest.raises(ValueError, match="JSON"):
        results.write(document, figure, tmp_path)


def experiment(claim: Claim) -> Experiment[Any]:
    """An experiment that finds what it is told."""
    from dataclasses import make_dataclass

    from vaemodels.charts import Panel, Series

    sizes = make_dataclass("Sizes", [("n", int)])(1)
    panel = Panel(title="t", x="x", y="y", series=[Series(label="s", x=[0, 1], y=[1, 2])])
    return Experiment(
        name="made-up",
        question="0",
        title="Made up",
        asks="What?",
        caption="Nothing.",
        sizes=dict.fromkeys(Size, sizes),
        run=lambda sizes, setting: Findings(data={"x": [1.0, 2.0]}),
        claims=lambda data: [claim],
        draw=lambda findings: [panel],
    )


def test_the_command_line_starts_without_torch() -> None:
    script = (
        "import sys; from vaemodels.experiments import registry; "
        "assert 'torch' not in sys.modules; assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
