"""Families of the likelihood p(x|z) behind one interface: decoder output in, distribution out.

A likelihood maps the decoder's output (…, C, H, W) to a distribution over images, whose
``log_prob`` sums over the pixels: nats per image. Its ``mean`` is the image to look at.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.distributions import (
    Bernoulli,
    ContinuousBernoulli,
    Distribution,
    Independent,
    Normal,
)

from vaemodels.config import ModelConfig, Observation

PIXEL_DIMENSIONS = 3


def over_pixels(pixel: Distribution) -> Independent[Distribution]:
    """Independent pixels: log p(x) = Σ_d log p(x_d)."""
    return Independent(pixel, PIXEL_DIMENSIONS, validate_args=False)


class Likelihood(nn.Module, ABC):
    """p(x|z), given what the decoder says of z."""

    @abstractmethod
    def forward(self, output: Tensor) -> Independent[Distribution]:
        """Distribution over images of shape (C, H, W), one for each leading index of ``output``."""


class BernoulliLikelihood(Likelihood):
    """x_d ~ Bernoulli(x̂_d), the output being the logit of x̂_d.

    log p(x|z) = Σ_d x_d log x̂_d + (1 − x_d) log(1 − x̂_d), computed from logits (never clamped).
    """

    def forward(self, output: Tensor) -> Independent[Distribution]:
        return over_pixels(Bernoulli(logits=output, validate_args=False))


class ContinuousBernoulliLikelihood(Likelihood):
    """x_d ∈ [0, 1] with density C(λ) λ^x (1 − λ)^(1 − x), the output being the logit of λ.

    C is the normalizer that the binary cross-entropy of grey levels forgets
    (G. Loaiza-Ganem, J. P. Cunningham, "The continuous Bernoulli", NeurIPS 2019).
    """

    def forward(self, output: Tensor) -> Independent[Distribution]:
        return over_pixels(ContinuousBernoulli(logits=output, validate_args=False))


class FixedGaussianLikelihood(Likelihood):
    """x_d ~ N(x̂_d, σ²) with a given σ: −log p(x|z) = ‖x − x̂‖² / 2σ² + (D/2) log 2πσ²."""

    sigma: Tensor

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.register_buffer("sigma", torch.tensor(sigma))

    def forward(self, output: Tensor) -> Independent[Distribution]:
        return over_pixels(Normal(output, self.sigma.expand_as(output), validate_args=False))


class LearnedGaussianLikelihood(Likelihood):
    """x_d ~ N(x̂_d, σ²) with one σ, a parameter, learned by gradient on log σ."""

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.log_sigma = nn.Parameter(torch.tensor(math.log(sigma)))

    def forward(self, output: Tensor) -> Independent[Distribution]:
        return over_pixels(
            Normal(output, self.log_sigma.exp().expand_as(output), validate_args=False)
        )


class OptimalGaussianLikelihood(Likelihood):
    """x_d ~ N(x̂_d, σ²) with σ² at its optimum, the mean squared error per pixel.

    For given networks, E_q[log p(x|z)] is maximal in σ² at σ*² = E[‖x − x̂‖²] / D (σ-VAE: O. Rybkin,
    K. Daniilidis, S. Levine, "Simple and effective VAE training with calibrated decoders", ICML
    2021). Training alternates: gradient steps at fixed σ, then ``refit``.
    """

    sigma: Tensor

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.register_buffer("sigma", torch.tensor(sigma))

    def forward(self, output: Tensor) -> Independent[Distribution]:
        return over_pixels(Normal(output, self.sigma.expand_as(output), validate_args=False))

    @torch.no_grad()
    def refit(self, squared_error: Tensor) -> None:
        """Put σ at its optimum, given the mean squared error per pixel over the data."""
        self.sigma.copy_(squared_error.sqrt().clamp_min(1e-4))


FAMILIES: dict[Observation, Callable[[ModelConfig], Likelihood]] = {
    Observation.BERNOULLI: lambda model: BernoulliLikelihood(),
    Observation.CONTINUOUS_BERNOULLI: lambda model: ContinuousBernoulliLikelihood(),
    Observation.GAUSSIAN: lambda model: FixedGaussianLikelihood(model.sigma),
    Observation.GAUSSIAN_LEARNED: lambda model: LearnedGaussianLikelihood(model.sigma),
    Observation.GAUSSIAN_OPTIMAL: lambda model: OptimalGaussianLikelihood(model.sigma),
}
