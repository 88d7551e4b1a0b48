"""Checkpoints: whole or not there, and refused when damaged."""

from __future__ import annotations

import errno
import os
import pickle
from pathlib import Path

import pytest
import torch

from vaemodels import checkpoints
from vaemodels.checkpoints import Checkpoint, Position, load, save, to_bytes, write_atomically
from vaemodels.config import Config
from vaemodels.errors import CheckpointError, TrainingError
from vaemodels.models import build
from vaemodels.steps import adam


@pytest.fixture
def checkpoint(config: Config) -> Checkpoint:
    model = build(config.model)
    optimizer = adam(model, config.optimization, torch.device("cpu"))
    sum(parameter.square().sum() for parameter in model.parameters()).backward()  # type: ignore[union-attr]
    optimizer.step()
    return Checkpoint(
        config=config,
        data_checksum="abc",
        position=Position(epoch=2, batch=1, step=9, best_epoch=1, best_elbo=-3.25),
        classes=("0", "1", "2"),
        model=model.state_dict(),
        optimizer=checkpoints.optimizer_tensors(optimizer),
        totals=torch.arange(4, dtype=torch.float64),
    )


def test_loading_undoes_saving(checkpoint: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    save(checkpoint, path)
    found = load(path)
    assert found.config == checkpoint.config
    assert found.position == checkpoint.position
    assert (found.data_checksum, found.classes) == ("abc", ("0", "1", "2"))
    assert torch.equal(found.totals, checkpoint.totals)
    for part in ("model", "optimizer"):
        before, after = getattr(checkpoint, part), getattr(found, part)
        assert before.keys() == after.keys()
        assert all(torch.equal(before[name], after[name]) for name in before)
    assert to_bytes(found) == path.read_bytes()
    assert not list(tmp_path.glob("*.partial"))


def test_the_optimizer_goes_on_where_it_was(checkpoint: Checkpoint) -> None:
    model = build(checkpoint.config.model)
    optimizer = adam(model, checkpoint.config.optimization, torch.device("cpu"))
    checkpoints.restore_optimizer(optimizer, checkpoint.optimizer)
    found = checkpoints.optimizer_tensors(optimizer)
    assert found.keys() == checkpoint.optimizer.keys()
    assert all(torch.equal(found[name], checkpoint.optimizer[name]) for name in found)


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_a_truncated_checkpoint_is_refused(
    checkpoint: Checkpoint, tmp_path: Path, keep: int
) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(to_bytes(checkpoint)[:keep])
    with pytest.raises(CheckpointError, match="is not a checkpoint of vaemodels"):
        load(path)


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.system, ("touch exploded",))


def test_a_checkpoint_cannot_run_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, write in (("torch.pt", torch.save), ("pickle.pt", _pickle)):
        write(Bomb(), tmp_path / name)
        with pytest.raises(CheckpointError):
            load(tmp_path / name)
    assert not (tmp_path / "exploded").exists()


def _pickle(value: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(value, protocol=2))


def test_no_checkpoint_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="Train first: vaemodels train"):
        load(tmp_path / "checkpoint.pt")


def test_another_format_is_named(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "FORMAT", 99)
    save(checkpoint, tmp_path / "checkpoint.pt")
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="format 99; this version reads format 1"):
        load(tmp_path / "checkpoint.pt")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checkpoint.pt"
    write_atomically(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match=r"No space left.*last good checkpoint.pt is intact"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert not path.with_name("checkpoint.pt.partial").exists()


def test_a_crash_while_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checkpoint.pt"
    write_atomically(path, b"old")

    def crash(descriptor: int) -> None:
        raise SystemExit

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(SystemExit):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
