"""Eq. 2: log p(x) from samples of the prior, against importance sampling from q(z|x).

p(x) = E_{p(z)}[p(x|z)] = E_{q(z|x)}[p(x|z) p(z) / q(z|x)]: two unbiased estimates of p(x) from K
samples. Their logarithms are compared with the truth on linear-Gaussian models, p(z) = N(0, I),
p(x|z) = N(Wz, I), as the dimension of z grows; q is there the best Gaussian with independent
components, as an encoder would give. Then on VAEs, where the importance-weighted estimate, a lower
bound on average, stands in for the truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from vaemodels.batches import draw as draw_batch
from vaemodels.charts import Item, Panel
from vaemodels.config import Config
from vaemodels.data import Dataset
from vaemodels.evaluation import log_likelihood
from vaemodels.experiments.claims import (
    Claim,
    Part,
    above,
    below,
    between,
    interval_series,
)
from vaemodels.experiments.experiment import Data, Experiment, Findings, Setting, Size
from vaemodels.experiments.intervals import Repeated
from vaemodels.experiments.learning import ALONE, fit, load, small
from vaemodels.models import LatentVariableModel, diagonal_normal
from vaemodels.objectives import importance_weighted_bound

PROPOSALS = ("prior", "q(z|x)")
SIGNAL = 10.0
MEASURED = 2


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is computed.

    Attributes:
        dimensions: of z; x has four times as many.
        repeats: models W and observations x in each dimension.
        samples: K of each estimate, ascending.
        vaes: VAEs trained, with seeds of their own.
        epochs: of each.
        images: test images on which it is evaluated.
        importance_samples: K of the estimate that stands in for the truth.
        dataset: what the VAEs are trained on.
        take: only so many of its images (0: all).
    """

    dimensions: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    repeats: int = 40
    samples: tuple[int, ...] = (10, 100, 1000, 10_000)
    vaes: int = 5
    epochs: int = 6
    images: int = 50
    importance_samples: int = 500
    dataset: str = "digits"
    take: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearGaussian:
    """p(z) = N(0, I), p(x|z) = N(Wz, I), and one x drawn from it.

    Attributes:
        w: (P, D).
        x: (P,).
    """

    w: Tensor
    x: Tensor

    def log_evidence(self, noise: float = 1.0) -> float:
        """log N(x; 0, WWᵀ + noise · I)."""
        size = len(self.x)
        identity = torch.eye(size, dtype=self.x.dtype, device=self.x.device)
        law = MultivariateNormal(torch.zeros_like(self.x), self.w @ self.w.T + noise * identity)
        return float(law.log_prob(self.x))

    def log_chi_square_plus_1(self) -> float:
        """log(1 + χ²[p(z|x) ‖ p(z)]) = log E_{p(z)}[p(x|z)²] − 2 log p(x).

        N(x; Wz, I)² = (4π)^(−P/2) N(x; Wz, ½I), whose mean over z is Gaussian again.
        """
        constant = -0.5 * len(self.x) * math.log(4 * math.pi)
        return constant + self.log_evidence(0.5) - 2 * self.log_evidence()

    def log_weights(self, samples: int, proposal: str, random: torch.Generator) -> Tensor:
        """log p(x|z) + log p(z) − log (density z was drawn from), (samples,)."""
        dimension = self.w.shape[1]
        zeros = self.x.new_zeros(dimension)
        prior = diagonal_normal(zeros, zeros + 1)
        precision = self.w.T @ self.w + torch.diag(zeros + 1)
        mean = torch.linalg.solve(precision, self.w.T @ self.x)
        # KL[q ‖ p(z|x)] is least over independent components at variances 1 / precision_dd.
        q = prior if proposal == "prior" else diagonal_normal(mean, precision.diagonal().rsqrt())
        noise = torch.randn(
            (samples, dimension), generator=random, dtype=self.x.dtype, device=self.x.device
        )
        z = q.base_dist.loc + q.base_dist.scale * noise
        residual = self.x - z @ self.w.T
        size = len(self.x)
        likelihood = -0.5 * residual.square().sum(-1) - 0.5 * size * math.log(2 * math.pi)
        weights: Tensor = likelihood + prior.log_prob(z) - q.log_prob(z)
        return weights


def linear_gaussian(dimension: int, random: torch.Generator) -> LinearGaussian:
    """Random W with ‖w_d‖² ≈ ``SIGNAL``, so that the posterior's σ is about 0.3, and x from it."""
    size = 4 * dimension

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64, device=random.device)

    w = normal(size, dimension) * math.sqrt(SIGNAL / size)
    return LinearGaussian(w=w, x=w @ normal(dimension) + normal(size))


