"""Joint Gaussians in closed form: any conditional of any marginal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import exp, log, pi, sqrt

import numpy as np

from vaetheory.checkers.numeric.backend import Array, Backend
from vaetheory.checkers.numeric.carriers import Components
from vaetheory.checkers.numeric.conditionals import Gaussian

Values = Mapping[str, Components]
Slopes = tuple[float, list[tuple[str, float]], float]


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and covariance of a joint Gaussian over scalar slots."""

    slots: tuple[str, ...]
    mean: np.ndarray
    covariance: np.ndarray
    _known: dict[tuple[str, ...], Slopes] = field(default_factory=dict)

    def _conditional(self, slot: str, known: list[str]) -> Slopes:
        """Intercept, slopes and standard deviation of a slot given others."""
        key = (slot, *known)
        if key not in self._known:
            self._known[key] = self._computed(slot, known)
        return self._known[key]

    def _computed(self, slot: str, known: list[str]) -> Slopes:
        a = self.slots.index(slot)
        b = [self.slots.index(s) for s in known]
        slopes = np.linalg.solve(self.covariance[np.ix_(b, b)], self.covariance[b, a])
        variance = self.covariance[a, a] - slopes @ self.covariance[b, a]
        intercept = self.mean[a] - slopes @ self.mean[b]
        pairs = [(s, float(w)) for s, w in zip(known, slopes, strict=True)]
        return float(intercept), pairs, sqrt(variance)

    def _chain(
        self, of: tuple[str, ...], given: tuple[str, ...]
    ) -> Iterator[tuple[str, float, list[tuple[str, float]], float]]:
        known = list(given)
        for slot in of:
            yield (slot, *self._conditional(slot, known))
            known.append(slot)

    def log_density(self, backend: Backend, of: Values, given: Values) -> Array:
        """log N(of | given), by the chain rule over scalar conditionals."""
        values = {**given, **of}
        total: Array = 0.0
        for slot, intercept, slopes, scale in self._chain(tuple(of), tuple(given)):
            mean = intercept + sum(w * values[s][0] for s, w in slopes)
            e = (values[slot][0] - mean) / scale
            total = total - (0.5 * e * e + (log(scale) + 0.5 * log(2 * pi)))
        return total

    def draw(
        self,
        backend: Backend,
        of: tuple[str, ...],
        given: Values,
        uniforms: Mapping[str, Components],
    ) -> dict[str, Components]:
        """A draw of the slots ``of`` given others."""
        values = dict(given)
        for slot, intercept, slopes, scale in self._chain(of, tuple(given)):
            mean = intercept + sum(w * values[s][0] for s, w in slopes)
            values[slot] = (mean + scale * backend.ndtri(uniforms[slot][0]),)
        return {slot: values[slot] for slot in of}


def moments(
    order: tuple[str, ...], parents: Mapping[str, tuple[str, ...]], laws: Mapping[str, Gaussian]
) -> Moments:
    """The joint moments of a network of linear-Gaussian laws: x = A x + b + noise."""
    n = len(order)
    place = {slot: k for k, slot in enumerate(order)}
    mean = np.zeros(n)
    covariance = np.zeros((n, n))
    for k, slot in enumerate(order):
        law = laws[slot]
        slopes = np.zeros(n)
        for parent, weight in zip(parents[slot], law.mean.weights, strict=True):
            slopes[place[parent]] = weight
        mean[k] = law.mean.bias + slopes @ mean
        covariance[k] = covariance[:, k] = covariance @ slopes
        covariance[k, k] = slopes @ covariance @ slopes + exp(2 * law.log_scale.bias)
    return Moments(order, mean, covariance)
