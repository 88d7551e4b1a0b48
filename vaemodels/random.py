"""Noise that is a pure function of (seed, stream, step, global example index).

No generator has a state: the noise of one example is the same in whichever batch, process or
order it is drawn, so that N processes see the noise of one, a resumed run sees the noise of one
that was never stopped, and a captured CUDA graph needs nothing but the step in a tensor.

Each example and step gets a key by mixing; element j of its noise is the mix of key + j·γ: the
SplitMix64 generator started at the key (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable
pseudorandom number generators", OOPSLA 2014). Arithmetic is modulo 2⁶⁴, which int64 wraps to.
"""

from __future__ import annotations

import math
from enum import IntEnum

import torch
from torch import Tensor

_GAMMA = 0x9E3779B97F4A7C15
_MULTIPLIERS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_SHIFTS = (30, 27, 31)


class Stream(IntEnum):
    """What the noise is for; two streams never share a number."""

    BINARIZATION = 1
    LATENT = 2
    ORDER = 3
    INITIALIZATION = 4
    SPLIT = 5
    IMPORTANCE = 6
    PRIOR = 7
    PIXELS = 8


def _signed(value: int) -> int:
    value &= 2**64 - 1
    return value - 2**64 if value >= 2**63 else value


def _mix(value: Tensor) -> Tensor:
    """Finalizer of SplitMix64, in place, on int64 as unsigned 64-bit integers."""
    for shift, multiplier in zip(_SHIFTS, (*_MULTIPLIERS, None), strict=True):
        # int64 shifts copy the sign: the mask makes the shift a logical one.
        value.bitwise_xor_((value >> shift).bitwise_and_((1 << (64 - shift)) - 1))
        if multiplier is not None:
            value.mul_(_signed(multiplier))
    return value


def bits(seed: int, stream: Stream, step: int | Tensor, examples: Tensor, count: int) -> Tensor:
    """Random 64-bit integers, one row per example.

    Args:
        seed: of the run.
        stream: what they are for.
        step: training step, or 0 where there is none; a 0-dimensional int64 tensor under capture.
        examples: global index of each example, int64, shape (B,).
        count: how many for each example.

    Returns:
        int64 of shape (B, count), uniform over all 2⁶⁴ values.
    """
    device = examples.device
    key = torch.full((), _signed(seed * _GAMMA + stream), dtype=torch.int64, device=device)
    stride = step * _signed(_GAMMA) if isinstance(step, Tensor) else _signed(step * _GAMMA)
    key = _mix(_mix(key) + stride)
    rows = _mix(key + examples * _signed(_GAMMA))
    steps = torch.arange(1, count + 1, device=device) * _signed(_GAMMA)
    return _mix(rows[:, None] + steps)


def uniform(
    seed: int,
    stream: Stream,
    step: int | Tensor,
    examples: Tensor,
    count: int,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """Uniform numbers in [0, 1), multiples of 2⁻²⁴, shape (B, count)."""
    words = bits(seed, stream, step, examples, (count + 1) // 2).view(torch.int32)[:, :count]
    return (words >> 8).bitwise_and_(0xFFFFFF).to(dtype).mul_(2.0**-24)


def normal(
    seed: int,
    stream: Stream,
    step: int | Tensor,
    examples: Tensor,
    count: int,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """Standard normal numbers of shape (B, count), by the Box–Muller transform.

    The radius has 32 bits, so that no number lies beyond ±6.8.
    """
    pairs = (count + 1) // 2
    words = bits(seed, stream, step, examples, pairs)
    high = (words >> 32).bitwise_and_(0xFFFFFFFF).to(dtype)
    low = words.bitwise_and_(0xFFFFFFFF).to(dtype)
    radius = high.add_(0.5).mul_(2.0**-32).log_().mul_(-2.0).clamp_min_(0.0).sqrt_()
    angle = low.mul_(2.0 * math.pi * 2.0**-32)
    return torch.cat((radius * angle.cos(), radius * angle.sin()), dim=1)[:, :count]


def permutation(seed: int, epoch: int, count: int) -> Tensor:
    """Random order of 0 … count − 1 for one epoch (int64, on the CPU)."""
    keys = bits(seed, Stream.ORDER, epoch, torch.arange(count), 1)[:, 0]
    return torch.argsort(keys, stable=True)
