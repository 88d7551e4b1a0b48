"""What a trained model is worth: held-out ELBO and importance-weighted log-likelihood.

All numbers are nats per image. Step 0 keys the noise, which no training step uses, so the same
model and seed give the same numbers on any number of processes and for any size of batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from vaemodels.batches import draw
from vaemodels.config import Binarization, Config
from vaemodels.data import Dataset
from vaemodels.diagnostics import (
    AggregatePosterior,
    active_units,
    aggregate_posterior,
    collapse_warning,
)
from vaemodels.distributed import World
from vaemodels.errors import ConfigError
from vaemodels.hardware import autocast, dtype_of
from vaemodels.models import LatentVariableModel
from vaemodels.objectives import elbo, rsample
from vaemodels.random import Stream, normal

# Samples of z decoded together for each image; part of the key of their noise.
CHUNK = 64
# Images decoded together: what fits the caches of a CPU, and what fills a GPU.
DECODED_TOGETHER = {"cpu": 1024, "cuda": 65_536}

Advance = Callable[[int], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """Means over a dataset.

    Attributes:
        reconstruction: E_q[log p(x|z)], by one sample of z for each image.
        kl_per_dimension: KL[q(z_k|x) ‖ p(z_k)], float64, (K,).
        n: images.
    """

    reconstruction: float
    kl_per_dimension: Tensor
    n: int

    @property
    def kl(self) -> float:
        """KL[q(z|x) ‖ p(z)]: the rate."""
        return float(self.kl_per_dimension.sum())

    @property
    def elbo(self) -> float:
        """reconstruction − KL."""
        return self.reconstruction - self.kl


def shard(data: Dataset, world: World) -> Dataset:
    """The images that this process evaluates."""
    if world.size == 1:
        return data
    return data.take(torch.arange(world.rank, len(data), world.size, device=data.images.device))


def batches(data: Dataset, size: int) -> list[Tensor]:
    """Rows of ``data`` in order, ``size`` at a time."""
    return list(torch.arange(len(data), device=data.images.device).split(size))


@torch.no_grad()
def mean_terms(
    model: LatentVariableModel, data: Dataset, config: Config, world: World, batch: int = 500
) -> Terms:
    """The ELBO's two terms over ``data``, one sample of z for each image."""
    mine, one = shard(data, world), _one_sample(config)
    sums = torch.zeros(config.model.latent + 2, dtype=torch.float64, device=data.images.device)
    for rows in batches(mine, batch):
        x, c, noise = draw(mine, rows, one, 0)
        with autocast(x.device, config.precision):
            terms = elbo(model, x, c, noise)
        sums[0] += len(rows)
        sums[1] += terms.reconstruction.double().sum()
        sums[2:] += terms.kl_per_dimension.double().sum(dim=0)
    totals = world.sum(sums).cpu()
    n = int(totals[0])
    return Terms(reconstruction=float(totals[1]) / n, kl_per_dimension=totals[2:] / n, n=n)


@torch.no_grad()
def mean_squared_error(
    model: LatentVariableModel, data: Dataset, config: Config, world: World, batch: int = 500
) -> Tensor:
    """E‖x − x̂(z)‖² / D over ``data`` and z ~ q(z|x): the optimal σ² of a Gaussian likelihood."""
    mine, one = shard(data, world), _one_sample(config)
    sums = torch.zeros(2, dtype=torch.float64, device=data.images.device)
    for rows in batches(mine, batch):
        x, c, noise = draw(mine, rows, one, 0)
        with autocast(x.device, config.precision):
            z = rsample(model.posterior(x, c), noise)[0]
            error = (x - model.likelihood(z, c).mean).square()
        sums[0] += error.double().sum()
        sums[1] += error.numel()
    total, count = world.sum(sums)
    mean: Tensor = total / count
    return mean


