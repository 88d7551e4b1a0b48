"""A VAE whose decoder also sees the pixels before: strong enough to do without z."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Distribution, Independent, Normal

from vaemodels.config import ModelConfig
from vaemodels.models import LatentVariableModel, build

REACH = 3
CHANNELS = 16


class PixelsBefore(nn.Module):
    """Logits of each pixel from the pixels before it, in reading order, (B, C, H, W) → the same.

    One masked 7×7 convolution, which sees the rows above and the pixels to the left (A. van den
    Oord et al., "Pixel recurrent neural networks", ICML 2016), then layers on each pixel alone.
    """

    mask: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        side = 2 * REACH + 1
        mask = torch.zeros(side, side)
        mask[:REACH] = 1
        mask[REACH, :REACH] = 1
        self.register_buffer("mask", mask)
        self.first = nn.Conv2d(channels, CHANNELS, side, padding=REACH)
        self.second = nn.Conv2d(CHANNELS, CHANNELS, 1)
        self.third = nn.Conv2d(CHANNELS, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.first.weight * self.mask
        h = nn.functional.conv2d(x, weight, self.first.bias, padding=REACH)
        h = self.second(nn.functional.silu(h))
        y: Tensor = self.third(nn.functional.silu(h))
        return y


class AutoregressiveImages(Distribution):
    """p(x|z) = Π_d Bernoulli(x_d; σ(a_d(z) + b_d(x_1 … x_{d−1})))."""

    def __init__(self, of_code: Tensor, before: PixelsBefore) -> None:
        self.of_code = of_code
        self.before = before
        super().__init__(of_code.shape[:-3], of_code.shape[-3:], validate_args=False)

    def log_prob(self, x: Tensor) -> Tensor:
        """Nats per image, for x (B, C, H, W) and codes (…, B): (…, B)."""
        pixels = Bernoulli(logits=self.of_code + self.before(x), validate_args=False)
        value: Tensor = Independent(pixels, 3, validate_args=False).log_prob(x)
        return value


class AutoregressiveVAE(LatentVariableModel):
    """The package's VAE with ``PixelsBefore`` added to its decoder's logits."""

    def __init__(self, config: ModelConfig, seed: int) -> None:
        super().__init__()
        self.vae = build(config, seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.before = PixelsBefore(config.image_shape[0])

    def prior(self, c: Tensor) -> Independent[Normal]:
        return self.vae.prior(c)

    def posterior(self, x: Tensor, c: Tensor) -> Independent[Normal]:
        return self.vae.posterior(x, c)

    def likelihood(self, z: Tensor, c: Tensor) -> Independent[Distribution]:
        pixels = self.vae.likelihood(z, c).base_dist
        assert isinstance(pixels, Bernoulli), "PixelsBefore speaks in logits of Bernoulli pixels"
        return Independent(AutoregressiveImages(pixels.logits, self.before), 0, validate_args=False)
