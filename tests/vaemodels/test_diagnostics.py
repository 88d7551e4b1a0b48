"""Diagnostics on latent codes whose truth is known."""

from __future__ import annotations

import math

import pytest
import torch

from vaemodels.diagnostics import active_units, aggregate_posterior, collapse_warning
from vaemodels.random import Stream, normal

N = 2000
ROWS = torch.arange(N)


def noise(dimensions: int) -> torch.Tensor:
    return normal(0, Stream.LATENT, 0, ROWS, dimensions, torch.float64)


def test_units_whose_mean_moves_are_active() -> None:
    means = noise(3) * torch.tensor([1.0, 0.11, 0.09])
    assert active_units(means) == 2


def test_a_collapsed_posterior_carries_nothing() -> None:
    found = aggregate_posterior(torch.zeros(N, 2), torch.ones(N, 2), noise(2))
    assert found.mutual_information == pytest.approx(0, abs=1e-9)
    assert found.marginal_kl == pytest.approx(0, abs=1e-9)
    assert (found.least_variance, found.largest_variance) == (1.0, 1.0)
    assert found.largest_mean == 0.0


def test_a_gaussian_channel_carries_what_shannon_says() -> None:
    """μ ~ N(0, 1 − s²), z = μ + s ε: q(z) is the prior, and I(x; z) = −log s in each dimension."""
    s = 0.5
    means = normal(0, Stream.PRIOR, 0, ROWS, 2, torch.float64) * (1 - s**2) ** 0.5
    found = aggregate_posterior(means, torch.full((N, 2), s), noise(2))
    assert found.mutual_information == pytest.approx(-2 * math.log(s), abs=0.1)
    assert found.marginal_kl == pytest.approx(0, abs=0.1)
    assert found.least_variance == pytest.approx(1, abs=0.1)
    assert found.largest_mean < 0.1


def test_a_shifted_posterior_is_seen() -> None:
    found = aggregate_posterior(torch.full((N, 1), 2.0), torch.ones(N, 1), noise(1))
    assert found.largest_mean == pytest.approx(2.0)
    assert found.marginal_kl == pytest.approx(2.0, abs=0.2)  # KL[N(2, 1) ‖ N(0, 1)] = 2
    assert found.mutual_information == pytest.approx(0, abs=1e-9)


def test_separate_images_carry_all_that_can_be_seen() -> None:
    """N posteriors without overlap: I(x; z) = log N, the ceiling of the estimate."""
    means = torch.arange(N, dtype=torch.float64)[:, None]
    found = aggregate_posterior(means, torch.full((N, 1), 1e-3), noise(1))
    assert found.mutual_information == pytest.approx(math.log(N), abs=1e-6)
    assert found.images == N


def test_the_rate_is_the_sum_of_both_parts() -> None:
    means, scales = noise(2) * 0.8, torch.full((N, 2), 0.4, dtype=torch.float64)
    kl = (0.5 * (means**2 + scales**2 - 1) - scales.log()).sum(1).mean()
    fresh = normal(1, Stream.LATENT, 0, ROWS, 2, torch.float64)
    found = aggregate_posterior(means, scales, fresh)
    assert found.mutual_information + found.marginal_kl == pytest.approx(float(kl), abs=0.1)


@pytest.mark.parametrize(
    ("kl", "active", "words"),
    [
        ([0.001, 0.0], 0, "Posterior collapse.*--warmup-epochs"),
        ([2.0, 0.01, 0.0], 1, "Only 1 of 3 latent dimensions"),
        ([2.0, 1.0], 2, None),
    ],
)
def test_warnings_in_plain_words(kl: list[float], active: int, words: str | None) -> None:
    import re

    found = collapse_warning(kl, active)
    if words is None:
        assert found is None
    else:
        assert found is not None
        assert re.search(words, found)