def run(sizes: Sizes, setting: Setting) -> Findings:
    seeds = setting.seeds(sizes.repeats)
    errors: dict[str, list[list[list[float]]]] = {name: [] for name in PROPOSALS}
    log_chi, variance_ratios = [], []
    for dimension in sizes.dimensions:
        of_dimension = [_linear(dimension, sizes, setting.generator(seed)) for seed in seeds]
        for name in PROPOSALS:
            errors[name].append([each.errors[name] for each in of_dimension])
        log_chi.append([each.log_chi_square_plus_1 for each in of_dimension])
        variance_ratios.append([each.variance_ratio for each in of_dimension])
    setting.progress("linear-Gaussian models: done")
    data: Data = {
        "dimensions": list(sizes.dimensions),
        "samples": list(sizes.samples),
        # error[proposal][dimension][repeat][K]: estimate of log p(x) minus log p(x).
        "error": errors,
        "log_chi_square_plus_1": log_chi,
        "measured_over_exact_variance": variance_ratios[:MEASURED],
        "vae_gap": [_vae(seed, sizes, setting) for seed in setting.seeds(sizes.vaes)],
    }
    return Findings(data=data)


@dataclass(frozen=True, kw_only=True)
class _Linear:
    errors: dict[str, list[float]]
    log_chi_square_plus_1: float
    variance_ratio: float


def _linear(dimension: int, sizes: Sizes, random: torch.Generator) -> _Linear:
    model = linear_gaussian(dimension, random)
    truth = model.log_evidence()
    errors = {}
    for name in PROPOSALS:
        log_w = model.log_weights(sizes.samples[-1], name, random)
        errors[name] = [float(importance_weighted_bound(log_w[:k])) - truth for k in sizes.samples]
        if name == "prior":
            measured = float((log_w - truth).exp().var())
    log_chi = model.log_chi_square_plus_1()
    return _Linear(
        errors=errors,
        log_chi_square_plus_1=log_chi,
        variance_ratio=measured / math.expm1(log_chi) if log_chi < 20 else math.nan,
    )


@torch.no_grad()
def _vae(seed: int, sizes: Sizes, setting: Setting) -> list[float]:
    """For each K, the estimate by prior samples minus the importance-weighted one, over images."""
    config = small(setting, seed, sizes.dataset, epochs=sizes.epochs)
    data = load(config, setting, sizes.take)
    with torch.enable_grad():
        model = fit(config, data.train)
    rows = torch.arange(min(sizes.images, len(data.test)), device=setting.device)
    images = data.test.take(rows)
    better = log_likelihood(model, images, config, sizes.importance_samples, ALONE)
    gaps = [
        by_prior - better
        for by_prior in _by_prior(model, images, config, sizes.samples, setting.generator(seed))
    ]
    setting.progress(f"VAE, seed {seed}: {gaps[-1]:.1f} nats")
    return gaps


def _by_prior(
    model: LatentVariableModel,
    data: Dataset,
    config: Config,
    samples: tuple[int, ...],
    random: torch.Generator,
) -> list[float]:
    """log (1/K) Σ_k p(x|z_k), z_k ~ p(z), mean over images, for each K."""
    rows = torch.arange(len(data), device=data.images.device)
    x, c, _ = draw_batch(data, rows, config, 0)
    shape = (samples[-1], 1, config.model.latent)
    z = torch.randn(shape, generator=random, device=random.device)
    parts = [model.likelihood(part, c[:1]).log_prob(x).double() for part in z.split(100)]
    log_p = torch.cat(parts)
    return [float(importance_weighted_bound(log_p[:k]).mean()) for k in samples]


