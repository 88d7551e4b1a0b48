"""Networks as plain lists of layers, for whoever runs them without torch.

A layer is its name, its whole-number attributes and its weights; what each does is in ``Layer``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from vaemodels.networks import Residual

Array = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """One step of a network.

    Attributes:
        op: ``linear`` (weight (out, in)); ``conv`` and ``conv_transpose`` (weights as torch stores
            them; attributes stride and padding); ``silu`` (x σ(x)); ``sigmoid``; ``flatten``;
            ``reshape`` (attribute shape); ``pixel_shuffle`` (attribute factor; channel
            c·f² + f·i + j goes to row i and column j of channel c); ``residual`` (x + inner(x)).
        attributes: whole numbers, or lists of them.
        weight: or ``None``.
        bias: or ``None``.
        inner: layers of a residual branch.
    """

    op: str
    attributes: dict[str, int | list[int]] = field(default_factory=dict)
    weight: Array | None = None
    bias: Array | None = None
    inner: tuple[Layer, ...] = ()


def _array(tensor: Tensor | None) -> Array:
    if tensor is None:
        raise ValueError("Every layer here has a bias.")
    plain: Array = tensor.detach().float().cpu().contiguous().numpy()
    return plain


@singledispatch
def layers(module: nn.Module) -> tuple[Layer, ...]:
    """The layers of a module.

    Raises:
        TypeError: a module of a kind that is not listed here.
    """
    raise TypeError(f"{type(module).__name__} cannot be written as plain layers.")


@layers.register
def _(module: nn.Sequential) -> tuple[Layer, ...]:
    return tuple(layer for part in module for layer in layers(part))


@layers.register
def _(module: nn.Linear) -> tuple[Layer, ...]:
    return (Layer(op="linear", weight=_array(module.weight), bias=_array(module.bias)),)


@layers.register
def _(module: nn.Conv2d) -> tuple[Layer, ...]:
    return (_convolution("conv", module),)


@layers.register
def _(module: nn.ConvTranspose2d) -> tuple[Layer, ...]:
    return (_convolution("conv_transpose", module),)


@layers.register
def _(module: nn.SiLU) -> tuple[Layer, ...]:
    return (Layer(op="silu"),)


@layers.register
def _(module: nn.Flatten) -> tuple[Layer, ...]:
    return (Layer(op="flatten"),)


@layers.register
def _(module: nn.PixelShuffle) -> tuple[Layer, ...]:
    return (Layer(op="pixel_shuffle", attributes={"factor": module.upscale_factor}),)


@layers.register
def _(module: Residual) -> tuple[Layer, ...]:
    silu = Layer(op="silu")
    branch = (silu, *layers(module.first), silu, *layers(module.second))
    return (Layer(op="residual", inner=branch),)


def _convolution(op: str, module: nn.Conv2d | nn.ConvTranspose2d) -> Layer:
    stride, padding = module.stride[0], int(module.padding[0])
    return Layer(
        op=op,
        attributes={"stride": stride, "padding": padding},
        weight=_array(module.weight),
        bias=_array(module.bias),
    )