@torch.no_grad()
def log_likelihood(
    model: LatentVariableModel,
    data: Dataset,
    config: Config,
    samples: int,
    world: World,
    advance: Advance = lambda images: None,
) -> float:
    """Importance-weighted estimate of log p(x), mean over ``data``.

    log p(x) ≥ E[log (1/S) Σ_s p(x|z_s) p(z_s) / q(z_s|x)], z_s ~ q(z|x): a lower bound on average
    that tightens with S (Burda, Grosse & Salakhutdinov 2016). Each image is encoded once; its
    samples are decoded ``CHUNK`` at a time, many images together. The samples of an image do not
    depend on the batch that it is in.
    """
    mine, one = shard(data, world), _one_sample(config)
    total = torch.zeros(2, dtype=torch.float64, device=data.images.device)
    for rows in batches(mine, DECODED_TOGETHER[data.images.device.type] // CHUNK):
        x, c, _ = draw(mine, rows, one, 0)
        with autocast(x.device, config.precision):
            q = model.posterior(x, c)
            bound = torch.full((len(rows),), -math.inf, dtype=torch.float64, device=x.device)
            for chunk, start in enumerate(range(0, samples, CHUNK)):
                count = min(CHUNK, samples - start)
                noise = _importance_noise(mine.indices[rows], config, chunk)[:count]
                z = rsample(q, noise)
                log_w = (
                    model.likelihood(z, c).log_prob(x) + model.prior(c).log_prob(z) - q.log_prob(z)
                )
                bound = torch.logaddexp(bound, log_w.double().logsumexp(dim=0))
        total[0] += (bound - math.log(samples)).sum()
        total[1] += len(rows)
        advance(len(rows))
    value, count_all = world.sum(total).tolist()
    return float(value / count_all)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """What a model is worth on one set of images. Nats per image.

    Attributes:
        terms: the ELBO and its two terms.
        log_likelihood: importance-weighted estimate of log p(x).
        importance_samples: samples of z for each image in it.
        active_units: dimensions of z whose posterior mean varies.
        aggregate: q(z) beside the prior.
        warning: what is wrong with the latent variables, in plain words, or ``None``.
        binarization: what became of grey levels.
    """

    terms: Terms
    log_likelihood: float
    importance_samples: int
    active_units: int
    aggregate: AggregatePosterior
    warning: str | None
    binarization: Binarization

    def to_json(self) -> dict[str, Any]:
        """The dictionary that ``evaluate --json`` prints."""
        return {
            "elbo": self.terms.elbo,
            "nll": -self.log_likelihood,
            "importance_samples": self.importance_samples,
            "reconstruction": self.terms.reconstruction,
            "kl": self.terms.kl,
            "rate": self.terms.kl,
            "distortion": -self.terms.reconstruction,
            "active_units": self.active_units,
            "kl_per_dimension": self.terms.kl_per_dimension.tolist(),
            "aggregate_posterior": asdict(self.aggregate),
            "n": self.terms.n,
            "binarization": str(self.binarization),
            "warning": self.warning,
        }


def evaluate(
    model: LatentVariableModel,
    data: Dataset,
    config: Config,
    samples: int,
    world: World,
    advance: Advance = lambda images: None,
) -> Evaluation:
    """The ELBO's terms, the importance-weighted log-likelihood with ``samples`` samples of z for
    each image, and the diagnostics of the latent variables.

    Raises:
        ConfigError: fewer than 1 importance sample, or no images.
    """
    if samples < 1 or len(data) == 0:
        raise ConfigError(
            f"Evaluation needs importance samples and images; got {samples} and {len(data)}."
        )
    terms = mean_terms(model, data, config, world)
    means, scales = posteriors(model, data, config)
    latent = config.model.latent
    noise = normal(config.seed, Stream.LATENT, 0, data.indices, latent)
    active = active_units(means)
    return Evaluation(
        terms=terms,
        log_likelihood=log_likelihood(model, data, config, samples, world, advance),
        importance_samples=samples,
        active_units=active,
        aggregate=aggregate_posterior(means, scales, noise),
        warning=collapse_warning(terms.kl_per_dimension.tolist(), active),
        binarization=config.data.binarization,
    )


@torch.no_grad()
def posteriors(
    model: LatentVariableModel, data: Dataset, config: Config, batch: int = 500
) -> tuple[Tensor, Tensor]:
    """Means and standard deviations of q(z|x) for every image of ``data``, each (N, K)."""
    one = _one_sample(config)
    means, scales = [], []
    for rows in batches(data, batch):
        x, c, _ = draw(data, rows, one, 0)
        with autocast(x.device, config.precision):
            q = model.posterior(x, c)
        means.append(q.base_dist.loc)
        scales.append(q.base_dist.scale)
    return torch.cat(means), torch.cat(scales)


def _importance_noise(indices: Tensor, config: Config, chunk: int) -> Tensor:
    latent = config.model.latent
    noise = normal(
        config.seed, Stream.IMPORTANCE, chunk, indices, CHUNK * latent, dtype_of(config.precision)
    )
    return noise.view(len(indices), CHUNK, latent).transpose(0, 1)


def _one_sample(config: Config) -> Config:
    return config.replace(samples=1)