def claims(data: Data) -> list[Claim]:
    dimensions, samples = data["dimensions"], data["samples"]
    most = samples[-1]
    error = {
        name: [[repeat[-1] for repeat in repeats] for repeats in data["error"][name]]
        for name in PROPOSALS
    }
    chi = np.asarray(data["log_chi_square_plus_1"])
    slopes = [float(np.polyfit(dimensions, column, 1)[0]) for column in chi.T]
    per_image = "nats per image"
    return [
        Claim(
            "prior-fails",
            f"In {dimensions[-1]} dimensions, {most:,} samples from the prior put log p(x) more "
            "than 10 nats too low.",
            [
                Part(
                    f"error, D = {dimensions[-1]}", Repeated(error["prior"][-1]), below(-10), "nats"
                )
            ],
        ),
        Claim(
            "importance-works",
            "As many samples from q(z|x) give log p(x) to within 0.1 nats in every dimension "
            f"up to {dimensions[-1]}.",
            [
                Part(f"error, D = {d}", Repeated(errors), between(-0.1, 0.1), "nats")
                for d, errors in zip(dimensions, error["q(z|x)"], strict=True)
            ],
        ),
        Claim(
            "chi-square",
            "The relative variance of one prior sample is χ²[p(z|x) ‖ p(z)]: where sampling can "
            "measure it (D ≤ 2), it agrees with the formula within 20 %.",
            [
                Part(f"measured : formula, D = {d}", Repeated(ratios, log=True), between(0.8, 1.25))
                for d, ratios in zip(dimensions, data["measured_over_exact_variance"], strict=False)
            ],
        ),
        Claim(
            "exponential",
            "The number of samples that bring the relative variance down to 1 grows exponentially: "
            "each dimension multiplies it by more than 2.",
            [
                Part(
                    "growth of log(1 + χ²) per dimension",
                    Repeated(slopes),
                    above(math.log(2)),
                    "nats",
                )
            ],
        ),
        Claim(
            "vae",
            f"On a VAE with 16 latent dimensions, {most:,} samples from the prior put log p(x) of "
            "a test image more than 5 nats too low (below a lower bound on it).",
            [
                Part(
                    f"prior minus importance-weighted, K = {most:,}",
                    Repeated([gaps[-1] for gaps in data["vae_gap"]]),
                    below(-5),
                    per_image,
                )
            ],
        ),
    ]


def draw(findings: Findings) -> list[Item]:
    data = findings.data
    dimensions, samples = data["dimensions"], data["samples"]
    ticks = [(d, str(d)) for d in dimensions]
    shown = len(dimensions) // 2
    return [
        Panel(
            title=f"Linear-Gaussian models, K = {samples[-1]:,}",
            x="dimension D of z",
            y="error of log p(x) (nats)",
            log_x=True,
            ticks=ticks,
            level=0.0,
            series=[
                interval_series(
                    f"samples from {'the ' * (name == 'prior')}{name}",
                    dimensions,
                    [[repeat[-1] for repeat in repeats] for repeats in data["error"][name]],
                    colour=i,
                )
                for i, name in enumerate(PROPOSALS[::-1])
            ],
        ),
        Panel(
            title=f"More samples, D = {dimensions[shown]}",
            x="samples K",
            y="error of log p(x) (nats)",
            log_x=True,
            ticks=[(k, f"{k:,}") for k in samples],
            level=0.0,
            legend=False,
            series=[
                interval_series(
                    "", samples, np.transpose(data["error"][name][shown]).tolist(), colour=i
                )
                for i, name in enumerate(PROPOSALS[::-1])
            ],
        ),
        Panel(
            title="Samples for a relative variance of 1",
            x="dimension D of z",
            y="log₁₀ of 1 + χ²[p(z|x) ‖ p(z)]",
            legend=False,
            series=[
                interval_series(
                    "",
                    dimensions,
                    (np.asarray(data["log_chi_square_plus_1"]) / math.log(10)).tolist(),
                    colour=1,
                )
            ],
        ),
        Panel(
            title="VAEs on test images",
            x="samples K from the prior",
            y="below the importance-weighted\nestimate (nats per image)",
            log_x=True,
            ticks=[(k, f"{k:,}") for k in samples],
            level=0.0,
            legend=False,
            series=[interval_series("", samples, np.transpose(data["vae_gap"]).tolist(), colour=1)],
        ),
    ]


EXPERIMENT = Experiment(
    name="prior-sampling",
    question="eq. 2",
    title="Sampling the prior",
    asks="How far off is log p(x) when it is estimated with samples from the prior?",
    caption="Estimates of log p(x) from samples of the prior and of q(z|x): the mean over repeats "
    "and its 99 % interval.",
    sizes={
        Size.TINY: Sizes(
            dimensions=(1, 2, 4),
            repeats=2,
            samples=(10, 100),
            vaes=2,
            epochs=1,
            images=4,
            importance_samples=10,
            take=256,
        ),
        Size.DEFAULT: Sizes(),
        Size.FULL: Sizes(
            repeats=200, vaes=10, epochs=30, images=200, importance_samples=5000, dataset="mnist"
        ),
    },
    run=run,
    claims=claims,
    draw=draw,
)
