"""A trained model from Python: ``train``, ``load``, and what a run can be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vaemodels import checkpoints, hardware
from vaemodels import data as datasets
from vaemodels.checkpoints import Position
from vaemodels.config import Config, Kind
from vaemodels.config import preset as config_of_preset
from vaemodels.data import Dataset, Splits
from vaemodels.distributed import World, world
from vaemodels.errors import CheckpointError, ConfigError
from vaemodels.evaluation import Evaluation, evaluate
from vaemodels.models import ConvolutionalModel, build
from vaemodels.random import Stream, normal
from vaemodels.sources import ProgressFactory
from vaemodels.tally import count_test_evaluation
from vaemodels.training import Metrics, Observer, Trainer, read_metrics


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """A trained model and where it came from.

    Attributes:
        folder: run folder.
        config: its configuration, resolved for this machine.
        model: the model, on its device, not to be trained further.
        classes: names of the classes.
        position: where training stood when the model was saved.
        data_checksum: SHA-256 of the data that it was trained on.
    """

    folder: Path
    config: Config
    model: ConvolutionalModel
    classes: tuple[str, ...]
    position: Position
    data_checksum: str

    @property
    def device(self) -> torch.device:
        return self.model.mean_of_prior.device

    @property
    def metrics(self) -> list[Metrics]:
        """A dictionary for each epoch, as ``metrics.jsonl`` holds them."""
        return read_metrics(self.folder)

    def data(self) -> Splits:
        """The data that the run was trained on, on the CPU.

        Raises:
            DataError: it cannot be found, or is other data now.
        """
        splits = datasets.load(self.config.data)
        if splits.checksum != self.data_checksum:
            raise CheckpointError(
                f"{self.config.data.dataset} is not the data that {self.folder} was trained on: "
                f"its SHA-256 is {splits.checksum[:12]}…, expected {self.data_checksum[:12]}…."
            )
        return splits

    @torch.no_grad()
    def sample(
        self,
        n: int | None = None,
        classes: list[int] | Tensor | None = None,
        seed: int = 0,
        temperature: float = 1.0,
    ) -> Tensor:
        """Images: means of p(x|z, c) at z ~ p(z).

        Args:
            n: how many (default 10, or one for each entry of ``classes``).
            classes: the class of each image (default: 0, 1, … in turn).
            seed: of z.
            temperature: standard deviation τ of z ~ N(0, τ² I); at 1 these are the model's
                samples, below 1 they are more typical and less varied.

        Returns:
            (N, channels, height, width), on the CPU.
        """
        if classes is None:
            count = 10 if n is None else n
            classes = torch.arange(count) % len(self.classes)
        c = torch.as_tensor(classes, dtype=torch.int64)
        if n is not None and len(c) != n:
            raise ConfigError(f"{n} samples were asked for, and {len(c)} classes given.")
        return self.decode(temperature * self.prior_samples(len(c), seed), c)

    def prior_samples(self, n: int, seed: int = 0) -> Tensor:
        """z ~ N(0, I), (n, K): the same first rows for any larger n."""
        return normal(seed, Stream.PRIOR, 0, torch.arange(n), self.config.model.latent)

    @torch.no_grad()
    def decode(self, z: Tensor, classes: Tensor) -> Tensor:
        """Means of p(x|z, c) for z (N, K) and classes (N,), on the CPU in float32.

        Raises:
            ConfigError: a class that the model does not have.
        """
        if len(classes) and not 0 <= int(classes.min()) <= int(classes.max()) < len(self.classes):
            raise ConfigError(
                f"Classes must lie in 0 … {len(self.classes) - 1}; got {classes.unique().tolist()}."
            )
        z = z.to(self.device, self.model.mean_of_prior.dtype)
        parts = zip(z.split(1000), classes.to(self.device).split(1000), strict=True)
        return torch.cat([self.model.likelihood(*part).mean.float().cpu() for part in parts])

    @torch.no_grad()
    def encode(self, x: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of q(z|x, c) for images x (N, channels, height, width)."""
        x = x.to(self.device, self.model.mean_of_prior.dtype)
        q = self.model.posterior(x, classes.to(self.device)).base_dist
        return q.loc.float().cpu(), q.scale.float().cpu()

    def evaluate(self, data: Dataset | None = None, importance_samples: int = 200) -> Evaluation:
        """ELBO, importance-weighted log-likelihood and diagnostics, by default on the test images.

        An evaluation on the test images is counted in the run's folder (``vaemodels.tally``).

        Raises:
            ConfigError: fewer than 1 importance sample.
        """
        chosen = self.data().test if data is None else data
        found = evaluate(
            self.model, chosen.to(self.device), self.config, importance_samples, World()
        )
        if data is None:
            self.count_test_evaluation(found)
        return found

    def count_test_evaluation(self, found: Evaluation) -> int:
        """Note in the run's folder that the test images were looked at; return how often."""
        return count_test_evaluation(
            self.folder, found.to_json(), epoch=self.position.epoch, seed=self.config.seed
        )


