"""Two small classifiers, trained on the spot: of images, and of latent vectors."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vaemodels.config import Config
from vaemodels.data import Dataset
from vaemodels.hardware import autocast, flushing_denormals
from vaemodels.networks import Encoder
from vaemodels.random import Stream, bits, permutation

CHANNELS = (16, 32)
HIDDEN = 64
TRAINED_ON = 10_000
EPOCHS = 5
BATCH = 100


@flushing_denormals()
def image_classifier(data: Dataset, config: Config) -> Encoder:
    """Convolutional classifier of grey levels, trained on at most ``TRAINED_ON`` real images."""
    device = data.images.device
    levels = config.model.channels[: len(CHANNELS)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_word(config.seed))
        network = Encoder(
            data.image_shape,
            CHANNELS[: len(levels)],
            blocks=0,
            hidden=HIDDEN,
            context=0,
            outputs=len(data.classes),
        )
    network.to(device)
    images = min(TRAINED_ON, len(data))
    steps = EPOCHS * -(-images // BATCH)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3, fused=True)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)
    for epoch in range(EPOCHS):
        for rows in permutation(config.seed, epoch, images).split(BATCH):
            there = rows.to(device)
            with autocast(device, config.precision):
                scores = network(grey(data.images[there]))
            loss = nn.functional.cross_entropy(scores.float(), data.labels[there])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    network.requires_grad_(False)
    return network


@torch.no_grad()
def accuracy(network: nn.Module, images: Tensor, labels: Tensor, config: Config) -> float:
    """Share of ``images``, (N, C, H, W) as uint8 or grey levels, that get their label."""
    right = 0
    for part, of_part in zip(images.split(500), labels.split(500), strict=True):
        with autocast(images.device, config.precision):
            scores = network(grey(part))
        right += int((scores.argmax(dim=1) == of_part).sum())
    return right / len(labels)


def probe_accuracy(
    features: Tensor, labels: Tensor, held_out: Tensor, held_out_labels: Tensor, classes: int
) -> float:
    """Held-out accuracy of multinomial logistic regression from features, (N, K), to classes."""
    mean, scale = features.mean(dim=0), features.std(dim=0).clamp_min(1e-6)
    x, y = ((part - mean) / scale for part in (features.float(), held_out.float()))
    linear = nn.Linear(x.shape[1], classes).to(x.device)
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    optimizer = torch.optim.LBFGS(linear.parameters(), max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        penalty = 1e-4 * linear.weight.square().sum()
        value: Tensor = nn.functional.cross_entropy(linear(x), labels) + penalty
        value.backward()
        return value

    optimizer.step(loss)
    with torch.no_grad():
        return float((linear(y).argmax(dim=1) == held_out_labels).float().mean())


def grey(images: Tensor) -> Tensor:
    """Grey levels in [0, 1] as float32, whatever they are stored as."""
    return images.float() / 255 if images.dtype == torch.uint8 else images.float()


def _word(seed: int) -> int:
    return int(bits(seed, Stream.INITIALIZATION, 1, torch.zeros(1, dtype=torch.int64), 1))
