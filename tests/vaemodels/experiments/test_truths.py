"""What experiments hold estimates against is itself checked, by another way of computing it."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from vaemodels.config import Kind, ModelConfig
from vaemodels.experiments import entropy, overlap
from vaemodels.experiments.autoregressive import AutoregressiveVAE, PixelsBefore
from vaemodels.experiments.one_sample import Scene, by_one_sample, by_quadrature
from vaemodels.experiments.prior_sampling import LinearGaussian, linear_gaussian
from vaemodels.experiments.semi_supervised import bound_without_label
from vaemodels.models import build
from vaemodels.objectives import elbo


@pytest.fixture
def random() -> torch.Generator:
    return torch.Generator().manual_seed(0)


# --- eq. 2 --------------------------------------------------------------------------------------


def one_dimensional() -> LinearGaussian:
    w = torch.tensor([[1.5], [-0.5]], dtype=torch.float64)
    return LinearGaussian(w=w, x=torch.tensor([0.7, -1.1], dtype=torch.float64))


def likelihood(model: LinearGaussian, z: float) -> float:
    means = (model.w[:, 0] * z).numpy()
    return float(np.prod(stats.norm.pdf(model.x.numpy(), means)))


def test_the_evidence_is_the_integral_over_the_prior() -> None:
    model = one_dimensional()
    evidence, _ = integrate.quad(lambda z: likelihood(model, z) * stats.norm.pdf(z), -9, 9)
    assert model.log_evidence() == pytest.approx(math.log(evidence), abs=1e-8)


def test_chi_square_is_the_relative_variance_of_one_prior_sample() -> None:
    model = one_dimensional()
    square, _ = integrate.quad(lambda z: likelihood(model, z) ** 2 * stats.norm.pdf(z), -9, 9)
    expected = math.log(square) - 2 * model.log_evidence()
    assert model.log_chi_square_plus_1() == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("proposal", ["prior", "q(z|x)"])
def test_both_proposals_estimate_the_evidence(proposal: str, random: torch.Generator) -> None:
    model = linear_gaussian(2, random)
    w = (model.log_weights(100_000, proposal, random) - model.log_evidence()).exp()
    assert abs(float(w.mean()) - 1) < 5 * float(w.std()) / 100_000**0.5


# --- 1.2.3 --------------------------------------------------------------------------------------


def test_exact_comparisons_can_fail() -> None:
    world = entropy.random_world(Random(0))
    rivals = entropy.rivals_of(world, 5, Random(1))
    assert entropy.point_mass_wins(world, rivals)
    assert entropy.posterior_wins(world, rivals)
    # A world that is told another posterior, or asked about the wrong objective, loses.
    assert not entropy.point_mass_wins(Misled(world.joint), rivals)
    assert not entropy.posterior_wins(Misled(world.joint), rivals)


class Misled(entropy.World):
    """Takes the uniform distribution for both winners."""

    @property
    def posterior(self) -> list[Fraction]:
        return [Fraction(1, len(self.joint))] * len(self.joint)

    @property
    def point_mass(self) -> list[Fraction]:
        return self.posterior


def test_the_climb_with_entropy_ends_at_the_posterior() -> None:
    world = entropy.random_world(Random(3))
    end = entropy.climb(world, True, 400).end
    assert end == pytest.approx([float(p) for p in world.posterior])
    without = entropy.climb(world, False, 20_000)
    assert without.entropies[-1] < 0.05 < without.entropies[0]


# --- 1.3 ----------------------------------------------------------------------------------------


def scene() -> Scene:
    torch.manual_seed(0)
    config = ModelConfig(image_shape=(1, 8, 8), latent=2, channels=(4,), hidden=8)
    model = build(config).double()
    x = (torch.rand(3, 1, 8, 8, dtype=torch.float64) < 0.3).double()
    mean = torch.randn(3, 2, dtype=torch.float64)
    scale = 0.3 + torch.rand(3, 2, dtype=torch.float64)
    return Scene(model=model, x=x, mean=mean, scale=scale)


def test_quadrature_agrees_with_itself_and_with_back_propagation() -> None:
    base = scene()
    fine, coarse = by_quadrature(base, 32), by_quadrature(base, 24)
    torch.testing.assert_close(fine.value, coarse.value, atol=1e-6, rtol=0)
    torch.testing.assert_close(fine.gradient, coarse.gradient, atol=1e-5, rtol=0)
    # The derivative by differences of the value, which uses neither identity.
    step = 1e-4
    moved = Scene(model=base.model, x=base.x, mean=base.mean + step, scale=base.scale)
    slope = (by_quadrature(moved, 32).value - fine.value) / step
    torch.testing.assert_close(slope, fine.gradient[:, :2].sum(1), atol=1e-3, rtol=1e-3)


def test_one_sample_estimates_are_unbiased(random: torch.Generator) -> None:
    base = scene()
    exact, drawn = by_quadrature(base, 32), by_one_sample(base, 4000, random)
    error = drawn.gradient.std(0) / 4000**0.5
    assert float(((drawn.gradient.mean(0) - exact.gradient) / error).abs().max()) < 4.5


# --- 1.4.2 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("distance", [0.0, 1.0, 4.0])
def test_the_uncertainty_is_the_conditional_entropy(distance: float) -> None:
    def integrand(z: float) -> float:
        a, b = stats.norm.pdf(z, -distance / 2), stats.norm.pdf(z, distance / 2)
        w = a / (a + b)
        return float(0.5 * (a + b) * stats.entropy([w, 1 - w]))

    expected, _ = integrate.quad(integrand, -8 - distance, 8 + distance, limit=200)
    assert overlap.codes(distance).uncertainty == pytest.approx(expected, abs=1e-6)


def test_pixels_before_see_nothing_of_what_comes_after() -> None:
    torch.manual_seed(0)
    network = PixelsBefore(1)
    assert leaks(network) == 0
    # The fault that this is to catch: a mask that lets a pixel see itself.
    network.mask[3, 3] = 1
    assert leaks(network) > 0


def leaks(network: PixelsBefore) -> float:
    """Largest derivative of a pixel's logit in that pixel and those after it."""
    x = torch.rand(1, 1, 6, 6, requires_grad=True)
    worst = 0.0
    for d, logit in enumerate(network(x).flatten()):
        (slope,) = torch.autograd.grad(logit, x, retain_graph=True)
        worst = max(worst, float(slope.flatten()[d:].abs().max()))
    return worst


