"""Classifiers from few labels: on labels alone, M2, and M1 (Kingma et al. 2014).

M2 is the CVAE with its class unknown for most images, and a classifier q(c|x) beside it. Its two
bounds, with p(c) uniform over C classes:

    log p(x, c) ≥ ELBO(x, c) + log p(c)
    log p(x)    ≥ Σ_c q(c|x) (ELBO(x, c) + log p(c)) + H[q(c|x)]

and the classifier also learns from the labels, by cross-entropy. M1 is a VAE of all images, and a
classifier on the means of q(z|x).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vaemodels.batches import draw as draw_batch
from vaemodels.config import Config, Kind
from vaemodels.data import Dataset
from vaemodels.evaluation import posteriors
from vaemodels.experiments.learning import Moment, fit, fit_loss
from vaemodels.models import LatentVariableModel, build
from vaemodels.networks import Encoder
from vaemodels.objectives import elbo
from vaemodels.random import Stream, bits

# Weight of the cross-entropy against the bound of one image.
CROSS_ENTROPY = 5.0

Classify = Callable[[Tensor], Tensor]


@dataclass(frozen=True, kw_only=True, eq=False)
class Labelled:
    """All training images; ``known`` are the rows whose labels may be used."""

    data: Dataset
    known: Tensor

    def some_known(self, number: int, seed: int, count: int) -> Tensor:
        """Rows of ``count`` known images, drawn anew at each step."""
        step = torch.zeros(1, dtype=torch.int64)
        words = bits(seed, Stream.SPLIT, number, step, count)[0]
        return self.known[(words % len(self.known)).to(self.known.device)]


def classifier(config: Config) -> nn.Module:
    """q(c|x): images → logits of the classes, the same network and start in every method."""
    return _seeded(
        config,
        lambda: Encoder(
            config.model.image_shape, config.model.channels, 0, 64, 0, outputs=config.model.classes
        ),
    )


def labels_only(config: Config, labelled: Labelled, batch: int = 50) -> Classify:
    """Cross-entropy on the known labels, in as many steps as M2 takes."""
    network = classifier(config).to(labelled.data.images.device)

    def loss(moment: Moment) -> Tensor:
        rows = labelled.some_known(moment.number, config.seed, batch)
        x, c, _ = draw_batch(labelled.data, rows, config, moment.number)
        return nn.functional.cross_entropy(network(x), c)

    fit_loss(config, len(labelled.data), network, loss)
    return _frozen(network)


def m2(config: Config, labelled: Labelled, batch: int = 50) -> Classify:
    """Both bounds and the cross-entropy; the sum over classes is written out."""
    data = labelled.data
    network = classifier(config).to(data.images.device)
    cvae = build(config.replace(kind=Kind.CVAE).model, config.seed).to(data.images.device)
    unknown = torch.ones(len(data), dtype=torch.bool, device=data.images.device)
    unknown[labelled.known] = False
    unlabelled = torch.nonzero(unknown)[:, 0]

    def loss(moment: Moment) -> Tensor:
        rows = labelled.some_known(moment.number, config.seed, batch)
        x, c, noise = draw_batch(data, rows, config, moment.number)
        with_label = elbo(cvae, x, c, noise).elbo.mean() - math.log(config.model.classes)
        supervised = nn.functional.cross_entropy(network(x), c)
        rows = unlabelled[moment.rows.to(unlabelled.device) % len(unlabelled)]
        x, _, noise = draw_batch(data, rows, config, moment.number)
        without = bound_without_label(cvae, network(x), x, noise).mean()
        return CROSS_ENTROPY * supervised - with_label - without

    fit_loss(config, len(data), nn.ModuleList([network, cvae]), loss)
    return _frozen(network)


def bound_without_label(
    cvae: LatentVariableModel, logits: Tensor, x: Tensor, noise: Tensor
) -> Tensor:
    """Σ_c q(c|x) (ELBO(x, c) + log p(c)) + H[q(c|x)], (B,), p(c) uniform.

    Args:
        cvae: gives ELBO(x, c).
        logits: of q(c|x), (B, C).
        x: images, (B, channels, height, width).
        noise: of z, (S, B, K), the same for every class.
    """
    images, classes = logits.shape
    c = torch.arange(classes, device=x.device).repeat_interleave(images)
    every = elbo(cvae, x.repeat(classes, 1, 1, 1), c, noise.repeat(1, classes, 1)).elbo
    by_class = every.view(classes, images).T
    log_q = logits.log_softmax(-1)
    value: Tensor = (log_q.exp() * (by_class - math.log(classes) - log_q)).sum(-1)
    return value


def m1(config: Config, labelled: Labelled, batch: int = 50) -> Classify:
    """A VAE of all images, then a classifier on the means of q(z|x) of the known ones."""
    data = labelled.data
    vae = fit(config, data)
    means, _ = posteriors(vae, data, config)
    latent, classes = config.model.latent, config.model.classes
    head = _seeded(
        config,
        lambda: nn.Sequential(nn.Linear(latent, 64), nn.SiLU(), nn.Linear(64, classes)),
    ).to(means.device)

    def loss(moment: Moment) -> Tensor:
        rows = labelled.some_known(moment.number, config.seed, batch)
        return nn.functional.cross_entropy(head(means[rows]), data.labels[rows])

    fit_loss(config, len(data), head, loss)
    zeros = torch.zeros(1, dtype=torch.int64, device=means.device)
    return _frozen(lambda x: head(vae.posterior(x, zeros.expand(len(x))).base_dist.loc))


def probabilities(classify: Classify, data: Dataset, config: Config) -> Tensor:
    """q(c|x) of every image, (N, C)."""
    parts = []
    for rows in torch.arange(len(data), device=data.images.device).split(500):
        x, _, _ = draw_batch(data, rows, config, 0)
        parts.append(classify(x).softmax(-1))
    return torch.cat(parts)


def _seeded(config: Config, make: Callable[[], nn.Module]) -> nn.Module:
    """A network whose initial parameters depend on the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return make()


def _frozen(network: Callable[[Tensor], Tensor]) -> Classify:
    @torch.no_grad()
    def classify(x: Tensor) -> Tensor:
        return network(x)

    return classify
