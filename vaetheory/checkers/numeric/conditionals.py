"""Conditional laws of one slot given others: what the joint distribution of a letter is built
from."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from math import log, pi

import numpy as np

from vaetheory.checkers.numeric.backend import Array, Backend
from vaetheory.checkers.numeric.carriers import Components

Weights = tuple[float, ...]


class Conditional:
    """The law of a slot given the features of its parents. ``at`` moves its parameters along a
    fixed direction."""

    @abstractmethod
    def log_density(self, backend: Backend, value: Components, features: Components) -> Array:
        """log of the density at ``value``."""

    @abstractmethod
    def sample(self, backend: Backend, u: Components, features: Components) -> Components:
        """A draw, as a function of independent uniforms on (0, 1)."""

    @abstractmethod
    def at(self, epsilon: float) -> Conditional:
        """The law with its parameters at θ + ε·t, for the tangent t that it was made with."""


@dataclass(frozen=True)
class Network:
    """A scalar function of features: b + Σ_j w_j f_j + Σ_h v_h tanh(c_h + Σ_j u_hj f_j). Linear
    without hidden units."""

    bias: float
    weights: Weights
    hidden: tuple[tuple[float, float, Weights], ...] = ()
    """For every hidden unit: (v_h, c_h, u_h)."""

    def __call__(self, backend: Backend, features: Components) -> Array:
        total: Array = self.bias
        for weight, feature in zip(self.weights, features, strict=True):
            if weight:
                total = total + weight * feature
        for scale, shift, inner in self.hidden:
            argument: Array = shift
            for weight, feature in zip(inner, features, strict=True):
                argument = argument + weight * feature
            total = total + scale * backend.tanh(argument)
        return total

    def moved(self, epsilon: float, tangent: Network) -> Network:
        """The network with parameters θ + ε·t."""

        def along(ours: Weights, theirs: Weights) -> Weights:
            return tuple(a + epsilon * b for a, b in zip(ours, theirs, strict=True))

        return Network(
            self.bias + epsilon * tangent.bias,
            along(self.weights, tangent.weights),
            tuple(
                (v + epsilon * dv, c + epsilon * dc, along(u, du))
                for (v, c, u), (dv, dc, du) in zip(self.hidden, tangent.hidden, strict=True)
            ),
        )


def random_network(
    rng: np.random.Generator, inputs: int, *, hidden: int, spread: float = 1.0
) -> Network:
    """A network with rounded random parameters, so that they can be printed and typed in again."""

    def some(count: int, low: float, high: float) -> Weights:
        signs = rng.integers(0, 2, count).tolist()
        sizes = rng.uniform(low, high, count).tolist()
        return tuple(
            round((2 * sign - 1) * size * 1000) / 1000
            for sign, size in zip(signs, sizes, strict=True)
        )

    if not inputs:
        return Network(some(1, 0.1 * spread, 0.5 * spread)[0], ())
    scale = spread / np.sqrt(inputs)
    units = tuple(
        (some(1, 0.5 * spread, 1.1 * spread)[0], some(1, 0.1, 0.6)[0], some(inputs, 0.5, 1.0))
        for _ in range(hidden)
    )
    linear = some(inputs, 0.1 * scale, 0.3 * scale)
    if not hidden:
        linear = some(inputs, 0.4 * scale, 0.9 * scale)
    return Network(some(1, 0.1 * spread, 0.5 * spread)[0], linear, units)


@dataclass(frozen=True)
class Gaussian(Conditional):
    """N(m(features), s²) for one real component; ``mean`` is a network and log s another (constant
    if linear-Gaussian)."""

    mean: Network
    log_scale: Network
    mean_tangent: Network
    scale_tangent: Network

    def log_density(self, backend: Backend, value: Components, features: Components) -> Array:
        log_scale = self.log_scale(backend, features)
        e = (value[0] - self.mean(backend, features)) * backend.exp(-log_scale)
        return -0.5 * e * e - log_scale - 0.5 * log(2 * pi)

    def sample(self, backend: Backend, u: Components, features: Components) -> Components:
        scale = backend.exp(self.log_scale(backend, features))
        return (self.mean(backend, features) + scale * backend.ndtri(u[0]),)

    def at(self, epsilon: float) -> Gaussian:
        return Gaussian(
            self.mean.moved(epsilon, self.mean_tangent),
            self.log_scale.moved(epsilon, self.scale_tangent),
            self.mean_tangent,
            self.scale_tangent,
        )


@dataclass(frozen=True)
class Bernoulli(Conditional):
    """Independent Bernoulli components on {0, 1}, with logits that are networks."""

    logits: tuple[Network, ...]
    tangents: tuple[Network, ...]

    def log_density(self, backend: Backend, value: Components, features: Components) -> Array:
        total: Array = 0.0
        for x, network in zip(value, self.logits, strict=True):
            logit = network(backend, features)
            total = total + (x * logit - backend.softplus(logit))
        return total

    def sample(self, backend: Backend, u: Components, features: Components) -> Components:
        return tuple(
            (u_d < backend.expit(network(backend, features))) * 1.0
            for u_d, network in zip(u, self.logits, strict=True)
        )

    def at(self, epsilon: float) -> Bernoulli:
        moved = (n.moved(epsilon, t) for n, t in zip(self.logits, self.tangents, strict=True))
        return Bernoulli(tuple(moved), self.tangents)


@dataclass(frozen=True)
class Categorical(Conditional):
    """A law on {first, first + 1, …} with logits that are networks."""

    logits: tuple[Network, ...]
    tangents: tuple[Network, ...]
    first: int = 0

    def _log_probabilities(self, backend: Backend, features: Components) -> list[Array]:
        logits = [network(backend, features) for network in self.logits]
        # the logits of these worlds are small numbers: no overflow to guard against
        total = backend.log(sum(backend.exp(a) for a in logits))
        return [a - total for a in logits]

    def log_density(self, backend: Backend, value: Components, features: Components) -> Array:
        total: Array = 0.0
        for k, log_p in enumerate(self._log_probabilities(backend, features)):
            total = total + (value[0] == self.first + k) * log_p
        return total

    def sample(self, backend: Backend, u: Components, features: Components) -> Components:
        below: Array = 0.0
        cell: Array = self.first
        for log_p in self._log_probabilities(backend, features)[:-1]:
            below = below + backend.exp(log_p)
            cell = cell + (u[0] >= below) * 1.0
        return (cell,)

    def at(self, epsilon: float) -> Categorical:
        moved = (n.moved(epsilon, t) for n, t in zip(self.logits, self.tangents, strict=True))
        return Categorical(tuple(moved), self.tangents, self.first)


@dataclass(frozen=True)
class Independent(Conditional):
    """Independent scalar Gaussians for the components of a vector."""

    parts: tuple[Gaussian, ...]

    def log_density(self, backend: Backend, value: Components, features: Components) -> Array:
        return sum(
            part.log_density(backend, (x,), features)
            for part, x in zip(self.parts, value, strict=True)
        )

    def sample(self, backend: Backend, u: Components, features: Components) -> Components:
        pairs = zip(self.parts, u, strict=True)
        return tuple(part.sample(backend, (u_d,), features)[0] for part, u_d in pairs)

    def at(self, epsilon: float) -> Independent:
        return Independent(tuple(part.at(epsilon) for part in self.parts))
