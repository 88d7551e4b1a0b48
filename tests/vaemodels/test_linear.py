"""Ground truth: the linear VAE at the optimum of probabilistic PCA."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from vaemodels.config import (
    Binarization,
    Config,
    DataConfig,
    Device,
    ModelConfig,
    Observation,
    OptimizationConfig,
    Precision,
)
from vaemodels.data import Dataset
from vaemodels.distributed import World
from vaemodels.linear import LinearVAE, principal_components
from vaemodels.objectives import ElboTerms, beta_elbo, elbo
from vaemodels.random import Stream, normal, permutation
from vaemodels.steps import TrainingStep, adam

D, K, N = 8, 2, 500


def factor_data(seed: int = 0) -> Tensor:
    """N points of R⁸, two strong directions and noise of standard deviation ½."""
    rows = torch.arange(N)
    z = normal(seed, Stream.LATENT, 0, rows, K, torch.float64)
    noise = normal(seed, Stream.PIXELS, 0, rows, D, torch.float64)
    w = normal(seed, Stream.PRIOR, 0, torch.arange(D), K, torch.float64)
    return (z @ w.T + 0.5 * noise + 1.0).view(N, 1, 1, D)


X = factor_data()
C = torch.zeros(N, dtype=torch.int64)


@pytest.fixture
def optimum() -> LinearVAE:
    return principal_components(X, K)


def noise(step: int, samples: int = 1) -> Tensor:
    drawn = normal(1, Stream.LATENT, step, torch.arange(N), samples * K, torch.float64)
    return drawn.view(N, samples, K).transpose(0, 1)


@torch.no_grad()
def test_the_posterior_at_the_optimum_is_the_true_one(optimum: LinearVAE) -> None:
    """p(x, z) / q(z|x) does not depend on z: it is p(x), for every sample."""
    q = optimum.posterior(X, C)
    z = q.base_dist.loc + q.base_dist.scale * noise(0, samples=5)
    log_w = optimum.likelihood(z, C).log_prob(X) + optimum.prior(C).log_prob(z) - q.log_prob(z)
    torch.testing.assert_close(log_w, optimum.log_evidence(X).expand(5, N), rtol=0, atol=1e-10)


@torch.no_grad()
def test_the_elbo_at_the_optimum_is_the_log_likelihood(optimum: LinearVAE) -> None:
    """With antithetic noise ±√K e_k, whose moments are exact, not only on average."""
    basis = torch.cat((torch.eye(K), -torch.eye(K))).double() * K**0.5
    terms = elbo(optimum, X, C, basis[:, None].expand(-1, N, -1))
    torch.testing.assert_close(terms.elbo, optimum.log_evidence(X), rtol=0, atol=1e-10)


@torch.no_grad()
def test_no_other_parameters_are_more_likely(optimum: LinearVAE) -> None:
    best = optimum.log_evidence(X).mean()
    for seed in range(20):
        torch.manual_seed(seed)
        moved = principal_components(X, K)
        for parameter in (moved.weight, moved.offset, moved.log_sigma):
            parameter += 0.02 * torch.randn_like(parameter)
        assert moved.log_evidence(X).mean() < best


Loss = Callable[[LinearVAE, Tensor], Tensor]


def training_loss(model: LinearVAE, epsilon: Tensor) -> Tensor:
    return -elbo(model, X, C, epsilon).elbo.mean()


def with_beta(model: LinearVAE, epsilon: Tensor) -> Tensor:
    return -beta_elbo(elbo(model, X, C, epsilon), 1.01).mean()


def with_wide_samples(model: LinearVAE, epsilon: Tensor) -> Tensor:
    return -elbo(model, X, C, 1.02 * epsilon).elbo.mean()


def with_lost_half(model: LinearVAE, epsilon: Tensor) -> Tensor:
    """KL = Σ μ² + ½ (σ² − 1 − log σ²): the ½ before μ² is gone."""
    terms = elbo(model, X, C, epsilon)
    extra = 0.5 * model.posterior(X, C).base_dist.loc.square()
    wrong = ElboTerms(
        reconstruction=terms.reconstruction, kl_per_dimension=terms.kl_per_dimension + extra
    )
    return -wrong.elbo.mean()


PASSES, SAMPLES = 300, 20
# Two-sided, over all 43 parameters, with Student's t at 299 degrees of freedom: below 1e-6.
THRESHOLD = 6.0
POWER = 3.09  # a standard normal exceeds −3.09 with probability 0.999


def gradient_test(model: LinearVAE, loss: Loss) -> tuple[float, Tensor]:
    """Largest |z| of the mean gradient over ``PASSES`` draws, and its standard errors."""
    gradients = []
    for step in range(PASSES):
        found = torch.autograd.grad(loss(model, noise(step + 1, SAMPLES)), list(model.parameters()))
        gradients.append(torch.cat([part.flatten() for part in found]))
    stacked = torch.stack(gradients)
    # Gradients without noise in them are compared with rounding instead of with their spread.
    error = stacked.std(dim=0) / math.sqrt(PASSES) + 1e-12
    return float((stacked.mean(dim=0) / error).abs().max()), error


def test_the_mean_gradient_at_the_optimum_is_zero(optimum: LinearVAE) -> None:
    largest, _ = gradient_test(optimum, training_loss)
    assert largest < THRESHOLD


@pytest.mark.parametrize("loss", [with_beta, with_wide_samples, with_lost_half])
def test_the_gradient_test_catches(optimum: LinearVAE, loss: Loss) -> None:
    """And not by luck: the deviation exceeds what is caught with probability 0.999."""
    largest, error = gradient_test(optimum, loss)
    assert largest > THRESHOLD + POWER
    assert float(error.max()) < 0.02


def test_trained_from_scratch_it_arrives_there(optimum: LinearVAE) -> None:
    """By the training step that every run uses; within 0.01 nats of the best log-likelihood."""
    config = Config(
        model=ModelConfig(latent=K, observation=Observation.GAUSSIAN),
        optimization=OptimizationConfig(batch=100),
        data=DataConfig(binarization=Binarization.NONE),
        device=Device.CPU,
        precision=Precision.FLOAT64,
    )
    torch.manual_seed(0)
    model = LinearVAE((1, 1, D), K).double()
    optimizer = adam(model, config.optimization, torch.device("cpu"))
    rows = torch.arange(N)
    data = Dataset(images=X, labels=C, indices=rows, classes=("0",))
    step = TrainingStep(model, optimizer, data, config, World())
    epochs = 120
    for epoch in range(epochs):
        for batch in permutation(0, epoch, N).split(100):
            step(batch, 0.02 * (1 - epoch / epochs), 1.0)
    with torch.no_grad():
        best = optimum.log_evidence(X).mean()
        found = torch.stack([elbo(model, X, C, noise(s, 20)).elbo.mean() for s in range(20)])
        assert float(best - model.log_evidence(X).mean()) < 0.01
        assert abs(float(best - found.mean())) < 0.01
