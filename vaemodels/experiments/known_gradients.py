"""Gradients that are known, estimated by every estimator from the same samples."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vaemodels.experiments.estimators import Spread, join, leave_one_out, spread

ESTIMATORS = ("pathwise", "score function", "score function, baseline")


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How many estimates of a gradient, and how many samples of z, hence evaluations of f, each."""

    estimates: int
    samples: int


def quadratic(
    dimension: int, budget: Budget, random: torch.Generator
) -> tuple[list[Spread], Tensor]:
    """f(z) = log N(a; z, I) and q = N(μ, ½I) with μ = 0 and |a_d| = 1: spreads, and the gradient.

    E_q[f] = −½‖a − μ‖² + const, so that ∇_μ E_q[f] = a − μ.
    """
    a = torch.ones(dimension, dtype=torch.float64, device=random.device)
    constant = 0.5 * dimension * math.log(2 * math.pi)

    def f(z: Tensor) -> Tensor:
        return -0.5 * (z - a).square().sum(-1) - constant

    return _compare(f, lambda z: a - z, math.sqrt(0.5), dimension, budget, random), a


def cosine(frequency: float, budget: Budget, random: torch.Generator) -> list[Spread]:
    """f(z) = cos ω(z + 1) and q = N(0, 1)."""
    return _compare(
        lambda z: torch.cos(frequency * (z + 1)).sum(-1),
        lambda z: -frequency * torch.sin(frequency * (z + 1)),
        1.0,
        1,
        budget,
        random,
    )


def _compare(
    f: Callable[[Tensor], Tensor],
    derivative: Callable[[Tensor], Tensor],
    scale: float,
    dimension: int,
    budget: Budget,
    random: torch.Generator,
) -> list[Spread]:
    """All estimators of ∇_μ E[f(z)] at μ = 0, from the same samples z = σε."""
    found: list[Spread] = []
    together = max(1, 2**20 // (budget.samples * dimension))
    for start in range(0, budget.estimates, together):
        shape = (budget.samples, min(together, budget.estimates - start), dimension)
        noise = torch.randn(shape, generator=random, device=random.device, dtype=torch.float64)
        z, score = scale * noise, noise / scale
        value = f(z)
        estimates = (
            derivative(z).mean(0),
            (value[..., None] * score).mean(0),
            (leave_one_out(value)[..., None] * score).mean(0),
        )
        new = [spread(estimate) for estimate in estimates]
        found = [join(*pair) for pair in zip(found, new, strict=True)] if found else new
    return found


def relative_bias(found: Spread, exact: Tensor) -> float:
    """(E ĝ − g)·g / ‖g‖²."""
    return float(((found.mean - exact) * exact).sum() / exact.square().sum())
