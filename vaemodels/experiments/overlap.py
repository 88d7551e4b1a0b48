"""1.4.2: what two images lose whose posteriors overlap.

Two binary digits, equally frequent, with posteriors N(±d/2, 1), d being brought to 0. The share of
the first image at a code z is w(z) = q(z|x⁽¹⁾) / (q(z|x⁽¹⁾) + q(z|x⁽²⁾)). The best decoder with
independent pixels gives their average, weighted by it; each of the m pixels in which they differ
then costs E[h(w(z))] nats, h the entropy of a coin; and z carries I(x; z) = log 2 − E[h(w(z))]. A
convolutional decoder is trained on draws of z and held against all of this, by quadrature.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from vaemodels.charts import Item, Panel, Series, Strip
from vaemodels.config import Binarization, Config
from vaemodels.data import Dataset, observe
from vaemodels.experiments.claims import (
    Claim,
    Part,
    above,
    below,
    between,
    difference,
    interval_series,
)
from vaemodels.experiments.experiment import Data, Experiment, Findings, Setting, Size
from vaemodels.experiments.intervals import Exactly, Repeated
from vaemodels.experiments.learning import Moment, fit_loss, load, small
from vaemodels.figures import Images
from vaemodels.likelihoods import BernoulliLikelihood
from vaemodels.networks import Decoder

DIGITS = (3, 8)
NODES = 80
SHOWN_Z = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is computed.

    Attributes:
        distances: d between the means of the two posteriors, ascending, the first of them 0.
        repeats: pairs of digits, each with a decoder of its own for each distance.
        steps: of training.
        dataset: where the digits are from.
    """

    distances: tuple[float, ...] = (0.0, 1.0, 2.0, 4.0, 6.0)
    repeats: int = 5
    steps: int = 300
    dataset: str = "digits"