def train(
    kind: Kind | str = Kind.VAE,
    *,
    data: str = "digits",
    preset: str = "small",
    out: str | Path | None = None,
    observer: Observer | None = None,
    download: ProgressFactory | None = None,
    **parameters: Any,
) -> Run:
    """Train a model and return it: ``train("cvae", epochs=20)``.

    Alone, or with the processes that torchrun started.

    Args:
        kind: ``"vae"`` or ``"cvae"``.
        data: ``digits``, ``mnist``, ``fashion-mnist`` or the path of an ``.npz`` file.
        preset: ``"small"`` or ``"large"``.
        out: run folder (default: a new one below ``runs/``).
        observer: is told how it goes (default: nobody).
        download: makes a progress bar for each file that is downloaded (default: none).
        **parameters: any parameter of the configuration, by its name; the shape of the images and
            the number of classes are those of the data.

    Raises:
        ConfigError, DataError, CheckpointError, TrainingError: see their messages.
    """
    start = config_of_preset(preset, kind)
    parameters["dataset"] = data
    named = ("dataset", "folder", "validation")
    where = {name: parameters[name] for name in named if name in parameters}
    splits = datasets.load(start.replace(**where).data, download)
    parameters["image_shape"] = splits.train.image_shape
    parameters["classes"] = len(splits.train.classes)
    config = hardware.resolve(start.replace(**parameters))
    with world(config.device) as members:
        # Only one process looks for a free name: the others would find it taken.
        folder = Path(members.agree(str(out or new_folder(config))))
        Trainer(config, splits, folder, world=members, observer=observer).fit()
    return load(folder)


def resume(folder: Path, changes: dict[str, Any], observer: Observer | None = None) -> Run:
    """Go on with the run in ``folder`` to its end.

    Args:
        folder: run folder.
        changes: parameters given anew; only those that do not change the run may differ.

    Raises:
        CheckpointError: no checkpoint, or one of another configuration or other data.
    """
    checkpoint = checkpoints.load(folder / checkpoints.LAST)
    splits = datasets.load(checkpoint.config.replace(**changes).data)
    config = hardware.resolve(checkpoint.config.replace(**changes))
    with world(config.device) as members:
        trainer = Trainer(
            config, splits, folder, world=members, observer=observer, checkpoint=checkpoint
        )
        trainer.fit()
    return load(folder)


def load(folder: str | Path, name: str | None = None, **changes: Any) -> Run:
    """The trained model in a run folder.

    Args:
        folder: run folder.
        name: ``best.pt`` or ``checkpoint.pt`` (default: the best on validation images, if any).
        **changes: device, precision or threads, where they should differ from the run's.

    Raises:
        CheckpointError: no checkpoint there, or a damaged one.
    """
    folder = Path(folder)
    if name is None:
        best = (folder / checkpoints.BEST).exists()
        name = checkpoints.BEST if best else checkpoints.LAST
    state = checkpoints.load(folder / name)
    config = hardware.resolve(hardware.usable(state.config).replace(**changes))
    hardware.apply(config)
    model = build(config.model)
    hardware.place(model, config)
    model.load_state_dict(state.model)
    model.requires_grad_(False)
    return Run(
        folder=folder,
        config=config,
        model=model,
        classes=state.classes,
        position=state.position,
        data_checksum=state.data_checksum,
    )


def new_folder(config: Config) -> Path:
    """The first of ``runs/cvae-digits-1``, ``-2``, … that does not exist."""
    name = re.sub(r"\W+", "-", Path(config.data.dataset).stem)
    number = 1
    while (folder := Path("runs") / f"{config.model.kind}-{name}-{number}").exists():
        number += 1
    return folder
