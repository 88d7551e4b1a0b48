"""From Python: three lines to train, two to sample."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import vaemodels
from vaemodels.config import Config, Device, Precision
from vaemodels.errors import CheckpointError, ConfigError
from vaemodels.runs import Run

TINY: dict[str, Any] = {
    "channels": (4,),
    "hidden": 16,
    "latent": 2,
    "batch": 16,
    "epochs": 2,
    "threads": 1,
    "device": Device.CPU,
}


@pytest.fixture
def run(npz: Path, tmp_path: Path) -> Run:
    return vaemodels.train("cvae", data=str(npz), out=tmp_path / "run", **TINY)


def test_training_and_sampling(run: Run) -> None:
    assert [line["epoch"] for line in run.metrics] == [1, 2]
    images = run.sample(classes=[2, 0, 1])
    assert images.shape == (3, 1, 8, 8)
    assert 0 <= float(images.min()) <= float(images.max()) <= 1
    assert torch.equal(run.sample(classes=[2, 0, 1]), images)
    assert not torch.equal(run.sample(classes=[2, 0, 1], seed=1), images)
    assert run.sample(5).shape[0] == 5
    middle = run.sample(classes=[1, 1], temperature=0.0)
    assert torch.equal(middle[0], middle[1])


def test_loading_gives_the_same_model(run: Run) -> None:
    again = vaemodels.load(run.folder)
    assert torch.equal(again.sample(6), run.sample(6))
    assert again.config == run.config
    assert again.classes == ("0", "1", "2")


def test_the_best_model_is_loaded_unless_another_is_asked_for(run: Run) -> None:
    last = vaemodels.load(run.folder, "checkpoint.pt")
    assert last.position.epoch == 2
    assert run.position.epoch == run.position.best_epoch


def test_a_run_knows_its_data_and_its_worth(run: Run) -> None:
    result = run.evaluate(importance_samples=3)
    assert result.terms.n == 20
    x = run.data().test.images[:4].float() / 255
    mean, scale = run.encode(x, torch.tensor([0, 1, 2, 0]))
    assert mean.shape == scale.shape == (4, 2)
    decoded = run.decode(mean, torch.tensor([0, 1, 2, 0]))
    assert decoded.shape == x.shape


def test_other_data_is_noticed(run: Run, npz: Path) -> None:
    arrays = dict(np.load(npz))
    arrays["images"][0, 0, 0] ^= 1
    np.savez(npz, **arrays)
    with pytest.raises(CheckpointError, match=r"is not the data that .* was trained on"):
        run.evaluate()


def test_odd_questions_are_refused(run: Run) -> None:
    with pytest.raises(ConfigError, match=r"Classes must lie in 0 … 2; got \[5\]"):
        run.sample(classes=[5])
    with pytest.raises(ConfigError, match="3 samples were asked for, and 2 classes given"):
        run.sample(3, classes=[0, 1])
    with pytest.raises(ConfigError, match="no parameter 'epoch'"):
        vaemodels.train("vae", epoch=3)


def test_a_damaged_folder_is_refused(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.folder, tmp_path / "copy")
    (tmp_path / "copy" / "best.pt").write_bytes(b"PK")
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        vaemodels.load(tmp_path / "copy")


def test_a_run_of_a_machine_with_a_gpu_loads_on_one_without(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vaemodels import hardware

    there: Config = run.config.replace(device=Device.CUDA, precision=Precision.BFLOAT16)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    here = hardware.resolve(hardware.usable(there))
    assert here.device is Device.CPU
    assert here.threads >= 1


@pytest.mark.parametrize("shape", [(32, 16, 3), (24, 40)])
def test_own_images_of_any_size_that_the_strides_divide(
    shape: tuple[int, ...], tmp_path: Path
) -> None:
    images = np.random.default_rng(0).random((40, *shape)).astype(np.float32)
    np.savez(tmp_path / "own.npz", images=images)
    parameters = {**TINY, "channels": (4, 6, 8), "epochs": 1}
    run = vaemodels.train("vae", data=str(tmp_path / "own.npz"), out=tmp_path / "own", **parameters)
    expected = (1, *shape) if len(shape) == 2 else (shape[2], *shape[:2])
    assert run.config.model.image_shape == expected
    assert run.sample(2).shape == (2, *expected)


def test_an_image_that_the_strides_do_not_divide(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", images=np.zeros((40, 10, 8), np.uint8))
    with pytest.raises(ConfigError, match="multiples of 4; got 10×8"):
        vaemodels.train("vae", data=str(tmp_path / "own.npz"), out=tmp_path / "own")
    assert not (tmp_path / "own").exists()
