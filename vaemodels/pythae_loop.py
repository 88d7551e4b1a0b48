"""pythae's own trainer on our networks: a row of the benchmark where pythae is installed.

C. Chadebec, L. J. Vincent and S. Allassonnière, "Pythae: Unifying generative autoencoders in
Python", NeurIPS 2022. Its trainer takes a dataset of floats through a DataLoader, its VAE a sigmoid
and binary cross-entropy, without a class: the networks are those of our VAE.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

from vaemodels.config import Config, Kind
from vaemodels.data import Dataset
from vaemodels.models import build


def is_installed() -> bool:
    """Whether pythae can be imported."""
    return find_spec("pythae") is not None


def trainer_loop(config: Config, data: Dataset) -> Callable[[int], None]:
    """Run so many steps of pythae's ``BaseTrainer.train_step``, DataLoader and all.

    Raises:
        ModuleNotFoundError: pythae is not installed.
    """
    from pythae.data.datasets import BaseDataset
    from pythae.models import VAE, VAEConfig
    from pythae.trainers import BaseTrainer, BaseTrainerConfig
    from pythae.trainers.training_callbacks import CallbackHandler, TrainingCallback

    batch, shape = config.optimization.batch, config.model.image_shape
    images = (data.images.float() / 255).cpu()
    labels = data.labels.cpu()
    encoder, decoder = _networks(config)
    model = VAE(
        VAEConfig(input_dim=shape, latent_dim=config.model.latent, reconstruction_loss="bce"),
        encoder=encoder,
        decoder=decoder,
    )
    settings = BaseTrainerConfig(
        output_dir=tempfile.gettempdir(),
        per_device_train_batch_size=batch,
        learning_rate=1e-3,
        optimizer_cls="Adam",
        no_cuda=data.images.device.type == "cpu",
    )
    trainer = BaseTrainer(model, BaseDataset(images[:batch], labels[:batch]), None, settings)
    trainer.set_optimizer()
    # Without the progress bar and the log, which are not what is measured.
    trainer.callback_handler = CallbackHandler([TrainingCallback()], model=trainer.model)
    first = 0

    def run(steps: int) -> None:
        nonlocal first
        rows = torch.arange(first, first + steps * batch) % len(images)
        first = (first + steps * batch) % len(images)
        part = BaseDataset(images[rows], labels[rows])
        trainer.train_loader = trainer.get_train_dataloader(part)
        trainer.train_step(epoch=1)

    return run


def _networks(config: Config) -> tuple[Any, Any]:
    """Our encoder and decoder, with pythae's interface."""
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder

    ours = build(dataclasses.replace(config.model, kind=Kind.VAE))

    class Encoder(BaseEncoder):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.network = ours.encoder

        def forward(self, x: Tensor) -> ModelOutput:
            mean, log_variance = self.network(x).chunk(2, dim=-1)
            return ModelOutput(embedding=mean, log_covariance=log_variance)

    class Decoder(BaseDecoder):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.network = ours.decoder

        def forward(self, z: Tensor) -> ModelOutput:
            return ModelOutput(reconstruction=self.network(z).sigmoid())

    return Encoder(), Decoder()
