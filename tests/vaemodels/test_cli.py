"""The commands, as a user calls them: exit codes, one JSON document, messages that help."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vaemodels import cli
from vaemodels.training import read_metrics

TINY = ["--channels", "4", "--hidden", "16", "--batch", "16", "--threads", "1", "--device", "cpu"]


def options(npz: Path) -> list[str]:
    return ["--data", str(npz), "--epochs", "2", "--validation", "0.1", *TINY]


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert cli.main([*arguments, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    return document


@pytest.fixture
def run(npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "run"
    arguments = ["train", "cvae", *options(npz), "--latent", "2", "--out", str(folder)]
    assert cli.main([*arguments, "--no-figures"]) == 0
    capsys.readouterr()
    return folder


def test_train_says_what_it_does(
    npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert cli.main(["train", "vae", *options(npz), "--out", str(folder), "--no-figures"]) == 0
    out, err = capsys.readouterr()
    assert "E[log p(x|z)]" in out
    assert f"vaemodels evaluate {folder}" in out
    assert "VAE on" in err
    assert "dynamic binarization" in err
    assert "1 thread, seed 0" in err
    assert "\x1b" not in out + err
    names = {path.name for path in folder.iterdir()}
    assert names == {"config.json", "metrics.jsonl", "checkpoint.pt", "best.pt"}


def test_train_json(npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train", "cvae", *options(npz), "--latent", "2", "--out", str(tmp_path / "run")]
    document = as_json(capsys, *arguments)
    assert document["epochs"] == 2
    assert document["hardware"]["precision"] in ("float32", "bfloat16")
    assert document["metrics"]["epoch"] == 2
    names = {Path(path).stem for path in document["figures"]}
    planes = {"manifold_0", "manifold_1", "manifold_2"}
    expected = {"curves", "reconstructions", "samples", "class_grid", "latent", "posteriors"}
    assert names == expected | planes
    for path in document["figures"]:
        assert Path(path).stat().st_size > 1000


def test_evaluate(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = as_json(capsys, "evaluate", str(run), "--importance-samples", "70")
    contract = {"elbo", "nll", "importance_samples", "reconstruction", "kl", "active_units", "n"}
    assert contract | {"binarization"} <= document.keys()
    assert document["elbo"] == pytest.approx(document["reconstruction"] - document["kl"])
    assert document["kl"] == pytest.approx(sum(document["kl_per_dimension"]))
    assert -document["nll"] > document["elbo"]
    assert (document["n"], document["importance_samples"]) == (20, 70)
    assert document["binarization"] == "dynamic"
    assert 0 <= document["conditional_accuracy"] <= 1
    assert 0 <= document["probe_accuracy"] <= 1
    assert document["test_evaluations"] == 1
    again = as_json(capsys, "evaluate", str(run), "--importance-samples", "70")
    assert again["test_evaluations"] == 2
    for key in ("elbo", "nll", "active_units", "conditional_accuracy"):
        assert again[key] == document[key]
    held_out = as_json(capsys, "evaluate", str(run), "--split", "validation", "--no-classifier")
    assert "test_evaluations" not in held_out
    assert len((run / "test_evaluations.jsonl").read_text().splitlines()) == 2
    assert json.loads((run / "evaluation_test.json").read_text()) == again
    assert cli.main(["evaluate", str(run), "--importance-samples", "2"]) == 0
    table = capsys.readouterr().out
    assert "E[log p(x|z)]" in table
    assert "right class" in table


def test_sample(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "samples.npz"
    arguments = ["sample", str(run), "-n", "7", "--class", "2", "--out", str(file)]
    assert as_json(capsys, *arguments)["files"] == [str(file)]
    arrays = np.load(file)
    assert arrays["images"].shape == (7, 1, 8, 8)
    assert arrays["labels"].tolist() == [2] * 7
    assert cli.main(["sample", str(run), "-n", "7"]) == 0
    printed = capsys.readouterr().out.split()
    assert printed == [str(run / "samples.svg"), str(run / "samples.png")]


def test_figures_and_export(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = as_json(capsys, "figures", str(run), "--out", str(tmp_path / "figures"))
    assert all(Path(path).exists() for path in document["figures"])
    files = as_json(capsys, "export", str(run))["files"]
    assert {Path(path).name for path in files} >= {"decoder.onnx", "decoder.f16"}


def test_benchmark(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["benchmark", "--rounds", "1", "--steps", "1", "--batch", "8", *TINY[:2]]
    document = as_json(capsys, *arguments, "--out", str(tmp_path / "benchmark.json"))
    rows = {row["name"]: row for row in document["rows"]}
    assert rows["conventional loop, float32"]["ratio"] == 1.0
    assert rows["vaemodels, float32"]["images_per_second"] > 0
    assert any("architecture" in name for name in rows)
    assert json.loads((tmp_path / "benchmark.json").read_text()) == document


WRONG = [
    (["train"], "Say which model"),
    (["train", "vae", "--data", "cifar"], "There is no dataset 'cifar'"),
    (["train", "vae", "--data", "nowhere.npz"], "There is no file nowhere.npz"),
    (["train", "vae", "--data", "mnist", "--data-dir", "/nowhere"], "holds neither"),
    (["train", "vae", "--latent", "0"], "latent must be at least 1"),
    (["train", "vae", "--observation", "gaussian"], "--binarization none"),
    (["train", "vae", "--resume", "nowhere", "--out", "x"], "without --out"),
    (["train", "--resume", "nowhere"], "There is no checkpoint"),
    (["evaluate", "nowhere"], "There is no checkpoint"),
    (["sample", "nowhere"], "There is no checkpoint"),
    (["export", "nowhere"], "There is no checkpoint"),
]


@pytest.mark.parametrize(("arguments", "why"), WRONG, ids=lambda value: " ".join(value)[:40])
def test_wrong_usage_is_explained(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert why in err
    assert err.startswith("vaemodels: ")
    assert "Traceback" not in err
    assert out == ""


@pytest.mark.parametrize("arguments", [[], ["learn"], ["train", "gan"], ["train", "--epochs", "x"]])
def test_argparse_explains_the_rest(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert "usage: vaemodels" in capsys.readouterr().err


def test_questions_that_make_no_sense(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, why in (
        (["sample", str(run), "--class", "9"], "There is no class '9'; there are 0, 1, 2"),
        (["sample", str(run), "-n", "0"], "-n must be at least 1"),
        (["sample", str(run), "--temperature", "-1"], "--temperature must not be negative"),
        (["evaluate", str(run), "--importance-samples", "0"], "got 0"),
        (["evaluate", str(run), "--first", "99"], r"must lie in 1 … 20, got 99"),
        (["train", "--resume", str(run), "--latent", "5"], "model.latent: 2, not 5"),
        (["train", "vae", "--resume", str(run)], "model.kind: cvae, not vae"),
        (["benchmark", "--rounds", "0"], "must be at least 1"),
    ):
        assert cli.main(arguments) == 2, arguments
        assert why in capsys.readouterr().err


def test_a_vae_has_no_classes(
    npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "vae")
    assert cli.main(["train", "vae", *options(npz), "--out", folder, "--no-figures"]) == 0
    assert cli.main(["sample", folder, "--class", "1"]) == 2
    assert "knows no classes" in capsys.readouterr().err


def test_values_outside_the_unit_interval(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "wide.npz", images=np.linspace(-1, 2, 40 * 64).reshape(40, 8, 8))
    arguments = ["train", "vae", "--data", str(tmp_path / "wide.npz"), *TINY]
    assert cli.main(arguments) == 2
    assert "needs values in [0, 1]; the images go from" in capsys.readouterr().err


def test_default_folders_are_numbered(
    npz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in (1, 2):
        document = as_json(capsys, "train", "vae", *options(npz), "--no-figures")
        assert document["folder"] == f"runs/vae-tiny-{number}"


def test_ctrl_c_and_resume(npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    arguments = ["train", "vae", *options(npz), "--epochs", "100000", "--out", str(folder)]
    child = subprocess.Popen(
        [sys.executable, "-m", "vaemodels", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + 100
    while not (folder / "best.pt").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert f"Stopped and saved. Go on with: vaemodels train --resume {folder}" in err
    assert "Traceback" not in err
    done = len(read_metrics(folder))
    assert done >= 1
    assert cli.main(["train", "--resume", str(folder), "--epochs", "5"]) == 2
    assert "optimization.epochs: 100000, not 5" in capsys.readouterr().err


def test_resuming_a_finished_run_changes_nothing(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (run / "checkpoint.pt").read_bytes()
    assert as_json(capsys, "train", "--resume", str(run), "--no-figures")["epochs"] == 2
    assert (run / "checkpoint.pt").read_bytes() == before


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in cli.COMMANDS:
        with pytest.raises(SystemExit) as left:
            cli.main([name, "--help"])
        assert left.value.code == 0
        assert f"usage: vaemodels {name}" in capsys.readouterr().out


def test_threads_wait_without_spinning_unless_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "put back at the end")
    monkeypatch.delenv("OMP_WAIT_POLICY")
    assert cli.main(["sample", "nowhere"]) == 2
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert cli.main(["sample", "nowhere"]) == 2
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
