"""One training loop: eager on a CPU, captured on one GPU, distributed under ``torchrun``.

A run can be stopped at any moment: what it has written is always whole, and going on from it gives
the same bytes as never having stopped.
"""

from __future__ import annotations

import json
import math
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import torch

from vaemodels import checkpoints, hardware, schedules
from vaemodels.checkpoints import Checkpoint, Position, write_atomically
from vaemodels.config import Config
from vaemodels.data import Splits, check_range
from vaemodels.distributed import World
from vaemodels.errors import CheckpointError, ConfigError, TrainingError
from vaemodels.evaluation import mean_squared_error, mean_terms
from vaemodels.hardware import describe
from vaemodels.interrupts import interrupts
from vaemodels.likelihoods import OptimalGaussianLikelihood
from vaemodels.models import build
from vaemodels.random import permutation
from vaemodels.steps import TOTALS, TrainingStep, adam

METRICS = "metrics.jsonl"
CONFIG = "config.json"
# Batches between two moments at which processes agree (whether to stop, to save, to give up), and
# at which a GPU is asked whether the loss is finite: asking makes it wait.
ROUND = 16

Metrics = dict[str, float | int]


class Observer:
    """Who watches a run; this one says nothing. Told by the leading process only."""

    def started(self, config: Config, position: Position, batches: int) -> None:
        """Training starts, or goes on, at ``position``; an epoch has ``batches`` batches."""

    def advanced(self, position: Position, metrics: Metrics) -> None:
        """Some batches were done; ``metrics`` are the means of the epoch so far."""

    def epoch_done(self, metrics: Metrics) -> None:
        """An epoch was done; ``metrics`` is its line of ``metrics.jsonl``."""


