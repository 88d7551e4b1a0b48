"""Convolutional encoder and decoder: tensors → tensors, no probability.

Each level of the encoder halves height and width, each level of the decoder doubles them. The
class, where there is one, enters one-hot beside the features of the image and beside z.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """x + f(x) with f two 3×3 convolutions, the second starting at zero (so f starts at zero)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.first(nn.functional.silu(x))
        h = self.second(nn.functional.silu(h))
        return x + h


class Encoder(nn.Module):
    """Image (B, C, H, W) and context (B, context) → (B, outputs).

    Args:
        image_shape: (channels, height, width).
        channels: channels after each level.
        blocks: residual blocks per level.
        hidden: width of the fully connected layer.
        context: width of what is given beside the image (0: nothing).
        outputs: width of the output.
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        channels: tuple[int, ...],
        blocks: int,
        hidden: int,
        context: int,
        outputs: int,
    ) -> None:
        super().__init__()
        before, height, width = image_shape
        layers: list[nn.Module] = []
        for level, after in enumerate(channels):
            if level > 0:
                layers.append(nn.SiLU())
            layers.append(nn.Conv2d(before, after, 3, stride=2, padding=1))
            layers.extend(Residual(after) for _ in range(blocks))
            before = after
        # Flattened first: what comes back from the linear layer is in the order of channels first,
        # and the gradient of SiLU is slow where its two inputs are in different orders.
        self.image = nn.Sequential(*layers, nn.Flatten(), nn.SiLU())
        stride = 2 ** len(channels)
        features = before * (height // stride) * (width // stride)
        self.hidden = nn.Linear(features + context, hidden)
        self.outputs = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        h: Tensor = self.image(x)
        if context is not None:
            h = torch.cat((h, context.to(h.dtype)), dim=1)
        h = nn.functional.silu(self.hidden(h))
        y: Tensor = self.outputs(h)
        return y


class Decoder(nn.Module):
    """Latent (B, latent) and context (B, context) → (B, outputs, H, W).

    The last ``subpixel`` levels are one sub-pixel convolution (W. Shi et al. 2016): a transposed
    convolution to one channel is the slowest layer that such a decoder can end with.
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        channels: tuple[int, ...],
        blocks: int,
        hidden: int,
        context: int,
        latent: int,
        outputs: int,
        subpixel: int = 1,
    ) -> None:
        super().__init__()
        _, height, width = image_shape
        stride = 2 ** len(channels)
        self.first_shape = (channels[-1], height // stride, width // stride)
        self.hidden = nn.Linear(latent + context, hidden)
        self.first = nn.Linear(hidden, math.prod(self.first_shape))
        layers: list[nn.Module] = []
        factor = 2**subpixel
        downwards = channels[subpixel - 1 :][::-1]
        for level, before in enumerate(downwards):
            layers.extend(Residual(before) for _ in range(blocks))
            layers.append(nn.SiLU())
            if level + 1 < len(downwards):
                layers.append(nn.ConvTranspose2d(before, downwards[level + 1], 4, 2, padding=1))
        layers.append(nn.Conv2d(downwards[-1], factor**2 * outputs, 3, padding=1))
        self.image = nn.Sequential(*layers, nn.PixelShuffle(factor))

    def forward(self, z: Tensor, context: Tensor | None = None) -> Tensor:
        h = z if context is None else torch.cat((z, context.to(z.dtype)), dim=1)
        h = self.first(nn.functional.silu(self.hidden(h)))
        kernel = next(self.image.parameters())
        y: Tensor = self.image(_laid_out_like(kernel, h.view(-1, *self.first_shape)))
        return y


def _laid_out_like(weight: Tensor, x: Tensor) -> Tensor:
    """``x`` (B, C, H, W) in the memory format of a convolution's weight.

    The first elementwise layer would otherwise meet its input in one order and, coming back, its
    gradient in the other.
    """
    last = weight.is_contiguous(memory_format=torch.channels_last) and not weight.is_contiguous()
    return x.contiguous(memory_format=torch.channels_last) if last else x
