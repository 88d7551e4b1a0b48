"""VAE and CVAE behind one interface: prior, posterior and likelihood return distributions.

``posterior`` is the approximate posterior q(z|x), the distribution that the encoder computes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from vaemodels.config import Kind, ModelConfig
from vaemodels.likelihoods import FAMILIES
from vaemodels.networks import Decoder, Encoder
from vaemodels.random import Stream, bits

# softplus(SHIFT) = 1: an encoder that says 0 means the standard deviation of the prior.
SHIFT = 0.541324854612918
LEAST_SCALE = 1e-4


def diagonal_normal(mean: Tensor, scale: Tensor) -> Independent[Normal]:
    """N(mean, diag scale²) over the last dimension."""
    return Independent(Normal(mean, scale, validate_args=False), 1, validate_args=False)


class LatentVariableModel(nn.Module, ABC):
    """p(z|c) p(x|z, c) with the approximate posterior q(z|x, c); c is the class, or ignored.

    Shapes: images x (B, C, H, W), classes c (B,) int64, latents z (…, B, K).
    """

    @abstractmethod
    def prior(self, c: Tensor) -> Independent[Normal]:
        """p(z|c)."""

    @abstractmethod
    def posterior(self, x: Tensor, c: Tensor) -> Independent[Normal]:
        """q(z|x, c), batch shape (B,)."""

    @abstractmethod
    def likelihood(self, z: Tensor, c: Tensor) -> Independent[Distribution]:
        """p(x|z, c), batch shape (…, B)."""


class ConvolutionalModel(LatentVariableModel):
    """A model whose q and p(x|z, c) are computed by convolutional networks.

    Args:
        config: its shape.
        context: width of what encoder and decoder are given beside x and z (0: nothing).
    """

    mean_of_prior: Tensor
    scale_of_prior: Tensor

    def __init__(self, config: ModelConfig, context: int) -> None:
        super().__init__()
        self.config = config
        shape = (config.image_shape, config.channels, config.blocks, config.hidden, context)
        self.encoder = Encoder(*shape, outputs=2 * config.latent)
        self.decoder = Decoder(
            *shape,
            latent=config.latent,
            outputs=config.image_shape[0],
            subpixel=config.subpixel,
        )
        self.observation = FAMILIES[config.observation](config)
        self.register_buffer("mean_of_prior", torch.zeros(config.latent), persistent=False)
        self.register_buffer("scale_of_prior", torch.ones(config.latent), persistent=False)

    def standard_normal(self) -> Independent[Normal]:
        """N(0, I)."""
        return diagonal_normal(self.mean_of_prior, self.scale_of_prior)

    def encode(self, x: Tensor, context: Tensor | None) -> Independent[Normal]:
        """N(μ, diag σ²) from the encoder's output (μ, s), σ = softplus(s + const) + 10⁻⁴.

        Softplus cannot overflow, as the exponential of a log-variance can.
        """
        mean, s = _widen(self.encoder(x, context)).chunk(2, dim=1)
        return diagonal_normal(mean, nn.functional.softplus(s + SHIFT) + LEAST_SCALE)

    def decode(self, z: Tensor, context: Tensor | None) -> Independent[Distribution]:
        """The likelihood at z (…, B, K), all leading dimensions decoded in one batch."""
        leading = z.shape[:-1]
        if context is not None:
            context = context.expand(*leading, -1).reshape(leading.numel(), -1)
        output = _widen(self.decoder(z.reshape(leading.numel(), -1), context))
        output = output.view(*leading, *output.shape[1:])
        likelihood: Independent[Distribution] = self.observation(output)
        return likelihood


class VAE(ConvolutionalModel):
    """p(z) = N(0, I), q(z|x), p(x|z) (Kingma & Welling 2014); the class is not looked at."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config, context=0)

    def prior(self, c: Tensor) -> Independent[Normal]:
        return self.standard_normal()

    def posterior(self, x: Tensor, c: Tensor) -> Independent[Normal]:
        return self.encode(x, None)

    def likelihood(self, z: Tensor, c: Tensor) -> Independent[Distribution]:
        return self.decode(z, None)


class CVAE(ConvolutionalModel):
    """p(z|c) = N(0, I), q(z|x, c), p(x|z, c) (Sohn, Lee & Yan 2015): encoder and decoder both
    receive the class one-hot."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config, context=config.classes)

    def prior(self, c: Tensor) -> Independent[Normal]:
        return self.standard_normal()

    def posterior(self, x: Tensor, c: Tensor) -> Independent[Normal]:
        return self.encode(x, self.one_hot(c))

    def likelihood(self, z: Tensor, c: Tensor) -> Independent[Distribution]:
        return self.decode(z, self.one_hot(c))

    def one_hot(self, c: Tensor) -> Tensor:
        """(B,) → (B, C). Not ``nn.functional.one_hot``: that one waits for the GPU."""
        classes = torch.arange(self.config.classes, device=c.device)
        return (c[:, None] == classes).to(self.mean_of_prior.dtype)


MODELS: dict[Kind, type[VAE] | type[CVAE]] = {Kind.VAE: VAE, Kind.CVAE: CVAE}


def build(config: ModelConfig, seed: int = 0) -> ConvolutionalModel:
    """A model with initial parameters that depend on ``seed`` alone (not on torch's own state)."""
    word = int(bits(seed, Stream.INITIALIZATION, 0, torch.zeros(1, dtype=torch.int64), 1))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(word)
        return MODELS[config.kind](config)


def _widen(output: Tensor) -> Tensor:
    """Probabilities are computed in float32 at least, whatever the networks computed in."""
    return output.float() if output.dtype in (torch.bfloat16, torch.float16) else output
