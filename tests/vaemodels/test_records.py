"""The record of a result: its command means the same run, and it names no folder."""

from __future__ import annotations

import argparse
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

import vaemodels
from vaemodels import cli, tally
from vaemodels.commands import train
from vaemodels.commands.options import given
from vaemodels.config import Config, Device, Kind, Precision, preset
from vaemodels.records import training_command

DIFFERENT: list[dict[str, Any]] = [
    {},
    {"kind": Kind.CVAE, "latent": 40, "channels": (8, 16), "subpixel": 2},
    {"dataset": "mnist", "folder": "/a b/c", "epochs": 3, "decay": 0.25, "seed": 5},
    {"observation": "gaussian-learned", "binarization": "none", "sigma": 0.25},
    {"bound": "iw", "samples": 5, "clip": 10.0, "patience": 3, "validation": 0.125},
    {"device": Device.CPU, "precision": Precision.FLOAT32, "threads": 1},
]


def read_back(command: str) -> Config:
    """The configuration that ``vaemodels train`` would make of a command line."""
    words = shlex.split(command)
    assert words[:2] == ["vaemodels", "train"]
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    arguments = parser.parse_args(words[2:])
    return preset(arguments.preset or "small", arguments.kind).replace(**given(arguments))


@pytest.mark.parametrize("changes", DIFFERENT, ids=str)
def test_the_command_means_the_same_run(changes: dict[str, Any]) -> None:
    config = preset("small", Kind.VAE).replace(**changes)
    command = training_command(config)
    if config.data.folder is not None:
        assert "/a b/c" not in command
        config = config.replace(folder="DIR")
    assert read_back(command) == config


def test_another_setting_makes_another_command() -> None:
    config = preset("small", Kind.VAE)
    commands = {training_command(config.replace(**changes)) for changes in DIFFERENT}
    assert len(commands) == len(DIFFERENT)


def test_evaluate_writes_a_record(
    config: Config, npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = tmp_path / "run", tmp_path / "record.json"
    words = ["train", "cvae", "--data", str(npz), "--epochs", "2", "--validation", "0.1"]
    small = ["--latent", "2", "--channels", "4", "--hidden", "16", "--batch", "16"]
    machine = ["--threads", "1", "--device", "cpu", "--no-figures"]
    assert cli.main([*words, *small, *machine, "--out", str(folder)]) == 0
    for _ in range(2):
        assert cli.main(["evaluate", str(folder), "--record", str(file)]) == 0
    found = json.loads(file.read_text())
    assert str(tmp_path) not in file.read_text()
    assert (found["data"], found["model"]) == ("tiny.npz", "cvae")
    assert found["training"]["epochs"] == 2
    assert found["training"]["hardware"]["device"]
    assert found["evaluation"]["test_evaluations"] == 2
    assert found["evaluation"]["n"] == 20
    assert "--latent 2" in found["commands"][0]
    assert found["commands"][1] == "vaemodels evaluate RUN --importance-samples 200"


def test_every_evaluation_on_test_images_is_counted(
    config: Config, npz: Path, tmp_path: Path
) -> None:
    small = {"epochs": 1, "channels": (4,), "hidden": 16, "latent": 2, "batch": 16, "threads": 1}
    run = vaemodels.train("vae", data=str(npz), out=tmp_path / "run", device="cpu", **small)
    run.evaluate(importance_samples=2)
    run.evaluate(run.data().validation, importance_samples=2)
    run.evaluate(importance_samples=3)
    lines = (run.folder / tally.TALLY).read_text().splitlines()
    assert [json.loads(line)["importance_samples"] for line in lines] == [2, 3]
    assert all(json.loads(line)["n"] == 20 for line in lines)
