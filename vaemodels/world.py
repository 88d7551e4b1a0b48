"""A trained model as a world: the letters p and q mean its densities, integrals are sums on a grid.

A world gives every density of ``vaetheory`` a value. Here p(z), p(x|z) and q(z|x) are a model's own
distributions at one image x (and class c), and everything else follows from those three by
quadrature over z. So a theorem such as log p(x) = ELBO + KL[q(z|x) ‖ p(z|x)] is checked on the very
network that was trained, each term computed on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

import torch
from torch import Tensor

from vaemodels.models import LatentVariableModel
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Exp,
    Expectation,
    Expression,
    Integral,
    Log,
    Number,
    Power,
    Product,
    Sum,
)
from vaetheory.language.statements import Statement

GRID_DIMENSIONS = 2
_BATCH = 8192
# A window around the posterior is widened until less than this share of p(z|x) lies on its rim.
RIM = 1e-4
WIDEST = 48.0


class NoSuchDensityError(ValueError):
    """The statement asks for a density that the model does not have."""


@dataclass(frozen=True)
class ModelWorld:
    """A model at one image, with the log densities of p and q on a grid over z.

    Attributes:
        axes: the grid, one tensor of points for each latent dimension.
        log_prior: log p(z), one value per grid point, (N,).
        log_likelihood: log p(x|z), (N,).
        log_posterior: log q(z|x), (N,).
        log_cell: logarithm of the area of a grid cell.
    """

    axes: tuple[Tensor, ...]
    log_prior: Tensor
    log_likelihood: Tensor
    log_posterior: Tensor
    log_cell: float

    @property
    def log_evidence(self) -> Tensor:
        """log p(x) = log ∫ p(x|z) p(z) dz, a scalar."""
        return torch.logsumexp(self.log_prior + self.log_likelihood, dim=0) + self.log_cell

    @property
    def log_true_posterior(self) -> Tensor:
        """log p(z|x) = log p(x|z) + log p(z) − log p(x), (N,)."""
        return self.log_likelihood + self.log_prior - self.log_evidence

    def value(self, expression: Expression) -> Tensor:
        """The value of an expression with z integrated over the grid and x at the image."""
        return _value(expression, self)

    def sides(self, statement: Statement) -> tuple[float, float]:
        """Both sides of a statement, in nats."""
        return float(self.value(statement.left)), float(self.value(statement.right))


@torch.no_grad()
def model_world(
    model: LatentVariableModel,
    image: Tensor,
    label: Tensor,
    *,
    reach: float = 6.0,
    points_per_scale: float = 2.0,
    most: int = 400,
) -> ModelWorld:
    """The world of a model at one image.

    Args:
        model: with a latent of one or two dimensions; used in the precision of ``image``.
        image: (C, H, W).
        label: scalar int64.
        reach: the grid covers [−reach, reach] in each dimension, and the posterior's ±reach σ.
        points_per_scale: grid points per standard deviation of q(z|x).
        most: largest number of points in a dimension.

    Raises:
        ValueError: more than two latent dimensions, or a posterior so narrow that the grid would
            need more than ``most`` points in a dimension.
    """
    x, c = image[None], label.reshape(1)
    q = model.posterior(x, c)
    mean, scale = q.base_dist.loc[0], q.base_dist.scale[0]
    if len(mean) > GRID_DIMENSIONS:
        raise ValueError(f"a grid over {len(mean)} latent dimensions is too large: use at most 2")
    axes = []
    for m, s in zip(mean.tolist(), scale.tolist(), strict=True):
        low, high = min(-reach, m - reach * s), max(reach, m + reach * s)
        count = int((high - low) * points_per_scale / min(s, 1.0)) + 1
        if count > most:
            raise ValueError(
                f"the posterior's standard deviation {s:.3g} needs {count} grid points, over {most}"
            )
        axes.append(torch.linspace(low, high, count, dtype=mean.dtype))
    return _on_grid(model, image, label, axes)


@torch.no_grad()
def window_world(
    model: LatentVariableModel, image: Tensor, label: Tensor, *, points: int = 61
) -> ModelWorld:
    """The world of a model at one image, on a fine grid around q(z|x) only.

    For posteriors too narrow for a grid over the whole prior. The window is ±6 standard deviations
    of q, doubled until p(z|x) has less than ``RIM`` of its mass on the rim. Where p(z|x) has
    another mode far from q, the window does not see it: ``log_evidence`` is then too small.

    Raises:
        ValueError: more than two latent dimensions.
    """
    q = model.posterior(image[None], label.reshape(1))
    mean, scale = q.base_dist.loc[0], q.base_dist.scale[0]
    if len(mean) > GRID_DIMENSIONS:
        raise ValueError(f"a grid over {len(mean)} latent dimensions is too large: use at most 2")
    reach = 6.0
    while True:
        steps = torch.linspace(-reach, reach, points, dtype=mean.dtype, device=mean.device)
        axes = [m + s * steps for m, s in zip(mean, scale, strict=True)]
        world = _on_grid(model, image, label, axes)
        mass = (world.log_true_posterior + world.log_cell).exp().view([points] * len(mean))
        inside = mass[(slice(1, -1),) * len(mean)].sum()
        if float(mass.sum() - inside) < RIM or 2 * reach > WIDEST:
            return world
        reach *= 2


def _on_grid(
    model: LatentVariableModel, image: Tensor, label: Tensor, axes: list[Tensor]
) -> ModelWorld:
    x, c = image[None], label.reshape(1)
    z = torch.cartesian_prod(*axes).reshape(-1, len(axes))
    q = model.posterior(x, c)
    likelihood = torch.cat(
        [model.likelihood(part[:, None], c).log_prob(x)[:, 0] for part in z.split(_BATCH)]
    )
    area = sum(float(torch.log(axis[1] - axis[0])) for axis in axes)
    return ModelWorld(
        tuple(axes), model.prior(c).log_prob(z[:, None])[:, 0], likelihood, q.log_prob(z), area
    )


def _log_density(density: Density, world: ModelWorld) -> Tensor:
    of = frozenset(v.slot for v in density.of)
    given = frozenset(v.slot for v in density.given) - {"c"}
    match density.letter.name, sorted(of), sorted(given):
        case "p", ["z"], []:
            return world.log_prior
        case "p", ["x"], ["z"]:
            return world.log_likelihood
        case "p", ["x", "z"], []:
            return world.log_prior + world.log_likelihood
        case "p", ["x"], []:
            return world.log_evidence
        case "p", ["z"], ["x"]:
            return world.log_true_posterior
        case "q", ["z"], ["x"]:
            return world.log_posterior
    raise NoSuchDensityError(f"a trained model has no density {density!r}")


@singledispatch
def _value(expression: Expression, world: ModelWorld) -> Tensor:
    raise NoSuchDensityError(f"a trained model gives no value to {expression!r}")


@_value.register
def _(e: Number, world: ModelWorld) -> Tensor:
    return torch.tensor(float(e.value), dtype=world.log_prior.dtype)


@_value.register
def _(e: Density, world: ModelWorld) -> Tensor:
    return _log_density(e, world).exp()


@_value.register
def _(e: Log, world: ModelWorld) -> Tensor:
    # densities of images underflow: products and quotients of them are taken in logarithms
    return _log(e.argument, world)


def _log(e: Expression, world: ModelWorld) -> Tensor:
    match e:
        case Density():
            return _log_density(e, world)
        case Product(factors=factors):
            total = _log(factors[0], world)
            for factor in factors[1:]:
                total = total + _log(factor, world)
            return total
        case Power(base=base, exponent=exponent):
            return _value(exponent, world) * _log(base, world)
        case Integral(body=body):
            return torch.logsumexp(_log(body, world), dim=0) + world.log_cell
        case Expectation(law=law, body=body):
            return torch.logsumexp(_log(law, world) + _log(body, world), dim=0) + world.log_cell
    return _value(e, world).log()


@_value.register
def _(e: Exp, world: ModelWorld) -> Tensor:
    return _value(e.argument, world).exp()


@_value.register
def _(e: Sum, world: ModelWorld) -> Tensor:
    total = _value(e.terms[0], world)
    for term in e.terms[1:]:
        total = total + _value(term, world)
    return total


@_value.register
def _(e: Product, world: ModelWorld) -> Tensor:
    total = _value(e.factors[0], world)
    for factor in e.factors[1:]:
        total = total * _value(factor, world)
    return total


@_value.register
def _(e: Power, world: ModelWorld) -> Tensor:
    return _value(e.base, world) ** _value(e.exponent, world)


@_value.register
def _(e: Integral, world: ModelWorld) -> Tensor:
    return _mean(_value(e.body, world), world)


@_value.register
def _(e: Expectation, world: ModelWorld) -> Tensor:
    return _mean(_log(e.law, world).exp() * _value(e.body, world), world)


@_value.register
def _(e: KL, world: ModelWorld) -> Tensor:
    first, second = _log(e.first, world), _log(e.second, world)
    return _mean(first.exp() * (first - second), world)


@_value.register
def _(e: Entropy, world: ModelWorld) -> Tensor:
    law = _log(e.law, world)
    return -_mean(law.exp() * law, world)


@_value.register
def _(e: Elbo, world: ModelWorld) -> Tensor:
    law = _log(e.posterior, world)
    return _mean(law.exp() * (_log(e.joint, world) - law), world)


def _mean(integrand: Tensor, world: ModelWorld) -> Tensor:
    """The trapezoidal sum over the grid; its ends carry no mass."""
    return integrand.sum() * torch.exp(torch.tensor(world.log_cell, dtype=integrand.dtype))
