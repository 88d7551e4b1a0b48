"""Train a model in memory, with the package's own training step; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from vaemodels import data as datasets
from vaemodels import schedules
from vaemodels.config import Config, DataConfig, Device, ModelConfig, Precision
from vaemodels.data import Dataset, Splits
from vaemodels.distributed import World
from vaemodels.evaluation import Terms, mean_terms
from vaemodels.experiments.experiment import Setting
from vaemodels.models import LatentVariableModel, build
from vaemodels.random import permutation
from vaemodels.steps import TrainingStep, adam

ALONE = World()


def small(setting: Setting, seed: int, dataset: str = "digits", **changes: object) -> Config:
    """A small VAE on one thread in float32: the same numbers on every machine of a kind."""
    cuda = setting.device.type == "cuda"
    config = Config(
        model=ModelConfig(channels=(16, 32), hidden=128, latent=16),
        data=DataConfig(dataset=dataset, folder=setting.folder, validation=0.0),
        seed=seed,
        device=Device.CUDA if cuda else Device.CPU,
        precision=Precision.FLOAT32,
        threads=1,
    )
    return config.replace(**changes)


def load(config: Config, setting: Setting, take: int = 0) -> Splits:
    """The data on the device; only the first ``take`` images of each split, unless that is 0.

    Images that are larger than ``config.model`` says, by a whole factor, are averaged down to it.
    """
    splits = datasets.load(config.data)

    def part(data: Dataset) -> Dataset:
        count = min(take, len(data)) if take else len(data)
        data = data.take(torch.arange(count)).to(setting.device)
        factor = data.image_shape[1] // config.model.image_shape[1]
        if factor == 1:
            return data
        means = nn.functional.avg_pool2d(data.images.float(), factor)
        return replace(data, images=means.round().to(data.images.dtype))

    return replace(
        splits,
        train=part(splits.train),
        validation=part(splits.validation),
        test=part(splits.test),
    )


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One optimizer step to come: its number, its images, learning rate, weight of the KL."""

    number: int
    rows: Tensor
    rate: float
    beta: float
    ends_epoch: int | None


def moments(config: Config, count: int) -> Iterator[Moment]:
    """The steps of a whole training run on ``count`` images; ``ends_epoch`` counts epochs done."""
    settings, objective = config.optimization, config.objective
    batches = count // settings.batch
    for epoch in range(settings.epochs):
        order = permutation(config.seed, epoch, count)
        for batch in range(batches):
            at = epoch * batches + batch
            yield Moment(
                number=at + 1,
                rows=order[batch * settings.batch : (batch + 1) * settings.batch],
                rate=schedules.learning_rate(
                    settings.learning_rate, settings.decay, at, settings.epochs * batches
                ),
                beta=schedules.warmup(objective.beta, at / batches, objective.warmup_epochs),
                ends_epoch=epoch + 1 if batch + 1 == batches else None,
            )


def fit(
    config: Config,
    data: Dataset,
    model: LatentVariableModel | None = None,
    after_epoch: Callable[[int, LatentVariableModel], None] = lambda epoch, model: None,
) -> LatentVariableModel:
    """Maximize ``config.objective`` on ``data``; return the model.

    Args:
        config: model, objective, optimization, seed.
        data: training images, on the device.
        model: to be trained; by default a new one, as ``config.model`` and the seed say.
        after_epoch: is called with the number of epochs done (0 before the first) and the model.
    """
    if model is None:
        model = build(config.model, config.seed)
    model = model.to(data.images.device)
    step = TrainingStep(
        model, adam(model, config.optimization, data.images.device), data, config, ALONE
    )
    after_epoch(0, model)
    for moment in moments(config, len(data)):
        step(moment.rows, moment.rate, moment.beta)
        if moment.ends_epoch is not None:
            after_epoch(moment.ends_epoch, model)
    return model


def fit_loss(
    config: Config,
    count: int,
    module: nn.Module,
    loss: Callable[[Moment], Tensor],
) -> None:
    """Minimize a loss of one's own over ``module``'s parameters, on ``count`` images."""
    device = next(module.parameters()).device
    optimizer = adam(module, config.optimization, device)
    for moment in moments(config, count):
        for group in optimizer.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(moment.rate)
            else:
                group["lr"] = moment.rate
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss(moment))
        optimizer.step()


def terms(model: LatentVariableModel, data: Dataset, config: Config) -> Terms:
    """The ELBO's two terms, mean over ``data``."""
    with torch.no_grad():
        return mean_terms(model, data, config, ALONE)
