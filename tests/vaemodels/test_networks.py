"""The networks: what they compute does not depend on the order in which memory holds images."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from vaemodels.networks import Decoder, Encoder

SHAPES: list[dict[str, Any]] = [
    {"channels": (4,), "blocks": 0},
    {"channels": (4, 6), "blocks": 0},
    {"channels": (4, 6), "blocks": 1},
    {"channels": (4, 6), "blocks": 0, "subpixel": 2},
    {"channels": (4, 6, 8), "blocks": 1, "subpixel": 2},
]


def networks(subpixel: int = 1, **shape: Any) -> tuple[Encoder, Decoder]:
    torch.manual_seed(0)
    common = {"image_shape": (3, 16, 8), "hidden": 8, "context": 2, **shape}
    encoder = Encoder(**common, outputs=5).double()
    decoder = Decoder(**common, latent=3, outputs=3, subpixel=subpixel).double()
    return encoder, decoder


def values_and_gradients(*parts: tuple[nn.Module, Tensor, Tensor]) -> list[Tensor]:
    found = []
    for network, given, context in parts:
        output = network(given, context)
        (output * torch.linspace(-1, 1, output.numel()).view(output.shape)).sum().backward()
        found += [output.detach(), *(p.grad for p in network.parameters() if p.grad is not None)]
    return found


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_channels_last_computes_the_same(shape: dict[str, Any]) -> None:
    x, z = torch.rand(4, 3, 16, 8).double(), torch.randn(4, 3).double()
    context = torch.randn(4, 2).double()
    results = []
    for layout in (torch.contiguous_format, torch.channels_last):
        encoder, decoder = networks(**shape)
        encoder.to(memory_format=layout)  # type: ignore[call-overload]
        decoder.to(memory_format=layout)  # type: ignore[call-overload]
        assert decoder(z, context).shape == x.shape
        results.append(values_and_gradients((encoder, x, context), (decoder, z, context)))
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


def test_the_first_layers_of_the_decoder_meet_one_layout() -> None:
    _, decoder = networks(channels=(4, 6), blocks=0)
    decoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    seen = []
    decoder.image[0].register_forward_hook(lambda module, given, output: seen.append(given[0]))
    decoder(torch.randn(4, 3).double(), torch.randn(4, 2).double())
    assert seen[0].is_contiguous(memory_format=torch.channels_last)


def test_two_levels_at_once_need_no_transposed_convolution() -> None:
    _, decoder = networks(channels=(4, 6), blocks=0, subpixel=2)
    kinds = [type(part) for part in decoder.image]
    assert kinds == [nn.SiLU, nn.Conv2d, nn.PixelShuffle]
