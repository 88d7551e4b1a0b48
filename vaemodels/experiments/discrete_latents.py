"""1.4.4: which gradient survives a categorical latent variable.

The reconstruction term's gradient in the logits of q(z|x) is known by enumeration of all codes.
Against it: the derivative through a hard sample; the score function, with and without a
leave-one-out baseline; Gumbel-softmax and its straight-through version over temperatures. Each
estimate makes the same number of decoder evaluations. The squared bias is estimated without bias,
‖mean − g‖² − (variance of the mean), and may come out negative where it is zero. Then each
estimator trains a VAE of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vaemodels.batches import draw as draw_batch
from vaemodels.config import Config
from vaemodels.data import Dataset, Splits
from vaemodels.experiments.categorical import CategoricalVAE, gumbel, hard, relaxed
from vaemodels.experiments.discrete_report import RELAXED, SCORES, claims, draw
from vaemodels.experiments.estimators import Spread, join, leave_one_out, score_surrogate, spread
from vaemodels.experiments.experiment import Data, Experiment, Findings, Setting, Size
from vaemodels.experiments.learning import Moment, fit_loss, load, small
from vaemodels.random import Stream, bits

STEP = 1e-6


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is computed.

    Attributes:
        variables: M.
        categories: K.
        models: VAEs, with seeds of their own.
        epochs: of each training run.
        images: whose gradients are estimated.
        samples: decoder evaluations in each estimate, and for each image in a training step.
        estimates: of the relaxed gradients.
        score_estimates: of the score-function gradients, which are cheaper.
        temperatures: τ, ascending.
        trained_at: τ used in training.
        dataset: what the VAEs are trained on.
        take: only so many of its images (0: all).
    """

    variables: int = 2
    categories: int = 10
    models: int = 5
    epochs: int = 5
    images: int = 8
    samples: int = 2
    estimates: int = 600
    score_estimates: int = 100_000
    temperatures: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0, 10.0)
    trained_at: float = 1.0
    dataset: str = "digits"
    take: int = 0


def run(sizes: Sizes, setting: Setting) -> Findings:
    found = [_one_seed(seed, sizes, setting) for seed in setting.seeds(sizes.models)]
    names = [*SCORES, *RELAXED]
    data: Data = {
        "temperatures": list(sizes.temperatures),
        "unmoved": sum(each["unmoved"] for each in found),
        "moved_or_not": sum(each["moved_or_not"] for each in found),
        "gradient_norm": [each["gradient_norm"] for each in found],
        "kl_error": max(each["kl_error"] for each in found),
        # For each estimator and each temperature (one entry for the score functions): a number for
        # each seed, relative to ‖g‖².
        **{
            key: {
                name: [
                    list(column)
                    for column in zip(*(each[key][name] for each in found), strict=True)
                ]
                for name in names
            }
            for key in ("squared_bias", "variance")
        },
        "elbo": {name: [each["elbo"][name] for each in found] for name in ("enumeration", *names)},
    }
    # A squared bias below the variance of the mean cannot be told from it: that is put in its
    # place, so that every number has a logarithm.
    biases, variances = (data[key][RELAXED[0]] for key in ("squared_bias", "variance"))
    data["gumbel_squared_bias_or_noise"] = [
        [max(b, v / sizes.estimates) for b, v in zip(*pair, strict=True)]
        for pair in zip(biases, variances, strict=True)
    ]
    return Findings(data=data)


