"""Every likelihood against its formula, written out here, and against numerical integration."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from vaemodels.likelihoods import (
    BernoulliLikelihood,
    ContinuousBernoulliLikelihood,
    FixedGaussianLikelihood,
    LearnedGaussianLikelihood,
    Likelihood,
)

LOGITS = st.lists(st.floats(-30, 30), min_size=6, max_size=6)
PIXELS = st.lists(st.floats(0, 1), min_size=6, max_size=6)


def image(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64).view(1, 1, 2, 3)


@given(st.lists(st.floats(-15, 15), min_size=6, max_size=6), PIXELS)
def test_bernoulli_is_the_summed_binary_cross_entropy(logits: list[float], x: list[float]) -> None:
    log_p = BernoulliLikelihood()(image(logits)).log_prob(image(x).round())
    bce = nn.functional.binary_cross_entropy(
        image(logits).sigmoid(), image(x).round(), reduction="sum"
    )
    assert float(-log_p) == pytest.approx(float(bce), rel=1e-6, abs=1e-9)


def test_bernoulli_is_not_clamped_where_bceloss_is() -> None:
    """``nn.BCELoss`` takes the mean by default, and clamps log at −100: logits need neither."""
    logits, x = torch.full((1, 1, 1, 2), -300.0, dtype=torch.float64), torch.ones(1, 1, 1, 2)
    exact = -BernoulliLikelihood()(logits).log_prob(x.double())
    assert float(exact) == pytest.approx(600.0)
    saturated = nn.functional.binary_cross_entropy((4 * logits).sigmoid(), x.double())
    assert float(saturated) == 100.0
    mean = nn.BCELoss()(torch.full((1, 1, 1, 2), 0.25), x)
    summed = -BernoulliLikelihood()(torch.full((1, 1, 1, 2), math.log(1 / 3))).log_prob(x)
    assert float(summed) == pytest.approx(2 * float(mean))


@given(LOGITS, PIXELS, st.floats(0.01, 5))
def test_gaussian_is_squared_error_up_to_scale_and_constant(
    mean: list[float], x: list[float], sigma: float
) -> None:
    expected = -(image(x) - image(mean)).square().sum() / (2 * sigma**2)
    expected -= 3 * math.log(2 * math.pi * sigma**2)
    fixed = FixedGaussianLikelihood(sigma).double()
    fixed.sigma.fill_(sigma)
    learned = LearnedGaussianLikelihood(sigma).double()
    learned.log_sigma.data.fill_(math.log(sigma))
    for likelihood in (fixed, learned):
        found = likelihood(image(mean)).log_prob(image(x))
        assert float(found.detach()) == pytest.approx(float(expected), rel=1e-10, abs=1e-9)


@pytest.mark.parametrize("logit", [-20.0, -3.0, -0.01, 0.0, 1e-4, 0.2, 5.0, 20.0])
def test_continuous_bernoulli_integrates_to_one(logit: float) -> None:
    """The normalizer that the cross-entropy of grey levels forgets."""
    x = torch.linspace(0, 1, 20_001, dtype=torch.float64).view(-1, 1, 1, 1)
    output = torch.full((1, 1, 1, 1), logit, dtype=torch.float64)
    density = ContinuousBernoulliLikelihood()(output).log_prob(x).exp()
    assert float(torch.trapezoid(density, x.flatten())) == pytest.approx(1.0, abs=2e-5)
    unnormalized = BernoulliLikelihood()(output).log_prob(x).exp()
    assert float(torch.trapezoid(unnormalized, x.flatten())) < 0.7


@pytest.mark.parametrize(
    "family",
    [BernoulliLikelihood(), ContinuousBernoulliLikelihood(), FixedGaussianLikelihood(0.3)],
    ids=lambda family: type(family).__name__,
)
def test_gradients_are_those_of_the_formula(family: Likelihood) -> None:
    generator = torch.Generator().manual_seed(0)
    output = torch.randn(2, 1, 2, 3, dtype=torch.float64, generator=generator).requires_grad_()
    x = torch.rand(2, 1, 2, 3, dtype=torch.float64, generator=generator)
    assert torch.autograd.gradcheck(lambda value: family.double()(value).log_prob(x), output)


def test_pixels_are_summed_not_averaged() -> None:
    one = BernoulliLikelihood()(torch.zeros(1, 1, 1, 1)).log_prob(torch.ones(1, 1, 1, 1))
    many = BernoulliLikelihood()(torch.zeros(1, 3, 4, 4)).log_prob(torch.ones(1, 3, 4, 4))
    assert many.shape == (1,)
    assert float(many) == pytest.approx(48 * float(one))