class CodeDecoder(nn.Module):
    """p(x|z) for a one-dimensional z: independent Bernoulli pixels."""

    def __init__(self, image_shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.decoder = Decoder(image_shape, (8, 16), 0, 64, 0, latent=1, outputs=image_shape[0])
        self.likelihood = BernoulliLikelihood()

    def log_prob(self, z: Tensor, x: Tensor) -> Tensor:
        """log p(x|z) for z (B,) and x (B, C, H, W) or (C, H, W)."""
        value: Tensor = self.likelihood(self.decoder(z[:, None])).log_prob(x)
        return value

    def mean(self, z: Tensor) -> Tensor:
        """x̂(z)."""
        value: Tensor = self.likelihood(self.decoder(z[:, None])).mean
        return value


@dataclass(frozen=True, eq=False)
class Codes:
    """Quadrature over z from both posteriors: nodes (2, N) for images 1 and 2, weights (N,)."""

    nodes: Tensor
    weights: Tensor
    distance: float

    def share(self, z: Tensor) -> Tensor:
        """w(z) = 1 / (1 + e^(d z)), the first image's posterior being the one at −d/2."""
        return torch.sigmoid(-self.distance * z)

    def mean(self, values: Tensor) -> float:
        """E over both images and their codes of values (2, N)."""
        return float((values @ self.weights).mean())

    @property
    def uncertainty(self) -> float:
        """E[h(w(z))] = H(x|z), in nats."""
        w = self.share(self.nodes)
        return self.mean(-(torch.xlogy(w, w) + torch.xlogy(1 - w, 1 - w)))


def codes(distance: float) -> Codes:
    """Gauss–Hermite nodes of N(−d/2, 1) and N(d/2, 1)."""
    points, weights = np.polynomial.hermite_e.hermegauss(NODES)
    noise = torch.from_numpy(points)
    return Codes(
        torch.stack((noise - distance / 2, noise + distance / 2)),
        torch.from_numpy(weights / weights.sum()),
        distance,
    )


def run(sizes: Sizes, setting: Setting) -> Findings:
    data = load(small(setting, 0, sizes.dataset), setting).test
    names = [f"{d:g}" for d in sizes.distances]
    quadratures = [codes(d) for d in sizes.distances]
    excess: dict[str, list[float]] = {name: [] for name in names}
    error: dict[str, list[float]] = {name: [] for name in names}
    cost: dict[str, list[float]] = {name: [] for name in names}
    pixels: list[int] = []
    pictures: list[Tensor] = []
    for number, seed in enumerate(setting.seeds(sizes.repeats)):
        pair = _pair(data, seed)
        differs = pair[0] != pair[1]
        m = int(differs.sum())
        pixels.append(m)
        for name, quadrature in zip(names, quadratures, strict=True):
            decoder = _fit(pair, quadrature.distance, sizes, setting, seed)
            found = _held_against(decoder, pair, differs, quadrature)
            cost[name].append(found.cost)
            excess[name].append((found.cost - m * quadrature.uncertainty) / m)
            error[name].append(found.error)
            if number == 0:
                with torch.no_grad():
                    shown = decoder.mean(quadrature.nodes.new_tensor(SHOWN_Z).to(setting.device))
                pictures.append(shown)
        setting.progress(f"pair {number + 1}: m = {m}, {cost[names[0]][-1]:.1f} nats at d = 0")
    findings: Data = {
        "distances": list(sizes.distances),
        "differing_pixels": pixels,
        "uncertainty": [quadrature.uncertainty for quadrature in quadratures],
        "information": [math.log(2) - quadrature.uncertainty for quadrature in quadratures],
        "cost": cost,
        "excess_per_pixel": excess,
        "error_of_mean": error,
    }
    images: Images = torch.stack(pictures).cpu().numpy()
    return Findings(data=findings, images={"decoded": images})


def _pair(data: Dataset, seed: int) -> Tensor:
    """The two digits of this seed, cut at ½, (2, C, H, W)."""
    chosen = [torch.nonzero(data.labels == digit)[:, 0] for digit in DIGITS]
    rows = torch.stack([rows[seed % len(rows)] for rows in chosen])
    return observe(data.images[rows], Binarization.THRESHOLD, None)


def _config(sizes: Sizes, setting: Setting, seed: int) -> Config:
    return small(setting, seed, sizes.dataset, epochs=1, batch=128, learning_rate=3e-3, decay=0.7)


def _fit(pair: Tensor, distance: float, sizes: Sizes, setting: Setting, seed: int) -> CodeDecoder:
    config = _config(sizes, setting, seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        decoder = CodeDecoder((pair.shape[1], pair.shape[2], pair.shape[3]))
    decoder = decoder.to(pair.device)
    half = config.optimization.batch // 2
    x = pair.repeat_interleave(half, dim=0)
    means = (torch.tensor([-0.5, 0.5], device=pair.device) * distance).repeat_interleave(half)
    random = setting.generator(seed)

    def loss(moment: Moment) -> Tensor:
        z = means + torch.randn(means.shape, generator=random, device=random.device)
        return -decoder.log_prob(z, x).mean()

    fit_loss(config, sizes.steps * config.optimization.batch, decoder, loss)
    return decoder


@dataclass(frozen=True)
class _Held:
    cost: float
    error: float


@torch.no_grad()
def _held_against(decoder: CodeDecoder, pair: Tensor, differs: Tensor, of: Codes) -> _Held:
    """−E[log p(x|z)] of the differing pixels; and √E of the squared difference of x̂(z) from the
    weighted average there."""
    decoder = decoder.double()
    pair = pair.double()
    z = of.nodes.to(pair.device)
    mean = torch.stack([decoder.mean(each)[:, differs] for each in z])
    target = torch.stack([image[differs] for image in pair])[:, None]
    cost = nn.functional.binary_cross_entropy(mean, target.expand_as(mean), reduction="none")
    w = of.share(z)[..., None]
    average = w * target[0] + (1 - w) * target[1]
    squares = (mean - average).square().mean(-1)
    return _Held(of.mean(cost.sum(-1).cpu()), of.mean(squares.cpu()) ** 0.5)


def claims(data: Data) -> list[Claim]:
    names = [f"{d:g}" for d in data["distances"]]
    cost, m = data["cost"], data["differing_pixels"]
    first = [value / (pixels * math.log(2)) for value, pixels in zip(cost["0"], m, strict=True)]
    return [
        Claim(
            "full-overlap",
            "With equal posteriors the best decoder pays m log 2 nats for the m pixels in which "
            "the images differ: the trained one comes within 1 %.",
            [Part("cost : m log 2", Repeated(first), between(0.99, 1.01))],
        ),
        Claim(
            "optimum",
            "At every distance the trained decoder's cost lies within 0.02 nats per differing "
            "pixel of the closed form m E[h(w(z))].",
            [
                Part(
                    f"excess, d = {name}",
                    Repeated(data["excess_per_pixel"][name]),
                    between(-0.02, 0.02),
                    "nats per pixel",
                )
                for name in names
            ],
        ),
        Claim(
            "average",
            "Its mean image is the weighted average of the two: off by less than 0.1 (root mean "
            "square over codes and differing pixels).",
            [
                Part(f"d = {name}", Repeated(data["error_of_mean"][name]), below(0.1))
                for name in names
            ],
        ),
        Claim(
            "falls",
            "The reconstruction costs less at every step apart.",
            [
                difference(
                    f"d = {after} minus d = {before}",
                    cost[after],
                    cost[before],
                    below(0),
                    "nats per image",
                )
                for before, after in pairwise(names)
            ],
        ),
        Claim(
            "information",
            "z carries less information about x, the more the posteriors overlap, from 99 % of "
            "log 2 down to nothing; and no decoder beats E[log p(x|z)] ≤ −H(x|z).",
            [
                Part(
                    f"I(x; z), d = {names[0]}",
                    Exactly(data["information"][0]),
                    between(-1e-9, 1e-9),
                    "nats",
                ),
                *(
                    Part(
                        f"I at d = {after} minus d = {before}",
                        Exactly(high - low),
                        above(0),
                        "nats",
                    )
                    for (before, after), (low, high) in zip(
                        pairwise(names), pairwise(data["information"]), strict=True
                    )
                ),
                Part(
                    f"I : log 2, d = {names[-1]}",
                    Exactly(data["information"][-1] / math.log(2)),
                    above(0.99),
                ),
                *(
                    Part(
                        f"cost minus H(x|z), d = {name}",
                        Repeated([value - h for value in cost[name]]),
                        above(0),
                        "nats",
                    )
                    for name, h in zip(names, data["uncertainty"], strict=True)
                ),
            ],
        ),
    ]


def draw(findings: Findings) -> list[Item]:
    data = findings.data
    distances, m = data["distances"], data["differing_pixels"]
    names = [f"{d:g}" for d in distances]
    per_pixel = [
        [value / pixels for value, pixels in zip(data["cost"][name], m, strict=True)]
        for name in names
    ]
    return [
        Panel(
            title="Cost of the pixels that differ",
            x="distance d between the posterior means",
            y="nats per differing pixel",
            level=math.log(2),
            level_label="log 2",
            series=[
                Series(
                    label="closed form E[h(w(z))]", x=distances, y=data["uncertainty"], line="--"
                ),
                interval_series("trained decoder", distances, per_pixel, colour=1, line=""),
            ],
        ),
        Panel(
            title="Information about x in z",
            x="distance d between the posterior means",
            y="I(x; z) (nats)",
            level=math.log(2),
            level_label="log 2",
            legend=False,
            series=[Series(label="", x=distances, y=data["information"], colour=2)],
        ),
        Strip(
            title="What the decoder makes of z (columns), by distance d (rows)",
            images=findings.images["decoded"],
            rows=[f"d = {name}" for name in names],
            columns=[f"{z:g}".replace("-", "−") for z in SHOWN_Z],
        ),
    ]


EXPERIMENT = Experiment(
    name="overlap",
    question="1.4.2",
    title="Two images with overlapping posteriors",
    asks="What does the decoder give where two posteriors overlap, and what does that cost?",
    caption="Two digits with posteriors N(±d/2, 1): the trained decoder's cost (mean over pairs "
    "and its 99 % interval) against the closed form, the information in z, and decoded images of "
    "one pair.",
    sizes={
        Size.TINY: Sizes(distances=(0.0, 1.0, 4.0), repeats=2, steps=5),
        Size.DEFAULT: Sizes(),
        Size.FULL: Sizes(repeats=20, steps=2000, dataset="mnist"),
    },
    run=run,
    claims=claims,
    draw=draw,
)