class Stopped(KeyboardInterrupt):
    """The user stopped the run; everything is saved in ``folder``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Stopped and saved. Go on with: vaemodels train --resume {folder}")
        self.folder = folder


class Trainer:
    """A run in progress: ``fit`` trains it to its end.

    Args:
        config: every ``auto`` resolved (``hardware.resolve``).
        data: on the CPU; it is moved to the device whole.
        folder: run folder, new, or holding the checkpoint to go on from.
        world: the processes that take part.
        observer: is told how it goes.
        checkpoint: where to go on from.
        save_every: seconds between checkpoints inside an epoch.

    Raises:
        ConfigError: a batch that the processes cannot share, or that is larger than the data.
        CheckpointError: a checkpoint of another configuration or of other data.
        DataError: values that the likelihood has no density for.
    """

    def __init__(
        self,
        config: Config,
        data: Splits,
        folder: Path,
        *,
        world: World | None = None,
        observer: Observer | None = None,
        checkpoint: Checkpoint | None = None,
        save_every: float = 60.0,
    ) -> None:
        self.config = config
        self.folder = folder
        self.world = world or World()
        self.observer = observer or Observer()
        self.save_every = save_every
        self.checksum = data.checksum
        check_range(data.train, config.model.observation)
        _check_batch(config, len(data.train), self.world)
        self.device = hardware.apply(config)
        self.train = data.train.to(self.device)
        self.validation = data.validation.to(self.device)
        self.batches = len(self.train) // config.optimization.batch
        self.model = build(config.model, config.seed)
        hardware.place(self.model, config)
        self.optimizer = adam(self.model, config.optimization, self.device)
        self.step = TrainingStep(self.model, self.optimizer, self.train, config, self.world)
        self.position = Position()
        self.fresh = checkpoint is None
        if checkpoint is not None:
            self._restore(checkpoint)

    @property
    def learning_rate(self) -> float:
        """Learning rate of the next step."""
        settings = self.config.optimization
        steps = settings.epochs * self.batches
        return schedules.learning_rate(
            settings.learning_rate, settings.decay, self.position.step, steps
        )

    @property
    def beta(self) -> float:
        """Weight of the KL at the next step."""
        objective = self.config.objective
        epoch = self.position.step / self.batches
        return schedules.warmup(objective.beta, epoch, objective.warmup_epochs)

    def fit(self) -> list[Metrics]:
        """Train to the end; return the metrics of every epoch.

        Raises:
            Stopped: the user pressed Ctrl-C; the run is saved.
            TrainingError: the loss is not finite, or the disk is full; the last checkpoint is good.
        """
        history = self._open_folder()
        if self.world.leads:
            self.observer.started(self.config, self.position, self.batches)
        with interrupts() as wished, hardware.flushing_denormals():
            while not self._finished():
                seconds = self._epoch(wished)
                metrics = self._close_epoch(seconds)
                history.append(metrics)
                self._write_history(history)
                self._save(checkpoints.LAST)
                if self.world.leads:
                    self.observer.epoch_done(metrics)
        return history

    def _finished(self) -> bool:
        settings, at = self.config.optimization, self.position
        patience_lost = 0 < settings.patience <= at.epoch - at.best_epoch and at.best_epoch > 0
        return at.epoch >= settings.epochs or patience_lost

    def _epoch(self, wished: threading.Event) -> float:
        """Run an epoch, or what is left of it; return the seconds per epoch at that speed."""
        batch = self.config.optimization.batch
        order = permutation(self.config.seed, self.position.epoch, len(self.train))
        share = batch // self.world.size
        first = self.position.batch
        started = saved = time.monotonic()
        for number in range(first, self.batches):
            begin = number * batch + self.world.rank * share
            self.step(order[begin : begin + share], self.learning_rate, self.beta)
            self.position = replace(self.position, batch=number + 1, step=self.position.step + 1)
            if (number + 1) % ROUND and (self.device.type == "cuda" or self.world.size > 1):
                continue
            stop, save = self._agree(wished.is_set(), time.monotonic() - saved > self.save_every)
            if stop or save:
                self._save(checkpoints.LAST)
                saved = time.monotonic()
            if stop:
                raise Stopped(self.folder)
            if self.world.leads and (number + 1) % ROUND == 0:
                self.observer.advanced(self.position, self._means(self.step.totals))
        elapsed = time.monotonic() - started
        return elapsed * self.batches / max(1, self.batches - first)

    def _agree(self, stop: bool, save: bool) -> tuple[bool, bool]:
        """Whether any process wants to stop or to save; all give up together on a broken loss."""
        finite = bool(self.step.totals.isfinite().all())
        if self.world.size > 1:
            flags = torch.tensor([stop, save, not finite], dtype=torch.float32, device=self.device)
            stop, save, broken = (bool(flag) for flag in self.world.sum(flags).tolist())
            finite = not broken
        if not finite:
            self._give_up()
        return stop, save

    def _close_epoch(self, seconds: float) -> Metrics:
        """Validate, refit what has a closed form, keep the best; return the line of metrics."""
        totals = self.world.sum(self.step.totals)
        images = self.batches * self.config.optimization.batch
        metrics: Metrics = {
            "epoch": self.position.epoch + 1,
            "step": self.position.step,
            **self._means(totals),
            "beta": self.beta,
            "learning_rate": self.learning_rate,
        }
        if isinstance(self.model.observation, OptimalGaussianLikelihood):
            error = mean_squared_error(self.model, self.train, self.config, self.world)
            self.model.observation.refit(error)
            metrics["sigma"] = float(self.model.observation.sigma)
        self.step.totals.zero_()
        self.position = replace(self.position, epoch=self.position.epoch + 1, batch=0)
        if len(self.validation):
            terms = mean_terms(self.model, self.validation, self.config, self.world)
            metrics |= {
                "validation_elbo": terms.elbo,
                "validation_reconstruction": terms.reconstruction,
                "validation_kl": terms.kl,
            }
        if not all(math.isfinite(value) for value in metrics.values()):
            self._give_up()
        if len(self.validation):
            self._keep_best(terms.elbo)
        metrics["seconds"] = round(seconds, 3)
        metrics["images_per_second"] = round(images / max(seconds, 1e-9), 1)
        return metrics

    def _means(self, totals: torch.Tensor) -> Metrics:
        """Means per image of what ``totals`` sums."""
        sums = dict(zip(TOTALS, totals.tolist(), strict=True))
        images = max(1.0, sums["images"])
        reconstruction, kl = sums["reconstruction"] / images, sums["kl"] / images
        return {
            "train_objective": sums["objective"] / images,
            "train_elbo": reconstruction - kl,
            "train_reconstruction": reconstruction,
            "train_kl": kl,
        }

    def _keep_best(self, elbo: float) -> None:
        at = self.position
        if at.best_elbo is None or elbo > at.best_elbo:
            self.position = replace(at, best_epoch=at.epoch, best_elbo=elbo)
            self._save(checkpoints.BEST)

    def _give_up(self) -> NoReturn:
        last = self.folder / checkpoints.LAST
        raise TrainingError(
            f"The loss is not finite at epoch {self.position.epoch + 1}, step {self.position.step} "
            f"(learning rate {self.learning_rate:g}). The last good checkpoint is intact: {last}. "
            "Try a lower --learning-rate, or --clip 10."
        )

    def _save(self, name: str) -> None:
        totals = self.world.sum(self.step.totals)
        if self.world.leads:
            state = Checkpoint(
                config=self.config,
                data_checksum=self.checksum,
                position=self.position,
                classes=self.train.classes,
                model=self.model.state_dict(),
                optimizer=checkpoints.optimizer_tensors(self.optimizer),
                totals=totals,
            )
            checkpoints.save(state, self.folder / name)
        self.world.wait()

    def _restore(self, checkpoint: Checkpoint) -> None:
        if different := differences(checkpoint.config, self.config):
            raise CheckpointError(
                f"The checkpoint is of another configuration: {'; '.join(different)}. "
                "Go on with its own configuration, or train anew in another folder."
            )
        if checkpoint.data_checksum != self.checksum:
            raise CheckpointError(
                "The checkpoint was trained on other data: its SHA-256 is "
                f"{checkpoint.data_checksum[:12]}…, that of the data here {self.checksum[:12]}…."
            )
        self.model.load_state_dict(checkpoint.model)
        checkpoints.restore_optimizer(self.optimizer, checkpoint.optimizer)
        self.position = checkpoint.position
        self.step.number.fill_(checkpoint.position.step)
        if self.world.leads:
            self.step.totals.copy_(checkpoint.totals)

    def _open_folder(self) -> list[Metrics]:
        """Make the folder, or read its history up to the checkpoint."""
        if self.fresh and (self.folder / checkpoints.LAST).exists():
            raise CheckpointError(
                f"{self.folder} holds a run already. Go on with --resume {self.folder}, or choose "
                "another --out."
            )
        self.world.wait()
        if self.world.leads:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise TrainingError(f"{self.folder} cannot be made: {error.strerror}.") from error
            about = {**self.config.to_json(), "data_checksum": self.checksum}
            about |= {"hardware": describe(self.config)}
            write_atomically(self.folder / CONFIG, (json.dumps(about, indent=2) + "\n").encode())
        history = [] if self.fresh else read_metrics(self.folder)[: self.position.epoch]
        self._write_history(history)
        if self.fresh:
            self._save(checkpoints.LAST)
        return history

    def _write_history(self, history: list[Metrics]) -> None:
        if self.world.leads:
            lines = "".join(json.dumps(line) + "\n" for line in history)
            write_atomically(self.folder / METRICS, lines.encode())


def read_metrics(folder: Path) -> list[Metrics]:
    """The lines of ``metrics.jsonl``: one for each epoch."""
    path = folder / METRICS
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def differences(one: Config, other: Config) -> list[str]:
    """Entries that differ and that a run cannot change on its way, as ``name: a, not b``."""
    movable = {"device", "precision", "threads", "folder"}
    return [
        f"{name}: {first}, not {second}"
        for name, first, second in _pairs(one.to_json(), other.to_json())
        if first != second and name.rpartition(".")[2] not in movable
    ]


def _pairs(
    one: dict[str, object], other: dict[str, object], prefix: str = ""
) -> list[tuple[str, object, object]]:
    pairs: list[tuple[str, object, object]] = []
    for name, first in one.items():
        second = other[name]
        if isinstance(first, dict) and isinstance(second, dict):
            pairs += _pairs(first, second, f"{prefix}{name}.")
        else:
            pairs.append((prefix + name, first, second))
    return pairs


def _check_batch(config: Config, images: int, world: World) -> None:
    batch = config.optimization.batch
    if batch > images:
        raise ConfigError(
            f"A batch of {batch} is larger than the {images} training images: lower --batch."
        )
    if batch % world.size:
        raise ConfigError(f"{world.size} processes cannot share a batch of {batch} equally.")
