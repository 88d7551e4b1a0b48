"""What class and latent vector have to do with each other in a trained model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from vaemodels.classifier import accuracy, image_classifier, probe_accuracy
from vaemodels.config import Config, Kind
from vaemodels.data import Dataset
from vaemodels.evaluation import posteriors
from vaemodels.models import LatentVariableModel
from vaemodels.random import Stream, normal

SAMPLED = 2000
PROBED = 10_000


@dataclass(frozen=True, kw_only=True)
class Conditioning:
    """How well the class is obeyed, and how much of it z repeats.

    Attributes:
        classifier_accuracy: of a small classifier, trained on real images, on real held-out images;
            ``None`` for a VAE.
        conditional_accuracy: of that classifier on the model's conditional samples, means of
            p(x|z, c) at z ~ p(z) with equally many of every class; ``None`` for a VAE.
        probe_accuracy: of a linear classifier from E_q[z|x] to the class, on held-out images: near
            ``chance`` when z tells nothing (linear) about the class.
        chance: share of the most frequent class among the held-out images.
    """

    classifier_accuracy: float | None
    conditional_accuracy: float | None
    probe_accuracy: float
    chance: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def conditioning(
    model: LatentVariableModel, train: Dataset, test: Dataset, config: Config
) -> Conditioning:
    """Train the two classifiers on the images ``train``; measure on ``test`` and on samples."""
    device = train.images.device
    probed = train.take(torch.arange(min(PROBED, len(train)), device=device))
    features, held_out = (posteriors(model, part, config)[0] for part in (probed, test))
    classes = len(test.classes)
    on_test: float | None = None
    on_samples: float | None = None
    if config.model.kind is Kind.CVAE:
        network = image_classifier(train, config)
        on_test = accuracy(network, test.images, test.labels, config)
        images, labels = conditional_samples(model, test, config)
        on_samples = accuracy(network, images, labels, config)
    return Conditioning(
        classifier_accuracy=on_test,
        conditional_accuracy=on_samples,
        probe_accuracy=probe_accuracy(features, probed.labels, held_out, test.labels, classes),
        chance=int(torch.bincount(test.labels).max()) / len(test),
    )


@torch.no_grad()
def conditional_samples(
    model: LatentVariableModel, like: Dataset, config: Config
) -> tuple[Tensor, Tensor]:
    """``SAMPLED`` means of p(x|z, c) at z ~ p(z), and their classes, 0, 1, … in turn."""
    device = like.images.device
    rows = torch.arange(SAMPLED, device=device)
    labels = rows % len(like.classes)
    z = normal(config.seed, Stream.PRIOR, 0, rows, config.model.latent)
    parts = zip(z.split(500), labels.split(500), strict=True)
    return torch.cat([model.likelihood(part, c).mean.float() for part, c in parts]), labels
