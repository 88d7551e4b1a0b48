"""Objectives: one value per example, in nats, no state. Written as the formulas are.

x (B, C, H, W), classes c (B,), noise ε ~ N(0, I) of shape (S, B, K): S samples of z for each image.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Independent, Normal, kl_divergence

from vaemodels.models import LatentVariableModel


@dataclass(frozen=True, kw_only=True, eq=False)
class ElboTerms:
    """The two terms of the ELBO, per example.

    Attributes:
        reconstruction: estimate of E_q[log p(x|z, c)] from S samples of z, (B,).
        kl_per_dimension: KL[q(z_k|x, c) ‖ p(z_k|c)], in closed form, (B, K).
    """

    reconstruction: Tensor
    kl_per_dimension: Tensor

    @property
    def kl(self) -> Tensor:
        """KL[q(z|x, c) ‖ p(z|c)] = Σ_k KL_k, (B,)."""
        return self.kl_per_dimension.sum(dim=-1)

    @property
    def elbo(self) -> Tensor:
        """E_q[log p(x|z, c)] − KL[q(z|x, c) ‖ p(z|c)], (B,)."""
        return self.reconstruction - self.kl


def rsample(q: Independent[Normal], noise: Tensor) -> Tensor:
    """z = μ + σ ε, the reparameterized sample of a diagonal Gaussian q = N(μ, diag σ²).

    What ``q.rsample`` does, with the noise ε given instead of drawn.
    """
    z: Tensor = q.base_dist.loc + q.base_dist.scale * noise
    return z


def elbo(model: LatentVariableModel, x: Tensor, c: Tensor, noise: Tensor) -> ElboTerms:
    """ELBO(x) = E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)] (Kingma & Welling 2014, eq. 3)."""
    q = model.posterior(x, c)
    z = rsample(q, noise)
    p = model.prior(c)
    return ElboTerms(
        reconstruction=model.likelihood(z, c).log_prob(x).mean(dim=0),
        kl_per_dimension=kl_divergence(q.base_dist, p.base_dist),
    )


def beta_elbo(terms: ElboTerms, beta: float | Tensor) -> Tensor:
    """E_q[log p(x|z)] − β KL[q(z|x) ‖ p(z)] (Higgins et al. 2017), (B,)."""
    return terms.reconstruction - beta * terms.kl


def free_bits_kl(kl_per_dimension: Tensor, least: float, batch_mean: Tensor) -> Tensor:
    """Σ_k max(λ, mean_B KL_k), as a value per example with that mean (Kingma et al. 2016, eq. 15).

    Args:
        kl_per_dimension: (B, K).
        least: λ, nats per dimension.
        batch_mean: mean of KL_k over the batch, of all processes, (K,); its gradient is not used.

    Returns:
        (B,): KL_k where the batch's mean exceeds λ, and the constant λ where it does not.
    """
    above = batch_mean.detach() > least
    return torch.where(above, kl_per_dimension, least).sum(dim=-1)


@dataclass(frozen=True, kw_only=True, eq=False)
class LogWeights:
    """log w = log p(x|z) + log p(z) − log q(z|x) of sampled z, term by term, each (S, B)."""

    likelihood: Tensor
    prior: Tensor
    posterior: Tensor

    @property
    def log_w(self) -> Tensor:
        """log w, (S, B)."""
        return self.likelihood + self.prior - self.posterior


def log_weights(model: LatentVariableModel, x: Tensor, c: Tensor, noise: Tensor) -> LogWeights:
    """The importance weights of S samples z_s ~ q(z|x) for each image."""
    q = model.posterior(x, c)
    z = rsample(q, noise)
    return LogWeights(
        likelihood=model.likelihood(z, c).log_prob(x),
        prior=model.prior(c).log_prob(z),
        posterior=q.log_prob(z),
    )


def importance_weighted_bound(log_w: Tensor) -> Tensor:
    """log (1/S) Σ_s w_s, of shape (B,), from log w of shape (S, B).

    Its mean is a lower bound of log p(x) that grows with S; S = 1 is the ELBO with its KL sampled
    (Burda, Grosse & Salakhutdinov 2016).
    """
    return torch.logsumexp(log_w, dim=0) - math.log(log_w.shape[0])
