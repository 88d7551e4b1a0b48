"""The loop: it learns, stops and goes on bit for bit, and never loses a good checkpoint."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vaemodels import checkpoints
from vaemodels import data as datasets
from vaemodels.checkpoints import Position
from vaemodels.config import Binarization, Config, Objective, Observation
from vaemodels.data import Splits
from vaemodels.distributed import World
from vaemodels.errors import CheckpointError, ConfigError, DataError, TrainingError
from vaemodels.steps import TrainingStep
from vaemodels.training import Metrics, Observer, Stopped, Trainer, read_metrics

TIMES = ("seconds", "images_per_second")


def outcome(folder: Path) -> tuple[bytes, bytes, list[Metrics]]:
    """What must be equal for two runs to be the same run: all but the times."""
    metrics = [
        {name: value for name, value in line.items() if name not in TIMES}
        for line in read_metrics(folder)
    ]
    return (folder / "checkpoint.pt").read_bytes(), (folder / "best.pt").read_bytes(), metrics


@pytest.fixture
def finished(config: Config, splits: Splits, tmp_path: Path) -> Path:
    folder = tmp_path / "whole"
    Trainer(config, splits, folder).fit()
    return folder


def test_a_run_leaves_what_it_promises(finished: Path, config: Config, splits: Splits) -> None:
    about = json.loads((finished / "config.json").read_text())
    assert about["seed"] == 7
    assert about["data_checksum"] == splits.checksum
    assert about["hardware"]["threads"] == 1
    lines = read_metrics(finished)
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert lines[-1]["step"] == 12
    assert lines[-1]["train_elbo"] > lines[0]["train_elbo"]
    for line in lines:
        elbo = line["validation_reconstruction"] - line["validation_kl"]
        assert line["validation_elbo"] == pytest.approx(elbo)
    assert checkpoints.load(finished / "checkpoint.pt").position.epoch == 3
    best = checkpoints.load(finished / "best.pt").position
    assert best.best_elbo == max(line["validation_elbo"] for line in lines)
    assert not list(finished.glob("*.partial"))


def test_two_runs_are_the_same_run(
    finished: Path, config: Config, splits: Splits, tmp_path: Path
) -> None:
    torch.manual_seed(99)
    Trainer(config, splits, tmp_path / "again").fit()
    assert outcome(tmp_path / "again") == outcome(finished)


def test_another_seed_is_another_run(
    finished: Path, config: Config, splits: Splits, tmp_path: Path
) -> None:
    Trainer(config.replace(seed=8), splits, tmp_path / "other").fit()
    assert outcome(tmp_path / "other")[2] != outcome(finished)[2]


def stop_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Press Ctrl-C in the middle of the given step."""
    original = TrainingStep.__call__
    calls = [0]

    def pressed(self: TrainingStep, *arguments: object) -> None:
        calls[0] += 1
        if calls[0] == step:
            os.kill(os.getpid(), signal.SIGINT)
        original(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(TrainingStep, "__call__", pressed)


@pytest.mark.parametrize("step", [1, 2, 4, 5, 11])
def test_ctrl_c_saves_and_the_run_goes_on_bit_for_bit(
    finished: Path,
    config: Config,
    splits: Splits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
) -> None:
    folder = tmp_path / "stopped"
    with monkeypatch.context() as patch:
        stop_at(patch, step)
        with pytest.raises(Stopped, match=re.escape(str(folder))):
            Trainer(config, splits, folder).fit()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    saved = checkpoints.load(folder / "checkpoint.pt")
    assert saved.position.step == step
    Trainer(config, splits, folder, checkpoint=saved).fit()
    assert outcome(folder) == outcome(finished)


@pytest.mark.parametrize("lost", ["moments of Adam", "position", "totals"])
def test_a_resume_that_loses_something_would_be_noticed(
    finished: Path,
    config: Config,
    splits: Splits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lost: str,
) -> None:
    """The faults that the test above is there to catch."""
    folder = tmp_path / "stopped"
    with monkeypatch.context() as patch:
        stop_at(patch, 6)
        with pytest.raises(Stopped):
            Trainer(config, splits, folder).fit()
    saved = checkpoints.load(folder / "checkpoint.pt")
    if lost == "moments of Adam":
        saved = replace(saved, optimizer={n: 0 * t for n, t in saved.optimizer.items()})
    elif lost == "position":
        saved = replace(saved, position=replace(saved.position, batch=0))
    else:
        saved = replace(saved, totals=torch.zeros_like(saved.totals))
    Trainer(config, splits, folder, checkpoint=saved).fit()
    assert outcome(folder) != outcome(finished)


def test_a_finished_run_stays_as_it_is(finished: Path, config: Config, splits: Splits) -> None:
    before = outcome(finished)
    saved = checkpoints.load(finished / "checkpoint.pt")
    Trainer(config, splits, finished, checkpoint=saved).fit()
    assert outcome(finished) == before


def test_saving_between_epochs_changes_nothing(
    finished: Path, config: Config, splits: Splits, tmp_path: Path
) -> None:
    Trainer(config, splits, tmp_path / "often", save_every=0.0).fit()
    assert outcome(tmp_path / "often") == outcome(finished)


def test_a_folder_is_never_overwritten(finished: Path, config: Config, splits: Splits) -> None:
    with pytest.raises(CheckpointError, match=r"holds a run already\. Go on with --resume"):
        Trainer(config, splits, finished).fit()


def break_loss(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Make a parameter NaN before the given step, as an overflow would."""
    original = TrainingStep.__call__
    calls = [0]

    def broken(self: TrainingStep, *arguments: object) -> None:
        calls[0] += 1
        if calls[0] == step:
            self.parameters[0].data.fill_(float("nan"))
        original(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(TrainingStep, "__call__", broken)


def test_a_nan_loss_leaves_the_last_good_checkpoint(
    config: Config, splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_loss(monkeypatch, 7)
    with pytest.raises(TrainingError, match=r"not finite at epoch 2, step 7.*is intact.*--clip"):
        Trainer(config, splits, tmp_path / "nan").fit()
    saved = checkpoints.load(tmp_path / "nan" / "checkpoint.pt")
    assert saved.position.epoch == 1
    assert all(tensor.isfinite().all() for tensor in saved.model.values())


def test_an_update_that_breaks_the_last_batch_is_not_saved(
    config: Config, splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss was still finite: the parameters after it are not."""
    original = TrainingStep.__call__

    def broken(self: TrainingStep, *arguments: object) -> None:
        original(self, *arguments)  # type: ignore[arg-type]
        if int(self.number) == 8:
            self.parameters[0].data.fill_(float("nan"))

    monkeypatch.setattr(TrainingStep, "__call__", broken)
    with pytest.raises(TrainingError, match="not finite at epoch 3"):
        Trainer(config, splits, tmp_path / "nan").fit()
    saved = checkpoints.load(tmp_path / "nan" / "checkpoint.pt")
    assert all(tensor.isfinite().all() for tensor in saved.model.values())


def test_a_full_disk_leaves_the_last_good_checkpoint(
    config: Config, splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original: Callable[[int], None] = os.fsync
    calls = [0]

    def filling(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] > 14:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        original(descriptor)

    monkeypatch.setattr(os, "fsync", filling)
    with pytest.raises(TrainingError, match=r"No space left on device.*intact"):
        Trainer(config, splits, tmp_path / "full").fit()
    saved = checkpoints.load(tmp_path / "full" / "checkpoint.pt")
    assert saved.position.epoch >= 1


def test_a_checkpoint_of_another_config_is_refused(
    finished: Path, config: Config, splits: Splits
) -> None:
    saved = checkpoints.load(finished / "checkpoint.pt")
    before = outcome(finished)
    with pytest.raises(CheckpointError, match=r"another configuration: model.latent: 2, not 5"):
        Trainer(config.replace(latent=5), splits, finished, checkpoint=saved)
    Trainer(config.replace(threads=1), splits, finished, checkpoint=saved)
    assert outcome(finished) == before


def test_a_checkpoint_of_other_data_is_refused(finished: Path, config: Config, npz: Path) -> None:
    import numpy as np

    arrays = dict(np.load(npz))
    arrays["images"][0, 0, 0] ^= 1
    np.savez(npz, **arrays)
    saved = checkpoints.load(finished / "checkpoint.pt")
    with pytest.raises(CheckpointError, match="trained on other data"):
        Trainer(config, datasets.load(config.data), finished, checkpoint=saved)


def test_patience_ends_a_run(config: Config, splits: Splits, tmp_path: Path) -> None:
    """With a learning rate that does nothing, the validation ELBO stays where it is."""
    still = config.replace(epochs=50, patience=2, learning_rate=1e-30)
    history = Trainer(still, splits, tmp_path / "patient").fit()
    assert len(history) == 3


def test_without_validation_nothing_is_best(config: Config, npz: Path, tmp_path: Path) -> None:
    bare = config.replace(validation=0.0)
    history = Trainer(bare, datasets.load(bare.data), tmp_path / "bare").fit()
    assert "validation_elbo" not in history[0]
    assert not (tmp_path / "bare" / "best.pt").exists()


@pytest.mark.parametrize("observation", [o for o in Observation if o is not Observation.BERNOULLI])
def test_every_likelihood_trains(
    config: Config, splits: Splits, tmp_path: Path, observation: Observation
) -> None:
    grey = config.replace(observation=observation, binarization=Binarization.NONE, epochs=6)
    history = Trainer(grey, splits, tmp_path / "grey").fit()
    assert history[-1]["train_elbo"] > history[0]["train_elbo"]
    if observation is Observation.GAUSSIAN_OPTIMAL:
        assert history[-1]["sigma"] < history[0]["sigma"]


@pytest.mark.parametrize(
    "changes",
    [
        {"beta": 4.0, "warmup_epochs": 1.0},
        {"free_bits": 0.5},
        {"bound": Objective.IMPORTANCE_WEIGHTED, "samples": 5},
        {"samples": 3},
        {"clip": 1.0},
        {"binarization": Binarization.THRESHOLD},
    ],
    ids=str,
)
def test_every_objective_trains(
    config: Config, splits: Splits, tmp_path: Path, changes: dict[str, object]
) -> None:
    history = Trainer(config.replace(**changes), splits, tmp_path / "run").fit()
    assert history[-1]["train_objective"] > history[0]["train_objective"] - 20
    if "beta" in changes:
        assert [line["beta"] for line in history] == [4.0, 4.0, 4.0]
    if "free_bits" in changes:
        line = history[-1]
        assert line["train_objective"] <= line["train_elbo"] + 1e-9


def test_values_out_of_range_are_refused(config: Config, npz: Path, tmp_path: Path) -> None:
    import numpy as np

    np.savez(npz, images=np.full((60, 8, 8), 3.0))
    wide = config.replace(classes=3)
    with pytest.raises(DataError, match="go from 3 to 3"):
        Trainer(wide, datasets.load(wide.data), tmp_path / "run")


def test_a_batch_that_does_not_fit_is_refused(
    config: Config, splits: Splits, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="batch of 500 is larger than the 72 training images"):
        Trainer(config.replace(batch=500), splits, tmp_path / "run")
    with pytest.raises(ConfigError, match="3 processes cannot share a batch of 16"):
        Trainer(config, splits, tmp_path / "run", world=World(rank=0, size=3))


def test_the_observer_sees_it_all(config: Config, splits: Splits, tmp_path: Path) -> None:
    seen: list[str] = []

    class Watcher(Observer):
        def started(self, config: Config, position: Position, batches: int) -> None:
            seen.append(f"started at {position.epoch} of {config.optimization.epochs}, {batches}")

        def advanced(self, position: Position, metrics: Metrics) -> None:
            seen.append(f"step {position.step}")

        def epoch_done(self, metrics: Metrics) -> None:
            seen.append(f"epoch {metrics['epoch']}")

    many = config.replace(batch=4)
    Trainer(many, splits, tmp_path / "run", observer=Watcher()).fit()
    assert seen[:3] == ["started at 0 of 3, 18", "step 16", "epoch 1"]


@pytest.mark.cuda
def test_a_captured_step_takes_the_steps_of_an_eager_one(
    config: Config, splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vaemodels.config import Device

    there = config.replace(device=Device.CUDA)
    captured = Trainer(there, splits, tmp_path / "captured")
    assert captured.step.captures
    captured.fit()
    assert captured.step.graph is not None
    eager = Trainer(there, splits, tmp_path / "eager")
    eager.step.captures = False
    eager.fit()
    for one, two in zip(captured.model.parameters(), eager.model.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5)
