"""What the latent variables do: which are used, and whether q(z) looks like the prior."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

ACTIVE_VARIANCE = 0.01
COLLAPSED_KL = 0.01
COMPARED = 2000


@dataclass(frozen=True, kw_only=True)
class AggregatePosterior:
    """q(z) = (1/N) Σ_n q(z|x_n) beside the prior, and how the rate splits (Hoffman & Johnson 2016).

    E_x KL[q(z|x) ‖ p(z)] = I_q(x; z) + KL[q(z) ‖ p(z)], with the data as p(x).

    Attributes:
        largest_mean: largest |mean| of q(z) over the dimensions (0 under the prior).
        least_variance: least variance of q(z) over the dimensions (1 under the prior).
        largest_variance: largest variance of q(z) over the dimensions.
        mutual_information: I_q(x; z) in nats, estimated from below with ``images`` images, so at
            most log(images).
        marginal_kl: KL[q(z) ‖ p(z)] in nats, estimated from above with the same samples.
        images: images used for the two estimates.
    """

    largest_mean: float
    least_variance: float
    largest_variance: float
    mutual_information: float
    marginal_kl: float
    images: int


def active_units(means: Tensor) -> int:
    """Dimensions k whose Var_x(E_q[z_k]) exceeds 0.01 (Burda, Grosse & Salakhutdinov 2016).

    Args:
        means: means of q(z|x), (N, K).
    """
    return int((means.double().var(dim=0) > ACTIVE_VARIANCE).sum())


def aggregate_posterior(means: Tensor, scales: Tensor, noise: Tensor) -> AggregatePosterior:
    """Compare q(z) with N(0, I), from means and standard deviations of q(z|x), each (N, K).

    ``noise`` (N, K) makes one sample of z for each image. log q(z) is estimated by the mixture over
    the first ``COMPARED`` images, which holds the image that z came from.
    """
    means, scales, noise = means.double(), scales.double(), noise.double()
    mixed_mean = means.mean(dim=0)
    variance = scales.square().mean(dim=0) + means.var(dim=0, unbiased=False)
    n = min(COMPARED, len(means))
    means, scales = means[:n], scales[:n]
    z = means + scales * noise[:n]
    constant = 0.5 * math.log(2 * math.pi) * means.shape[1]
    log_q_given_x = -0.5 * noise[:n].square().sum(1) - scales.log().sum(1) - constant
    log_p = -0.5 * z.square().sum(1) - constant
    log_q = torch.cat([_log_mixture(part, means, scales) for part in z.split(100)])
    return AggregatePosterior(
        largest_mean=float(mixed_mean.abs().max()),
        least_variance=float(variance.min()),
        largest_variance=float(variance.max()),
        mutual_information=float((log_q_given_x - log_q).mean()),
        marginal_kl=float((log_q - log_p).mean()),
        images=n,
    )


def collapse_warning(kl_per_dimension: list[float], active: int) -> str | None:
    """What to say, in plain words, when the latent variables carry nothing or little."""
    latent = len(kl_per_dimension)
    if sum(kl_per_dimension) < COLLAPSED_KL * latent:
        return (
            "Posterior collapse: the KL is about 0, so q(z|x) is the prior and z tells nothing "
            "about x; the decoder does without it. Try KL warm-up (--warmup-epochs), free bits "
            "(--free-bits) or a smaller --beta."
        )
    if active < latent / 2:
        return (
            f"Only {active} of {latent} latent dimensions are active; the others are equal to the "
            "prior for every image and could be left out (--latent)."
        )
    return None


def _log_mixture(z: Tensor, means: Tensor, scales: Tensor) -> Tensor:
    """log (1/N) Σ_n N(z; μ_n, diag σ_n²) for z of shape (B, K)."""
    standardized = (z[:, None] - means) / scales
    log_density = -0.5 * standardized.square().sum(-1) - scales.log().sum(-1)
    constant = 0.5 * math.log(2 * math.pi) * means.shape[1] + math.log(len(means))
    return torch.logsumexp(log_density, dim=1) - constant
