"""Objectives against their formulas, and against the truth where it is known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import kl_divergence

from vaemodels.config import Kind, ModelConfig, Observation
from vaemodels.models import ConvolutionalModel, build
from vaemodels.objectives import (
    ElboTerms,
    beta_elbo,
    elbo,
    free_bits_kl,
    importance_weighted_bound,
    log_weights,
    rsample,
)
from vaemodels.random import Stream, normal


@pytest.fixture(params=Kind)
def model(request: pytest.FixtureRequest) -> ConvolutionalModel:
    config = ModelConfig(
        kind=request.param, image_shape=(1, 4, 4), classes=3, latent=2, channels=(4,), hidden=8
    )
    built = build(config, seed=3).double()
    # An untrained encoder says the prior: make it say something.
    built.encoder.outputs.weight.data.mul_(8.0)
    return built


X = (torch.arange(64).view(4, 1, 4, 4) % 3 == 0).double()
C = torch.tensor([0, 1, 2, 1])


def noise(samples: int) -> Tensor:
    drawn = normal(0, Stream.LATENT, 1, torch.arange(4), 2 * samples, torch.float64)
    return drawn.view(4, samples, 2).transpose(0, 1)


def test_rsample_is_what_torch_does_with_this_noise(model: ConvolutionalModel) -> None:
    q = model.posterior(X, C)
    torch.manual_seed(0)
    expected = q.rsample((3,))
    torch.manual_seed(0)
    epsilon = torch.normal(torch.zeros(3, 4, 2, dtype=torch.float64), 1.0)
    torch.testing.assert_close(rsample(q, epsilon), expected)


def test_the_terms_are_the_formula(model: ConvolutionalModel) -> None:
    epsilon = noise(5)
    terms = elbo(model, X, C, epsilon)
    q = model.posterior(X, C)
    mean, scale = q.base_dist.loc, q.base_dist.scale
    kl = 0.5 * (mean**2 + scale**2 - 1 - 2 * scale.log()).sum(1)
    torch.testing.assert_close(terms.kl, kl, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(terms.kl, kl_divergence(q, model.prior(C)))
    by_sample = [model.likelihood(mean + scale * e, C).log_prob(X) for e in epsilon]
    torch.testing.assert_close(terms.reconstruction, torch.stack(by_sample).mean(0))
    torch.testing.assert_close(terms.elbo, terms.reconstruction - kl)


def test_beta_weighs_the_kl_only(model: ConvolutionalModel) -> None:
    terms = elbo(model, X, C, noise(1))
    assert torch.equal(beta_elbo(terms, 1.0), terms.elbo)
    assert torch.equal(beta_elbo(terms, 0.0), terms.reconstruction)
    torch.testing.assert_close(beta_elbo(terms, 4.0), terms.reconstruction - 4 * terms.kl)


def test_free_bits_are_the_larger_of_floor_and_mean() -> None:
    kl = torch.tensor([[0.1, 2.0], [0.5, 4.0]], requires_grad=True)
    pushed = free_bits_kl(kl, 1.0, kl.mean(0))
    assert pushed.mean() == torch.clamp(kl.mean(0), min=1.0).sum()
    pushed.mean().backward()
    assert kl.grad is not None
    assert kl.grad.tolist() == [[0.0, 0.5], [0.0, 0.5]]


def test_one_weight_is_the_elbo_with_its_kl_sampled(model: ConvolutionalModel) -> None:
    weights = log_weights(model, X, C, noise(1))
    bound = importance_weighted_bound(weights.log_w)
    expected = weights.likelihood + weights.prior - weights.posterior
    torch.testing.assert_close(bound, expected[0])


def test_the_bound_is_the_logarithm_of_the_mean_weight() -> None:
    log_w = torch.tensor([[0.0], [math.log(3.0)]], dtype=torch.float64)
    assert float(importance_weighted_bound(log_w)) == pytest.approx(math.log(2.0))
    shifted = importance_weighted_bound(log_w - 5000)
    assert float(shifted) == pytest.approx(math.log(2.0) - 5000)


def log_evidence(model: ConvolutionalModel, x: Tensor, c: Tensor, side: int = 401) -> Tensor:
    """log p(x) by the trapezoidal rule over the two latent dimensions."""
    axis = torch.linspace(-8, 8, side, dtype=torch.float64)
    z = torch.cartesian_prod(axis, axis)[:, None].expand(-1, len(x), -1)
    log_joint = torch.cat(
        [
            model.likelihood(part, c).log_prob(x) + model.prior(c).log_prob(part)
            for part in z.split(20_000)
        ]
    )
    return log_joint.logsumexp(0) + 2 * math.log(16 / (side - 1))


@torch.no_grad()
def test_bounds_tighten_towards_the_evidence(model: ConvolutionalModel) -> None:
    """L₁ ≤ L₁₀ ≤ L₄₀₀₀ → log p(x), the truth by quadrature."""
    truth = log_evidence(model, X[:2], C[:2])
    draws = normal(1, Stream.LATENT, 1, torch.arange(2), 2 * 40_000, torch.float64)
    epsilon = draws.view(2, 40_000, 2).transpose(0, 1)
    log_w = log_weights(model, X[:2], C[:2], epsilon).log_w
    means = [
        importance_weighted_bound(part).mean(0)
        for samples in (1, 10, 4000)
        for part in [log_w.view(samples, -1, 2)]
    ]
    assert (means[0] < means[1]).all()
    assert (means[1] < means[2]).all()
    ratio = (log_w - truth).exp()
    error = ratio.std(0) / len(ratio) ** 0.5
    assert ((ratio.mean(0) - 1).abs() < 6 * error).all()
    assert (error < 0.01).all()


@torch.no_grad()
def test_the_closed_form_and_the_sampled_elbo_agree(model: ConvolutionalModel) -> None:
    """And the comparison would see a KL that is wrong by 5%."""
    draws = normal(2, Stream.LATENT, 1, torch.arange(4), 2 * 50_000, torch.float64)
    epsilon = draws.view(4, 50_000, 2).transpose(0, 1)
    sampled = log_weights(model, X, C, epsilon)
    kl_samples = sampled.posterior - sampled.prior
    error = kl_samples.std(0) / 50_000**0.5
    exact = elbo(model, X, C, epsilon[:1]).kl
    assert ((kl_samples.mean(0) - exact).abs() < 5.5 * error).all()
    assert ((kl_samples.mean(0) - 1.05 * exact).abs() > 5.5 * error).any()


def test_terms_do_not_mix_examples(model: ConvolutionalModel) -> None:
    whole = elbo(model, X, C, noise(2))
    alone = [elbo(model, X[i : i + 1], C[i : i + 1], noise(2)[:, i : i + 1]) for i in range(4)]
    torch.testing.assert_close(whole.elbo, torch.cat([terms.elbo for terms in alone]))
    assert isinstance(whole, ElboTerms)


def test_gaussian_likelihood_in_the_elbo() -> None:
    config = ModelConfig(
        image_shape=(1, 4, 4), latent=2, channels=(4,), observation=Observation.GAUSSIAN, sigma=0.5
    )
    model = build(config).double()
    epsilon = noise(1)
    q = model.posterior(X, C)
    mean = model.likelihood(rsample(q, epsilon), C).mean[0]
    squared = (X - mean).square().sum((1, 2, 3))
    expected = -2 * squared - 8 * math.log(2 * math.pi * 0.25)
    torch.testing.assert_close(elbo(model, X, C, epsilon).reconstruction, expected)
