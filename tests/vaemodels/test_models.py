"""Laws that every model with every likelihood keeps."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Distribution

from vaemodels.config import Kind, ModelConfig, Observation
from vaemodels.likelihoods import FAMILIES, OptimalGaussianLikelihood
from vaemodels.models import CVAE, MODELS, ConvolutionalModel, build

SHAPES = [(1, 28, 28), (3, 16, 8), (1, 4, 12)]


def config(kind: Kind, observation: Observation, shape: tuple[int, int, int]) -> ModelConfig:
    return ModelConfig(
        kind=kind,
        observation=observation,
        image_shape=shape,
        classes=3,
        latent=2,
        channels=(4, 6),
        hidden=8,
        blocks=1,
    )


@pytest.fixture(params=[(k, o, s) for k in Kind for o in Observation for s in SHAPES], ids=str)
def model(request: pytest.FixtureRequest) -> ConvolutionalModel:
    return build(config(*request.param), seed=1)


def test_every_model_and_likelihood_is_registered() -> None:
    assert set(MODELS) == set(Kind)
    assert set(FAMILIES) == set(Observation)


def test_shapes_and_finiteness(model: ConvolutionalModel) -> None:
    x = torch.rand(5, *model.config.image_shape).round()
    c = torch.tensor([0, 1, 2, 0, 1])
    q, p = model.posterior(x, c), model.prior(c)
    assert (q.batch_shape, q.event_shape) == ((5,), (2,))
    assert p.event_shape == (2,)
    z = q.rsample((7,))
    likelihood = model.likelihood(z, c)
    assert isinstance(likelihood, Distribution)
    assert likelihood.batch_shape == (7, 5)
    assert likelihood.event_shape == model.config.image_shape
    value = likelihood.log_prob(x)
    assert value.shape == (7, 5)
    assert value.isfinite().all()
    value.sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name


def test_samples_decode_the_same_alone_and_together(model: ConvolutionalModel) -> None:
    model = model.double()
    c = torch.tensor([0, 1, 2])
    z = torch.randn(4, 3, 2, dtype=torch.float64)
    x = torch.rand(3, *model.config.image_shape, dtype=torch.float64).round()
    together = model.likelihood(z, c).log_prob(x)
    alone = torch.stack([model.likelihood(part, c).log_prob(x) for part in z])
    torch.testing.assert_close(together, alone, rtol=1e-9, atol=0)


def test_examples_do_not_see_each_other(model: ConvolutionalModel) -> None:
    """No normalization over the batch: one process and N processes compute the same."""
    model = model.double()
    x = torch.rand(4, *model.config.image_shape, dtype=torch.float64)
    c = torch.tensor([0, 1, 2, 0])
    whole = model.posterior(x, c).base_dist.loc
    half = model.posterior(x[:2], c[:2]).base_dist.loc
    torch.testing.assert_close(whole[:2], half, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", Kind)
def test_only_the_conditional_model_looks_at_the_class(kind: Kind) -> None:
    model = build(config(kind, Observation.BERNOULLI, (1, 8, 8)))
    x, z = torch.rand(1, 1, 8, 8), torch.randn(1, 2)
    zero, one = torch.tensor([0]), torch.tensor([1])
    same_posterior = torch.equal(
        model.posterior(x, zero).base_dist.loc, model.posterior(x, one).base_dist.loc
    )
    same_likelihood = torch.equal(model.likelihood(z, zero).mean, model.likelihood(z, one).mean)
    assert (same_posterior, same_likelihood) == ((kind is Kind.VAE,) * 2)


def test_the_one_hot_class() -> None:
    model = build(config(Kind.CVAE, Observation.BERNOULLI, (1, 8, 8)))
    assert isinstance(model, CVAE)
    assert model.one_hot(torch.tensor([2, 0])).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_the_seed_alone_decides_the_initial_parameters() -> None:
    shape = config(Kind.VAE, Observation.BERNOULLI, (1, 8, 8))
    torch.manual_seed(1)
    one = build(shape, seed=5).state_dict()
    before = torch.get_rng_state()
    two = build(shape, seed=5).state_dict()
    assert torch.equal(before, torch.get_rng_state())
    other = build(shape, seed=6).state_dict()
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["encoder.hidden.weight"], other["encoder.hidden.weight"])


@pytest.mark.parametrize("size", [1e3, 1e5])
def test_an_extreme_encoder_gives_no_nan(size: float) -> None:
    """An exponential of a log-variance would overflow here."""
    model = build(config(Kind.VAE, Observation.BERNOULLI, (1, 8, 8)))
    x, c = torch.rand(2, 1, 8, 8), torch.zeros(2, dtype=torch.int64)
    for sign in (-1.0, 1.0):
        model.encoder.outputs.bias.data.fill_(sign * size)
        q = model.posterior(x, c)
        kl = torch.distributions.kl_divergence(q, model.prior(c))
        assert kl.isfinite().all()
        assert (q.base_dist.scale > 0).all()


def test_the_optimal_sigma_is_the_root_of_the_mean_squared_error() -> None:
    likelihood = OptimalGaussianLikelihood(1.0)
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(50, 1, 4, 4, generator=generator)
    x = mean + 0.3 * torch.randn(50, 1, 4, 4, generator=generator)
    likelihood.refit((x - mean).square().mean())
    at_optimum = likelihood(mean).log_prob(x).mean()
    optimum = float(likelihood.sigma)
    for factor in (0.97, 1.03):
        likelihood.sigma.fill_(optimum * factor)
        assert likelihood(mean).log_prob(x).mean() < at_optimum
