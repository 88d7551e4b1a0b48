"""A batch as a model sees it: observations, classes, and the noise of its latent samples."""

from __future__ import annotations

from torch import Tensor

from vaemodels.config import Binarization, Config
from vaemodels.data import Dataset, observe
from vaemodels.hardware import dtype_of
from vaemodels.random import Stream, normal, uniform


def draw(
    data: Dataset, rows: Tensor, config: Config, step: int | Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Observations x, classes c, and noise of shape (S, B, K) for the images at ``rows``."""
    images, indices = data.images[rows], data.indices[rows]
    dtype = dtype_of(config.precision)
    pixels = None
    if config.data.binarization is Binarization.DYNAMIC:
        pixels = uniform(config.seed, Stream.BINARIZATION, step, indices, images[0].numel(), dtype)
    x = observe(images, config.data.binarization, pixels, dtype)
    samples, latent = config.objective.samples, config.model.latent
    noise = normal(config.seed, Stream.LATENT, step, indices, samples * latent, dtype)
    return x, data.labels[rows], noise.view(len(rows), samples, latent).transpose(0, 1)
