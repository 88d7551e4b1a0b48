"""vaemodels' own objectives under `vaetheory.audit`: what they compute, found by calling them."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal, kl_divergence

import vaetheory.audit
from vaemodels.config import ModelConfig
from vaemodels.likelihoods import (
    BernoulliLikelihood,
    ContinuousBernoulliLikelihood,
    FixedGaussianLikelihood,
    Likelihood,
)
from vaemodels.models import LatentVariableModel, build, diagonal_normal
from vaemodels.objectives import (
    beta_elbo,
    elbo,
    free_bits_kl,
    importance_weighted_bound,
    log_weights,
    rsample,
)
from vaetheory.audit.report import Report


class Given(LatentVariableModel):
    """A model whose networks have answered already: μ, σ and the decoder's output are given."""

    def __init__(self, output: Tensor, mu: Tensor, sigma: Tensor, family: Likelihood) -> None:
        super().__init__()
        self.output, self.mu, self.sigma, self.family = output, mu, sigma, family

    def prior(self, c: Tensor) -> Independent[Normal]:
        return diagonal_normal(torch.zeros_like(self.mu), torch.ones_like(self.sigma))

    def posterior(self, x: Tensor, c: Tensor) -> Independent[Normal]:
        return diagonal_normal(self.mu, self.sigma)

    def likelihood(self, z: Tensor, c: Tensor) -> Independent[Distribution]:
        distribution: Independent[Distribution] = self.family(self.output[None])
        return distribution


def terms(output: Tensor, x: Tensor, mu: Tensor, sigma: Tensor, family: Likelihood):  # type: ignore[no-untyped-def]
    noise = torch.randn(1, *mu.shape)
    return elbo(Given(output, mu, sigma, family), x, torch.zeros(len(x)), noise)


def audited(function: Callable[..., Tensor]) -> Report:
    report = vaetheory.audit.audit(function)
    assert report.exit_code == 0, report.findings
    return report


@pytest.mark.parametrize(
    ("family", "text"),
    [
        (BernoulliLikelihood(), "x̂ is a logit"),
        (ContinuousBernoulliLikelihood(), "continuous Bernoulli on logits"),
        (FixedGaussianLikelihood(0.5), "(σ² = ¼)"),
    ],
    ids=["bernoulli", "continuous bernoulli", "gaussian"],
)
def test_the_elbo_is_the_elbo_to_the_constant(family: Likelihood, text: str) -> None:
    def negative_elbo(x_logits: Tensor, x: Tensor, mu: Tensor, sigma: Tensor) -> Tensor:
        return -terms(x_logits, x, mu, sigma, family).elbo

    report = audited(negative_elbo)
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    assert not report.up_to_constant
    assert report.findings == []
    assert text in report.parametrization
    assert "s is σ" in report.parametrization
    assert "one value per example" in report.reduction


def test_beta_is_declared() -> None:
    def loss(x_logits: Tensor, x: Tensor, mu: Tensor, sigma: Tensor, beta: float = 4.0) -> Tensor:
        return -beta_elbo(terms(x_logits, x, mu, sigma, BernoulliLikelihood()), beta).mean()

    report = audited(loss)
    assert (report.verdict.value, report.beta) == ("beta objective", "beta")


def test_free_bits_are_noticed() -> None:
    def loss(x_logits: Tensor, x: Tensor, mu: Tensor, sigma: Tensor) -> Tensor:
        found = terms(x_logits, x, mu, sigma, BernoulliLikelihood())
        kl = free_bits_kl(found.kl_per_dimension, 0.25, found.kl_per_dimension.mean(0))
        return (kl - found.reconstruction).mean()

    report = audited(loss)
    assert report.verdict.value == "beta objective"
    assert [finding.name for finding in report.findings] == ["free-bits"]


def test_one_importance_sample_is_the_elbo_with_its_kl_sampled() -> None:
    def loss(x_logits: Tensor, x: Tensor, mu: Tensor, sigma: Tensor) -> Tensor:
        model = Given(x_logits, mu, sigma, BernoulliLikelihood())
        weights = log_weights(model, x, torch.zeros(len(x)), torch.randn(1, *mu.shape))
        return -importance_weighted_bound(weights.log_w).mean()

    report = audited(loss)
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    assert any("draws noise" in line for line in report.assumed)


def test_a_planted_half_is_caught() -> None:
    def loss(x_logits: Tensor, x: Tensor, mu: Tensor, sigma: Tensor) -> Tensor:
        found = terms(x_logits, x, mu, sigma, BernoulliLikelihood())
        return -(found.reconstruction - 2 * found.kl)

    report = vaetheory.audit.audit(loss)
    assert (report.beta, report.exit_code) == (2, 1)


def test_the_model_samples_with_the_sigma_of_its_kl() -> None:
    model = build(ModelConfig(image_shape=(1, 8, 8), latent=3, channels=(4,), hidden=8))
    classes = torch.zeros(4, dtype=torch.int64)

    def encoder(x: Tensor) -> tuple[Tensor, Tensor]:
        q = model.posterior(x, classes)
        return q.base_dist.loc, q.base_dist.scale

    def sampler(mu: Tensor, sigma: Tensor) -> Tensor:
        return rsample(diagonal_normal(mu, sigma), torch.randn_like(mu))

    def decoder(z: Tensor) -> Tensor:
        return model.likelihood(z, classes).base_dist.logits

    def loss(x_logits: Tensor, x: Tensor, mu: Tensor, sigma: Tensor) -> Tensor:
        q = diagonal_normal(mu, sigma)
        p = diagonal_normal(torch.zeros_like(mu), torch.ones_like(sigma))
        log_px = BernoulliLikelihood()(x_logits).log_prob(x)
        return kl_divergence(q.base_dist, p.base_dist).sum(-1) - log_px

    report = vaetheory.audit.audit(
        encoder=encoder, sampler=sampler, decoder=decoder, loss=loss,
        example=torch.rand(4, 1, 8, 8),
    )  # fmt: skip
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    assert report.findings == []
    assert any("is unbiased" in line for line in report.assumed)
    assert math.isfinite(report.seconds)