def _one_seed(seed: int, sizes: Sizes, setting: Setting) -> Data:
    config = small(setting, seed, sizes.dataset, epochs=sizes.epochs)
    data = load(config, setting, sizes.take)
    random = setting.generator(seed)
    elbos, model = {}, None
    for name in ("enumeration", *SCORES, *RELAXED):
        trained = _train(name, config, data, sizes, setting)
        elbos[name] = _test_elbo(trained, data.test, config)
        model = trained if name == "enumeration" else model
        setting.progress(f"seed {seed}, {name}: ELBO {elbos[name]:.2f}")
    assert model is not None
    rows = torch.arange(sizes.images, device=setting.device)
    x, _, _ = draw_batch(data.test, rows, config, 0)
    model, x = model.double(), x.double()
    logits = model.logits(x).detach()
    exact, table = _exact_gradient(model, logits, x)
    norm = float(exact.square().sum())
    score = _by_score(model, logits, table, sizes, random)
    soft = {
        name: [_by_relaxation(model, logits, x, t, name, sizes, random) for t in sizes.temperatures]
        for name in RELAXED
    }
    spreads = {**{name: [each] for name, each in score.items()}, **soft}
    unmoved, tried = _through_hard_samples(logits, sizes, random)
    setting.progress(f"seed {seed}: gradients done")
    return {
        "unmoved": unmoved,
        "moved_or_not": tried,
        "gradient_norm": norm**0.5,
        "kl_error": _kl_error(model, logits),
        "squared_bias": {
            name: [_squared_bias(each, exact) / norm for each in several]
            for name, several in spreads.items()
        },
        "variance": {
            name: [each.variance / norm for each in several] for name, several in spreads.items()
        },
        "elbo": elbos,
    }


