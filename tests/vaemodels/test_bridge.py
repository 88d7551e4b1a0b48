"""What is trained is what was derived: objectives against the theorems, value and gradient."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.distributions import Bernoulli, Independent, kl_divergence

from vaemodels.config import Kind, ModelConfig
from vaemodels.formulas import formula
from vaemodels.likelihoods import BernoulliLikelihood, FixedGaussianLikelihood
from vaemodels.models import build, diagonal_normal
from vaemodels.objectives import elbo
from vaetheory import theorems
from vaetheory.language.expressions import Expression

MU, SIGMA, X, HAT, D = r"\mu", r"\sigma", "x", r"\hat{x}", "D"
TOLERANCE = 1e-10


def right(name: str) -> Expression:
    return theorems.get(name).statement.right


def agree(ours: Tensor, derived: Tensor, *inputs: Tensor) -> None:
    """Values, and gradients with respect to every input, to 1e-10 relative to their size."""
    scale = 1 + derived.detach().abs().max()
    assert torch.allclose(ours, derived, rtol=0, atol=TOLERANCE * float(scale))
    for mine, theirs in zip(
        torch.autograd.grad(ours.sum(), inputs, retain_graph=True),
        torch.autograd.grad(derived.sum(), inputs, retain_graph=True),
        strict=True,
    ):
        largest = 1 + float(theirs.abs().max())
        assert torch.allclose(mine, theirs, rtol=0, atol=TOLERANCE * largest)


def tensors(low: float, high: float, count: int) -> st.SearchStrategy[Tensor]:
    numbers = st.floats(low, high, allow_nan=False, width=64)
    return st.lists(numbers, min_size=count, max_size=count).map(
        lambda v: torch.tensor(v, dtype=torch.float64).reshape(2, -1).requires_grad_()
    )


@given(tensors(-5, 5, 6), tensors(0.05, 4, 6))
def test_the_kl_term_is_the_theorem(mu: Tensor, sigma: Tensor) -> None:
    q = diagonal_normal(mu, sigma)
    p = diagonal_normal(torch.zeros_like(mu), torch.ones_like(sigma))
    derived = formula(right("gaussian-kl-standard"), {MU: mu, SIGMA: sigma})
    agree(kl_divergence(q, p), derived, mu, sigma)


@given(tensors(-8, 8, 8), st.integers(0, 255))
def test_the_bernoulli_reconstruction_is_the_theorem(logits: Tensor, bits: int) -> None:
    x = torch.tensor([(bits >> i) & 1 for i in range(8)], dtype=torch.float64).reshape(2, 4)
    likelihood = BernoulliLikelihood()(logits.reshape(2, 1, 2, 2))
    ours = -likelihood.log_prob(x.reshape(2, 1, 2, 2))
    derived = formula(right("bernoulli-bce"), {X: x, HAT: torch.sigmoid(logits)})
    agree(ours, derived, logits)


@given(tensors(-3, 3, 8), tensors(-3, 3, 8), st.floats(0.1, 3))
def test_the_gaussian_reconstruction_is_the_theorem(x: Tensor, hat: Tensor, sigma: float) -> None:
    likelihood = FixedGaussianLikelihood(sigma).double()(hat.reshape(2, 1, 2, 2))
    # the buffer was rounded to float32 when it was made: compare at the σ that is used
    used = torch.tensor(float(likelihood.base_dist.scale.flatten()[0]), dtype=torch.float64)
    ours = -likelihood.log_prob(x.reshape(2, 1, 2, 2))
    values = {X: x, HAT: hat, SIGMA: used, D: torch.tensor(4.0, dtype=torch.float64)}
    agree(ours, formula(right("gaussian-squared-error"), values), x, hat)


@pytest.mark.parametrize("kind", Kind)
@settings(max_examples=10)
@given(seed=st.integers(0, 2**31 - 1))
def test_the_elbo_is_the_theorem(kind: Kind, seed: int) -> None:
    config = ModelConfig(
        kind=kind, image_shape=(1, 4, 4), classes=3, latent=2, channels=(4,), hidden=8
    )
    model = build(config, seed=seed).double()
    draw = torch.Generator().manual_seed(seed)
    x = (torch.rand(5, 1, 4, 4, generator=draw) < 0.5).double()
    c = torch.randint(3, (5,), generator=draw)
    epsilon = torch.randn(1, 5, 2, generator=draw, dtype=torch.float64)
    terms = elbo(model, x, c, epsilon)

    q = model.posterior(x, c).base_dist
    z = q.loc + q.scale * epsilon[0]
    hat = model.likelihood(z, c).base_dist.probs
    kl = formula(right("gaussian-kl-standard"), {MU: q.loc, SIGMA: q.scale})
    bce = formula(right("bernoulli-bce"), {X: x.flatten(1), HAT: hat.flatten(1)})
    parameters = [p for p in model.parameters() if p.requires_grad]
    ours = torch.autograd.grad(terms.elbo.sum(), parameters, retain_graph=True)
    derived = torch.autograd.grad((-bce - kl).sum(), parameters)
    torch.testing.assert_close(terms.elbo, -bce - kl, rtol=0, atol=TOLERANCE)
    for mine, theirs in zip(ours, derived, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=TOLERANCE)


def test_bce_loss_takes_the_mean_by_default_and_clamps_at_minus_100() -> None:
    hat = torch.tensor([[0.9, 0.2, 0.6], [0.5, 0.4, 0.1]], dtype=torch.float64)
    x = torch.tensor([[1, 0, 1], [0, 1, 0]], dtype=torch.float64)
    derived = formula(right("bernoulli-bce"), {X: x, HAT: hat})
    assert nn.BCELoss(reduction="sum")(hat, x) == pytest.approx(float(derived.sum()), abs=1e-12)
    assert nn.BCELoss()(hat, x) == pytest.approx(float(derived.sum()) / x.numel(), abs=1e-12)

    certain = torch.tensor([[0.0]], dtype=torch.float64)
    on = torch.ones_like(certain)
    assert float(nn.BCELoss(reduction="sum")(certain, on)) == 100.0
    assert float(formula(right("bernoulli-bce"), {X: on, HAT: certain})) == float("inf")
    # from logits nothing is clamped: −log sigmoid(−300) = 300
    ours = -BernoulliLikelihood()(torch.full((1, 1, 1, 1), -300.0)).log_prob(torch.ones(1, 1, 1, 1))
    assert float(ours) == pytest.approx(300.0)


@pytest.mark.parametrize("factor", [1.001, 0.5, -1.0])
def test_a_wrong_factor_is_caught(factor: float) -> None:
    mu, sigma = torch.full((2, 3), 0.7).double(), torch.full((2, 3), 0.4).double()
    mu.requires_grad_(), sigma.requires_grad_()
    wrong = factor * kl_divergence(
        diagonal_normal(mu, sigma), diagonal_normal(torch.zeros_like(mu), torch.ones_like(mu))
    )
    derived = formula(right("gaussian-kl-standard"), {MU: mu, SIGMA: sigma})
    with pytest.raises(AssertionError):
        agree(wrong, derived, mu, sigma)


def test_a_mean_for_the_sum_over_pixels_is_caught() -> None:
    logits = torch.linspace(-2, 2, 8, dtype=torch.float64).reshape(2, 4).requires_grad_()
    x = (torch.arange(8).reshape(2, 4) % 2).double()
    mean = -Independent(Bernoulli(logits=logits), 1).log_prob(x) / 4
    derived = formula(right("bernoulli-bce"), {X: x, HAT: torch.sigmoid(logits)})
    with pytest.raises(AssertionError):
        agree(mean, derived, logits)


def test_missing_values_and_densities_are_named() -> None:
    with pytest.raises(KeyError, match="sigma"):
        formula(right("gaussian-kl-standard"), {MU: torch.zeros(2)})
    with pytest.raises(TypeError, match="Elbo is no closed form"):
        formula(right("elbo-identity"), {})
