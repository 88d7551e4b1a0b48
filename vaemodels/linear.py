"""The linear VAE, where the truth is known: at its optimum it is probabilistic PCA.

p(z) = N(0, I), p(x|z) = N(W z + m, σ² I), q(z|x) = N(V (x − m), diag s²). For any W, V and s the
exact log p(x) is Gaussian; at the maximum of the likelihood with WᵀW diagonal, the true posterior
is diagonal with the same s for every x, so that ELBO = log p(x) (M. Tipping, C. Bishop,
"Probabilistic principal component analysis", 1999; J. Lucas et al., "Don't blame the ELBO!", 2019).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, MultivariateNormal, Normal

from vaemodels.likelihoods import over_pixels
from vaemodels.models import LatentVariableModel, diagonal_normal


class LinearVAE(LatentVariableModel):
    """Linear encoder and decoder, one σ for all pixels, one s for all images.

    Args:
        image_shape: shape of x; D is its number of entries.
        latent: K.

    Attributes:
        weight: W, (D, K).
        offset: m, (D,).
        log_sigma: log σ.
        encoder: V, (K, D).
        log_scale: log s, (K,).
    """

    def __init__(self, image_shape: tuple[int, int, int], latent: int) -> None:
        super().__init__()
        size = math.prod(image_shape)
        self.image_shape = image_shape
        self.weight = nn.Parameter(torch.randn(size, latent) / size**0.5)
        self.offset = nn.Parameter(torch.zeros(size))
        self.log_sigma = nn.Parameter(torch.zeros(()))
        self.encoder = nn.Parameter(torch.randn(latent, size) / size**0.5)
        self.log_scale = nn.Parameter(torch.zeros(latent))

    def prior(self, c: Tensor) -> Independent[Normal]:
        return diagonal_normal(torch.zeros_like(self.log_scale), torch.ones_like(self.log_scale))

    def posterior(self, x: Tensor, c: Tensor) -> Independent[Normal]:
        mean = (x.flatten(1) - self.offset) @ self.encoder.T
        return diagonal_normal(mean, self.log_scale.exp().expand_as(mean))

    def likelihood(self, z: Tensor, c: Tensor) -> Independent[Distribution]:
        mean = (z @ self.weight.T + self.offset).unflatten(-1, self.image_shape)
        return over_pixels(Normal(mean, self.log_sigma.exp().expand_as(mean), validate_args=False))

    def log_evidence(self, x: Tensor) -> Tensor:
        """Exact log p(x) = log N(x; m, W Wᵀ + σ² I), (B,)."""
        noise = (2 * self.log_sigma).exp() * torch.eye(len(self.offset), dtype=x.dtype)
        covariance = self.weight @ self.weight.T + noise
        exact = MultivariateNormal(self.offset, covariance).log_prob(x.flatten(1))
        evidence: Tensor = exact
        return evidence


@torch.no_grad()
def principal_components(x: Tensor, latent: int) -> LinearVAE:
    """The linear VAE at the maximum of the likelihood of ``x``, in closed form.

    With the eigenvalues λ₁ ≥ λ₂ ≥ … and eigenvectors U of the sample covariance:
    σ² = mean of λ_{K+1} … λ_D,  W = U_K (Λ_K − σ² I)^½,  V = Λ_K^(−1) Wᵀ,  s² = σ² / λ_K.

    Args:
        x: (N, C, H, W), with more entries than ``latent``.
        latent: K.
    """
    flat = x.flatten(1)
    mean = flat.mean(dim=0)
    covariance = (flat - mean).T @ (flat - mean) / len(flat)
    values, vectors = torch.linalg.eigh(covariance)
    kept, directions = values.flip(0)[:latent], vectors.flip(1)[:, :latent]
    variance = values[: len(values) - latent].mean()
    channels, height, width = x.shape[1:]
    model = LinearVAE((channels, height, width), latent).to(x.dtype)
    model.offset.copy_(mean)
    model.weight.copy_(directions * (kept - variance).sqrt())
    model.log_sigma.copy_(variance.log() / 2)
    model.encoder.copy_(model.weight.T / kept[:, None])
    model.log_scale.copy_((variance / kept).log() / 2)
    return model