def _exact_gradient(model: CategoricalVAE, logits: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """∂ Σ_images E_q[log p(x|z)] / ∂ logits, flat, by enumeration; and log p(x|z) of every code."""
    with torch.no_grad():
        table = model.table(x)
    leaf = logits.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(model.reconstruction(leaf, table).sum(), leaf)
    return gradient.flatten(), table


def _squared_bias(found: Spread, exact: Tensor) -> float:
    """‖E ĝ − g‖², estimated without bias."""
    return float((found.mean - exact).square().sum()) - found.variance / found.count


def _by_score(
    model: CategoricalVAE, logits: Tensor, table: Tensor, sizes: Sizes, random: torch.Generator
) -> dict[str, Spread]:
    """Both score-function estimators, from the same codes; log p(x|z) is looked up."""
    spreads: dict[str, Spread] = {}
    probabilities = logits.softmax(-1)
    place = model.categories ** torch.arange(model.variables - 1, -1, -1, device=logits.device)
    images = torch.arange(logits.shape[0], device=logits.device)
    for start in range(0, sizes.score_estimates, 5000):
        count = min(5000, sizes.score_estimates - start)
        noise = gumbel((sizes.samples, count, *logits.shape), random, logits)
        code = hard(logits, noise)
        f = table[(code.argmax(-1) * place).sum(-1), images]
        # ∇ log q(z) = one-hot(z) − probabilities.
        score = code - probabilities
        for name, weight in zip(SCORES, (f, leave_one_out(f)), strict=True):
            new = spread((weight[..., None, None] * score).mean(0).flatten(1))
            spreads[name] = join(spreads[name], new) if name in spreads else new
    return spreads


def _by_relaxation(
    model: CategoricalVAE,
    logits: Tensor,
    x: Tensor,
    temperature: float,
    name: str,
    sizes: Sizes,
    random: torch.Generator,
) -> Spread:
    """Gradients through relaxed samples."""
    found: Spread | None = None
    together = 20
    for _ in range(-(-sizes.estimates // together)):
        shape = (together, *logits.shape)
        leaf = logits.expand(shape).clone().requires_grad_()
        noise = gumbel((sizes.samples, *shape), random, logits)
        code = relaxed(leaf, noise, temperature, name == "straight-through")
        flat = code.flatten(1, 2)
        f = model.log_likelihood(flat, x.repeat(together, 1, 1, 1)).mean(0)
        (gradient,) = torch.autograd.grad(f.sum(), leaf)
        new = spread(gradient.flatten(1))
        found = join(found, new) if found is not None else new
    assert found is not None
    return found


def _through_hard_samples(logits: Tensor, sizes: Sizes, random: torch.Generator) -> tuple[int, int]:
    """Of hard samples, the number that a change of the logits by 10⁻⁶ leaves as they are."""
    noise = gumbel((sizes.estimates, *logits.shape), random, logits)
    direction = torch.randn(logits.shape, generator=random, device=random.device).to(logits)
    before, after = hard(logits, noise), hard(logits + STEP * direction, noise)
    same = (before == after).flatten(2).all(-1)
    return int(same.sum()), same.numel()


def _kl_error(model: CategoricalVAE, logits: Tensor) -> float:
    """Largest difference, in value and gradient, of the closed form and the sum over all codes."""
    leaf = logits.clone().requires_grad_()
    log_q = model.code_log_probs(leaf)
    count = len(log_q)
    enumerated = (log_q.exp() * (log_q + math.log(count))).sum(0)
    closed = model.kl(leaf)
    gradients = [torch.autograd.grad(each.sum(), leaf)[0] for each in (enumerated, closed)]
    differences = (enumerated - closed, gradients[0] - gradients[1])
    return max(float(each.detach().abs().max()) for each in differences)


def _train(
    name: str, config: Config, data: Splits, sizes: Sizes, setting: Setting
) -> CategoricalVAE:
    """A VAE whose encoder follows the named gradient; all start alike."""
    word = int(bits(config.seed, Stream.INITIALIZATION, 0, torch.zeros(1, dtype=torch.int64), 1))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(word)
        model = CategoricalVAE(sizes.variables, sizes.categories, data.train.image_shape)
    model = model.to(setting.device)
    random = setting.generator(config.seed)
    estimate = _objectives(sizes, random)[name]

    def loss(moment: Moment) -> Tensor:
        x, _, _ = draw_batch(data.train, moment.rows, config, moment.number)
        logits = model.logits(x)
        return (model.kl(logits) - estimate(model, logits, x)).mean()

    fit_loss(config, len(data.train), model, loss)
    return model


def _objectives(
    sizes: Sizes, random: torch.Generator
) -> dict[str, Callable[[CategoricalVAE, Tensor, Tensor], Tensor]]:
    """For each estimator, a value per image whose gradient is its estimate."""

    def noise(logits: Tensor) -> Tensor:
        return gumbel((sizes.samples, *logits.shape), random, logits)

    def by_score(model: CategoricalVAE, logits: Tensor, x: Tensor, baseline: bool) -> Tensor:
        code = hard(logits.detach(), noise(logits))
        f = model.log_likelihood(code.to(x.dtype), x)
        return score_surrogate(f, model.posterior(logits).log_prob(code.argmax(-1)), baseline)

    def by_relaxation(model: CategoricalVAE, logits: Tensor, x: Tensor, name: str) -> Tensor:
        code = relaxed(logits, noise(logits), sizes.trained_at, name == "straight-through")
        return model.log_likelihood(code, x).mean(0)

    return {
        "enumeration": lambda model, logits, x: model.reconstruction(logits, model.table(x)),
        SCORES[0]: lambda model, logits, x: by_score(model, logits, x, baseline=False),
        SCORES[1]: lambda model, logits, x: by_score(model, logits, x, baseline=True),
        RELAXED[0]: lambda model, logits, x: by_relaxation(model, logits, x, RELAXED[0]),
        RELAXED[1]: lambda model, logits, x: by_relaxation(model, logits, x, RELAXED[1]),
    }


@torch.no_grad()
def _test_elbo(model: CategoricalVAE, data: Dataset, config: Config) -> float:
    """By enumeration, mean over test images."""
    values = []
    for rows in torch.arange(len(data), device=data.images.device).split(200):
        x, _, _ = draw_batch(data, rows, config, 0)
        values.append(model.elbo(x))
    return float(torch.cat(values).mean())


EXPERIMENT = Experiment(
    name="discrete-latents",
    question="1.4.4",
    title="Gradients for a categorical latent",
    asks="Which estimators of the reconstruction term's gradient work for a categorical z, and how "
    "well?",
    caption="Squared bias and variance of gradient estimates in units of the exact gradient's "
    "squared length, and the ELBO that each estimator's VAE reaches. Means over seeds and their "
    "99 % intervals.",
    sizes={
        Size.TINY: Sizes(
            models=2,
            epochs=1,
            images=2,
            estimates=20,
            score_estimates=100,
            temperatures=(0.3, 1.0, 3.0),
            take=256,
        ),
        Size.DEFAULT: Sizes(),
        Size.FULL: Sizes(
            models=10, epochs=20, estimates=5000, score_estimates=1_000_000, dataset="mnist"
        ),
    },
    run=run,
    claims=claims,
    draw=draw,
)
