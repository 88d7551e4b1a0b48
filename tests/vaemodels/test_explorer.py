"""What the site's explorer reads says what the model computes."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from vaemodels import explorer, runs
from vaemodels.config import Config, Kind
from vaemodels.data import Splits
from vaemodels.errors import ConfigError
from vaemodels.evaluation import posteriors
from vaemodels.models import build
from vaemodels.runs import Run


def made(config: Config, checksum: str, folder: Path) -> Run:
    return Run(
        folder=folder,
        config=config,
        model=build(config.model, seed=2).requires_grad_(False),
        classes=("0", "1", "2"),
        position=runs.Position(),
        data_checksum=checksum,
    )


@pytest.fixture
def run(config: Config, splits: Splits, tmp_path: Path) -> Run:
    return made(config, splits.checksum, tmp_path)


def pixels(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8)


def test_every_test_image_stands_in_its_class_at_its_posterior_mean(
    run: Run, splits: Splits
) -> None:
    document = explorer.describe_plane(run, splits.test)
    means, scales = posteriors(run.model, splits.test, run.config)
    for c, entry in enumerate(document["classes"]):
        mine = means[splits.test.labels == c]
        np.testing.assert_allclose(np.array(entry["z"]), mine.numpy(), atol=5.1e-4)
    assert sum(len(entry["z"]) for entry in document["classes"]) == len(splits.test)
    for digit in document["digits"]:
        row = digit["test_image"]
        assert int(splits.test.labels[row]) == digit["class"]
        np.testing.assert_allclose(digit["mean"], means[row].numpy(), atol=5.1e-4)
        np.testing.assert_allclose(digit["scale"], scales[row].numpy(), atol=5.1e-5)


def test_pictures(run: Run, splits: Splits) -> None:
    document = explorer.describe_plane(run, splits.test)
    seen = pixels(document["digits"][0]["pixels"])
    assert set(seen.tolist()) <= {0, 255}, "not what a model of binary pixels saw"
    z = torch.tensor(document["still"]["z"])
    for c, text in enumerate(document["still"]["pixels"]):
        means = run.decode(z, torch.full((len(z),), c)).flatten().numpy()
        np.testing.assert_allclose(pixels(text) / 255, means, atol=0.5 / 255 + 1e-6)


def test_the_files_and_their_origin(run: Run, tmp_path: Path) -> None:
    paths = explorer.write(run, tmp_path / "out", "make it")
    assert [path.name for path in paths] == ["decoder.json", "decoder.f16", "explorer.json"]
    origin = json.loads(paths[2].read_text())["origin"]
    assert origin["command"] == "make it"
    assert origin["seed"] == run.config.seed
    assert Config.from_json(origin["config"]) == run.config


@pytest.mark.parametrize("change", [{"kind": Kind.VAE}, {"latent": 3}])
def test_other_models_are_refused(
    change: dict[str, object], config: Config, splits: Splits, tmp_path: Path
) -> None:
    other = made(config.replace(**change), splits.checksum, tmp_path)
    with pytest.raises(ConfigError, match="vaemodels train cvae --latent 2"):
        explorer.describe_plane(other, splits.test)
