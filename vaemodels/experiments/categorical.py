"""A VAE with categorical latent variables, small enough that every code can be enumerated."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Independent, OneHotCategorical, kl_divergence

from vaemodels.likelihoods import BernoulliLikelihood
from vaemodels.networks import Decoder, Encoder


class CategoricalVAE(nn.Module):
    """z = (z_1 … z_M), z_m ∈ {1 … K}, uniform prior, q(z|x) = Π_m q(z_m|x).

    A code is the concatenation of M one-hot vectors (M · K); the decoder accepts mixtures, too.
    """

    def __init__(self, variables: int, categories: int, image_shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.variables, self.categories = variables, categories
        width = variables * categories
        shape = (image_shape, (8, 16), 0, 64, 0)
        self.encoder = Encoder(*shape, outputs=width)
        self.decoder = Decoder(*shape, latent=width, outputs=image_shape[0])
        self.likelihood = BernoulliLikelihood()

    def logits(self, x: Tensor) -> Tensor:
        """Log probabilities of q(z_m|x), up to a constant for each m, (B, M, K)."""
        value: Tensor = self.encoder(x).unflatten(1, (self.variables, self.categories))
        return value

    def log_likelihood(self, code: Tensor, x: Tensor) -> Tensor:
        """log p(x|z) for codes (S, B, M, K) and images (B, C, H, W): (S, B)."""
        samples, images = code.shape[:2]
        output = self.decoder(code.flatten(2).flatten(0, 1)).unflatten(0, (samples, images))
        value: Tensor = self.likelihood(output).log_prob(x)
        return value

    def codes(self) -> Tensor:
        """All K^M codes as indices, (K^M, M)."""
        device = next(self.parameters()).device
        one = torch.arange(self.categories, device=device)
        return torch.cartesian_prod(*[one] * self.variables).view(-1, self.variables)

    def table(self, x: Tensor) -> Tensor:
        """log p(x|z) of every code, (K^M, B): the decoder does not look at x.

        With Bernoulli pixels it is affine in x, log p(x|z) = log p(0|z) + Σ_d x_d logit_d, so that
        all codes and all images meet in one matrix product.
        """
        code = nn.functional.one_hot(self.codes(), self.categories).to(x.dtype)
        output = self.decoder(code.flatten(1))
        at_zero: Tensor = self.likelihood(output).log_prob(torch.zeros_like(output))
        at_x: Tensor = output.flatten(1) @ x.flatten(1).T
        return at_zero[:, None] + at_x

    def code_log_probs(self, logits: Tensor) -> Tensor:
        """log q(z|x) of every code, (K^M, B)."""
        value: Tensor = self.posterior(logits).log_prob(self.codes()[:, None])
        return value

    @staticmethod
    def posterior(logits: Tensor) -> Independent[Categorical]:
        """q(z|x)."""
        return Independent(Categorical(logits=logits, validate_args=False), 1, validate_args=False)

    def reconstruction(self, logits: Tensor, table: Tensor) -> Tensor:
        """E_q[log p(x|z)], by enumeration, (B,)."""
        return (self.code_log_probs(logits).exp() * table).sum(0)

    def kl(self, logits: Tensor) -> Tensor:
        """KL[q(z|x) ‖ p(z)] = Σ_m Σ_k q(k|x) log(K q(k|x)), exact, (B,)."""
        uniform = OneHotCategorical(logits=torch.zeros_like(logits), validate_args=False)
        q = OneHotCategorical(logits=logits, validate_args=False)
        value: Tensor = kl_divergence(q, uniform).sum(-1)
        return value

    def elbo(self, x: Tensor) -> Tensor:
        """The ELBO, exact, (B,)."""
        logits = self.logits(x)
        return self.reconstruction(logits, self.table(x)) - self.kl(logits)


def gumbel(shape: tuple[int, ...], random: torch.Generator, like: Tensor) -> Tensor:
    """Standard Gumbel noise −log(−log u)."""
    tiny = torch.finfo(like.dtype).tiny
    u = torch.rand(shape, generator=random, device=random.device, dtype=like.dtype)
    return -(-u.clamp_min(tiny).log()).clamp_min(tiny).log()


def relaxed(logits: Tensor, noise: Tensor, temperature: float, straight_through: bool) -> Tensor:
    """softmax((logits + Gumbel noise) / τ): a point of the simplex near a corner for small τ (Jang,
    Gu & Poole 2017; Maddison, Mnih & Teh 2017). Straight-through: the corner itself, with the
    derivative of the point."""
    soft = ((logits + noise) / temperature).softmax(-1)
    if not straight_through:
        return soft
    return hard(logits, noise).to(soft.dtype) + soft - soft.detach()


def hard(logits: Tensor, noise: Tensor) -> Tensor:
    """An exact sample: one-hot of argmax(logits + Gumbel noise), which has no derivative."""
    return nn.functional.one_hot((logits + noise).argmax(-1), logits.shape[-1])