def test_the_autoregressive_decoder_is_a_distribution() -> None:
    config = ModelConfig(image_shape=(1, 2, 2), latent=2, channels=(2,), hidden=4)
    model = AutoregressiveVAE(config, 0)
    c = torch.zeros(16, dtype=torch.int64)
    grids = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 4).view(16, 1, 2, 2)
    z = torch.randn(1, 1, 2).expand(1, 16, 2)
    total = model.likelihood(z, c).log_prob(grids).exp().sum().detach()
    assert float(total) == pytest.approx(1.0, abs=1e-5)


# --- 1.4.3 --------------------------------------------------------------------------------------


def test_the_bound_without_a_label_is_the_labelled_one_averaged() -> None:
    torch.manual_seed(0)
    config = ModelConfig(
        kind=Kind.CVAE, image_shape=(1, 8, 8), classes=3, latent=2, channels=(4,), hidden=8
    )
    cvae = build(config)
    x, noise = (torch.rand(5, 1, 8, 8) < 0.3).float(), torch.randn(1, 5, 2)
    logits = torch.randn(5, 3)
    q = logits.softmax(-1)
    expected = torch.zeros(5)
    for c in range(3):
        value = elbo(cvae, x, torch.full((5,), c), noise).elbo
        expected += q[:, c] * (value - math.log(3) - q[:, c].log())
    found = bound_without_label(cvae, logits, x, noise)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-5)


def test_a_sure_classifier_leaves_the_labelled_bound() -> None:
    torch.manual_seed(0)
    config = ModelConfig(
        kind=Kind.CVAE, image_shape=(1, 8, 8), classes=3, latent=2, channels=(4,), hidden=8
    )
    cvae = build(config)
    x, noise = (torch.rand(5, 1, 8, 8) < 0.3).float(), torch.randn(1, 5, 2)
    c = torch.tensor([0, 1, 2, 0, 1])
    logits = 100.0 * torch.nn.functional.one_hot(c, 3)
    expected = elbo(cvae, x, c, noise).elbo - math.log(3)
    torch.testing.assert_close(
        bound_without_label(cvae, logits, x, noise), expected, atol=1e-3, rtol=1e-5
    )
