"""Checkpoints: everything that a run needs to go on bit for bit, in one file.

The file is a flat dictionary of tensors beside one JSON text, read with ``weights_only``: nothing
in it can run code. It is written aside, flushed to the disk and renamed, so that at every moment
the name stands for a whole checkpoint: the old one or the new one. Equal states make equal bytes.
"""

from __future__ import annotations

import io
import json
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vaemodels.config import Config
from vaemodels.errors import CheckpointError, ConfigError, TrainingError

FORMAT = 1
LAST = "checkpoint.pt"
BEST = "best.pt"


@dataclass(frozen=True, kw_only=True)
class Position:
    """How far training has come, and all that its random numbers depend on beside the seed.

    Attributes:
        epoch: whole epochs done.
        batch: batches done of the epoch after those.
        step: optimizer steps done.
        best_epoch: epoch with the best validation ELBO so far (0: none).
        best_elbo: that ELBO, nats per image.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    best_epoch: int = 0
    best_elbo: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint:
    """State of a run.

    Attributes:
        config: the run's configuration, every ``auto`` resolved.
        data_checksum: SHA-256 of the data.
        position: where training stands; with ``config.seed`` it is the state of the generator,
            for all noise is a function of (seed, step, example).
        classes: names of the classes.
        model: the model's parameters and buffers.
        optimizer: the optimizer's tensors, by ``parameter.name``.
        totals: sums over the batches done of the unfinished epoch.
    """

    config: Config
    data_checksum: str
    position: Position
    classes: tuple[str, ...]
    model: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    totals: Tensor


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """The checkpoint as the bytes of its file."""
    about = {
        "format": FORMAT,
        "config": checkpoint.config.to_json(),
        "data_checksum": checkpoint.data_checksum,
        "position": vars(checkpoint.position),
        "rng": {"seed": checkpoint.config.seed, "step": checkpoint.position.step},
        "classes": checkpoint.classes,
    }
    flat: dict[str, Any] = {"about": json.dumps(about), "totals": checkpoint.totals.cpu()}
    flat |= {f"model/{name}": tensor.cpu() for name, tensor in checkpoint.model.items()}
    flat |= {f"optimizer/{name}": tensor.cpu() for name, tensor in checkpoint.optimizer.items()}
    buffer = io.BytesIO()
    torch.save(flat, buffer)
    return buffer.getvalue()


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write ``checkpoint`` to ``path`` atomically.

    Raises:
        TrainingError: the disk is full or cannot be written; what stood at ``path`` is intact.
    """
    write_atomically(path, to_bytes(checkpoint))


def write_atomically(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content``: written aside, fsynced, renamed, the rename fsynced too.

    Raises:
        TrainingError: it cannot be written; what stood at ``path`` is intact.
    """
    aside = path.with_name(f"{path.name}.partial")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        aside.unlink(missing_ok=True)
        kept = f" The last good {path.name} is intact." if path.exists() else ""
        raise TrainingError(f"{path} cannot be written: {error.strerror}.{kept}") from error


def load(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        CheckpointError: no such file, a damaged file, or one of another format.
    """
    try:
        flat = torch.load(path, map_location="cpu", weights_only=True)
        about = json.loads(flat["about"])
        if about["format"] != FORMAT:
            raise CheckpointError(
                f"{path} has format {about['format']}; this version reads format {FORMAT}."
            )
        return Checkpoint(
            config=Config.from_json(about["config"]),
            data_checksum=about["data_checksum"],
            position=Position(**about["position"]),
            classes=tuple(about["classes"]),
            model=_below("model/", flat),
            optimizer=_below("optimizer/", flat),
            totals=flat["totals"],
        )
    except FileNotFoundError:
        raise CheckpointError(
            f"There is no checkpoint {path}. Train first: vaemodels train vae --out DIR."
        ) from None
    except (
        RuntimeError,
        pickle.UnpicklingError,
        EOFError,
        OSError,
        KeyError,
        TypeError,
        ValueError,
        ConfigError,
    ) as error:
        raise CheckpointError(f"{path} is not a checkpoint of vaemodels: {error}") from error


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state by ``number of the parameter.name``; its settings are the config's."""
    state = optimizer.state_dict()["state"]
    return {
        f"{index}.{name}": tensor
        for index, entries in state.items()
        for name, tensor in entries.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """The inverse of ``optimizer_tensors``."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _below(prefix: str, flat: dict[str, Any]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in flat.items()
        if name.startswith(prefix)
    }
