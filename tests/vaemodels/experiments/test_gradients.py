"""Estimators of gradients are what they are called: unbiased, with the variance that they have."""

from __future__ import annotations

import math

import pytest
import torch

from vaemodels.experiments.categorical import CategoricalVAE, gumbel, hard, relaxed
from vaemodels.experiments.estimators import join, leave_one_out, score_surrogate, spread
from vaemodels.experiments.known_gradients import Budget, cosine, quadratic, relative_bias


@pytest.fixture
def random() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_leave_one_out_subtracts_the_mean_of_the_others() -> None:
    f = torch.tensor([[1.0, 10.0], [2.0, 20.0], [6.0, 90.0]])
    expected = torch.stack([f[i] - f[[j for j in range(3) if j != i]].mean(0) for i in range(3)])
    torch.testing.assert_close(leave_one_out(f), expected)
    with pytest.raises(ValueError, match="at least 2"):
        leave_one_out(f[:1])


def test_spreads_add_up() -> None:
    values = torch.randn(50, 3, dtype=torch.float64)
    both = join(spread(values[:20]), spread(values[20:]))
    torch.testing.assert_close(both.mean, values.mean(0))
    assert both.variance == pytest.approx(float(values.var(0).sum()))


def test_known_gradients_have_their_known_variances(random: torch.Generator) -> None:
    """f = −½(z − 1)² + const, z = σε, σ² = ½: the derivative 1 − z has variance ½ per sample."""
    budget = Budget(estimates=40_000, samples=2)
    (pathwise, plain, with_baseline), exact = quadratic(1, budget, random)
    assert pathwise.variance == pytest.approx(0.25, rel=0.03)
    for found in (pathwise, plain, with_baseline):
        assert abs(relative_bias(found, exact)) < 5 * math.sqrt(found.variance / found.count)
    assert with_baseline.variance < plain.variance


def test_a_biased_estimator_would_be_noticed(random: torch.Generator) -> None:
    """A baseline that includes the sample's own f shrinks the gradient by (S − 1) / S."""
    (_, _, found), exact = quadratic(1, Budget(estimates=40_000, samples=2), random)
    shrunk = spread(torch.full((2, 1), float(found.mean) / 2, dtype=torch.float64))
    assert abs(relative_bias(shrunk, exact)) > 5 * math.sqrt(found.variance / found.count)


def test_the_derivative_of_a_cosine_is_estimated(random: torch.Generator) -> None:
    """E[cos ω(z + μ)] = e^{−ω²/2} cos ωμ, at μ = 1."""
    frequency = 1.3
    exact = -frequency * math.exp(-(frequency**2) / 2) * math.sin(frequency)
    for found in cosine(frequency, Budget(estimates=40_000, samples=2), random):
        error = math.sqrt(found.variance / found.count)
        assert float(found.mean) == pytest.approx(exact, abs=5 * error)


@pytest.mark.parametrize("baseline", [False, True])
def test_the_score_surrogate_has_the_gradient_of_the_expectation(
    baseline: bool, random: torch.Generator
) -> None:
    logits = torch.tensor([0.3, -1.0, 0.7], dtype=torch.float64, requires_grad=True)
    f = torch.tensor([1.0, 5.0, -2.0], dtype=torch.float64)
    (exact,) = torch.autograd.grad((logits.softmax(0) * f).sum(), logits)
    z = hard(logits.detach(), gumbel((4, 50_000, 3), random, f)).argmax(-1)
    log_q = logits.log_softmax(0)[z]
    surrogate = score_surrogate(f[z], log_q, baseline).mean()
    (found,) = torch.autograd.grad(surrogate, logits)
    torch.testing.assert_close(found, exact, atol=0.03, rtol=0)


def test_gumbel_noise_makes_exact_samples(random: torch.Generator) -> None:
    logits = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    shares = hard(logits, gumbel((100_000, 3), random, logits)).double().mean(0)
    torch.testing.assert_close(shares, logits.softmax(0), atol=0.008, rtol=0)


def test_relaxed_samples_go_to_corners_as_the_temperature_falls(random: torch.Generator) -> None:
    logits = torch.zeros(3)
    noise = gumbel((1000, 3), random, logits)
    assert relaxed(logits, noise, 0.01, False).max(-1).values.mean() > 0.98
    assert relaxed(logits, noise, 100.0, False).max(-1).values.mean() < 0.4


def test_straight_through_is_hard_forward_and_soft_backward(random: torch.Generator) -> None:
    logits = torch.tensor([0.2, -0.4, 0.1], requires_grad=True)
    noise = gumbel((3,), random, logits)
    weight = torch.tensor([1.0, 2.0, 3.0])
    code = relaxed(logits, noise, 0.7, True)
    assert sorted(code.detach().round(decimals=5).tolist()) == [0.0, 0.0, 1.0]
    (through,) = torch.autograd.grad((code * weight).sum(), logits)
    (soft,) = torch.autograd.grad((relaxed(logits, noise, 0.7, False) * weight).sum(), logits)
    torch.testing.assert_close(through, soft)


@pytest.fixture
def vae() -> CategoricalVAE:
    torch.manual_seed(0)
    return CategoricalVAE(2, 3, (1, 8, 8)).double()


def test_the_table_is_the_likelihood_of_every_code(vae: CategoricalVAE) -> None:
    x = (torch.rand(4, 1, 8, 8, dtype=torch.float64) < 0.4).double()
    codes = torch.nn.functional.one_hot(vae.codes(), 3).double()
    one_by_one = vae.log_likelihood(codes[:, None].expand(9, 4, 2, 3), x)
    torch.testing.assert_close(vae.table(x), one_by_one)


def test_the_categorical_kl_is_the_sum_over_all_codes(vae: CategoricalVAE) -> None:
    logits = torch.randn(5, 2, 3, dtype=torch.float64)
    log_q = vae.code_log_probs(logits)
    torch.testing.assert_close(log_q.exp().sum(0), torch.ones(5, dtype=torch.float64))
    enumerated = (log_q.exp() * (log_q + math.log(9))).sum(0)
    torch.testing.assert_close(vae.kl(logits), enumerated)


def test_the_exact_elbo_is_below_the_log_likelihood(vae: CategoricalVAE) -> None:
    x = (torch.rand(6, 1, 8, 8, dtype=torch.float64) < 0.4).double()
    evidence = torch.logsumexp(vae.table(x), 0) - math.log(9)
    assert bool((vae.elbo(x) < evidence).all())
