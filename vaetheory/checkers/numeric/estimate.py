"""Estimates from samples, with the first four cumulants of their error.

The error of a sum of independent estimates has the sum of their cumulants; a smooth function of
one is linearised (delta
method). So one z-value comes out of any mixture of means, products and logarithms of means, with a
warning when its
distribution is too far from normal for the bound to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt

from vaetheory.checkers.numeric.backend import Array, Backend, dimensions


@dataclass(frozen=True)
class Moments:
    """Count, mean, central moments m₂ m₃ m₄, and the mean of |x| of samples."""

    n: int
    mean: float
    m2: float = 0.0
    m3: float = 0.0
    m4: float = 0.0
    size: float = 0.0

    def merged(self, other: Moments) -> Moments:
        """The moments of both sets of samples together (Pébay, 2008)."""
        n = self.n + other.n
        a, b, d = self.n / n, other.n / n, other.mean - self.mean
        m2 = a * self.m2 + b * other.m2 + a * b * d**2
        m3 = (
            a * self.m3
            + b * other.m3
            + a * b * (a - b) * d**3
            + 3 * a * b * d * (other.m2 - self.m2)
        )
        m4 = (
            a * self.m4
            + b * other.m4
            + a * b * (a**2 - a * b + b**2) * d**4
            + 6 * a * b * d**2 * (a * other.m2 + b * self.m2)
            + 4 * a * b * d * (other.m3 - self.m3)
        )
        return Moments(n, self.mean + b * d, m2, m3, m4, a * self.size + b * other.size)


def moments_of(samples: Array, backend: Backend, n: int) -> Moments:
    """The moments of an array of samples; a number stands for n equal samples."""
    if not dimensions(samples):
        return Moments(n, float(samples), size=abs(float(samples)))
    mean = samples.mean()
    d = samples - mean
    d2 = d * d
    sums = (mean, d2.mean(), (d2 * d).mean(), (d2 * d2).mean(), abs(samples).mean())
    return Moments(n, *map(float, sums))


@dataclass(frozen=True)
class Estimate:
    """A number with the cumulants of its error: variance, third and fourth cumulant; ``size``
    bounds its rounding."""

    mean: float
    variance: float = 0.0
    third: float = 0.0
    fourth: float = 0.0
    size: float = 0.0
    n: int = 0
    tail: float = 0.0
    """The largest m₄ / (n m₂²) of a mean that went in: near 1, one sample outweighs all others."""

    def scaled(self, factor: float) -> Estimate:
        """factor · self."""
        f = factor
        return Estimate(
            f * self.mean,
            f**2 * self.variance,
            f**3 * self.third,
            f**4 * self.fourth,
            abs(f) * self.size,
            self.n,
            self.tail,
        )

    def plus(self, other: Estimate) -> Estimate:
        """self + other, for independent estimates."""
        return Estimate(
            self.mean + other.mean,
            self.variance + other.variance,
            self.third + other.third,
            self.fourth + other.fourth,
            self.size + other.size,
            max(self.n, other.n),
            max(self.tail, other.tail),
        )

    def times(self, other: Estimate) -> Estimate:
        """self · other, for independent estimates, to first order in their errors."""
        linear = self._moved(0.0).scaled(other.mean).plus(other._moved(0.0).scaled(self.mean))
        return linear._moved(self.mean * other.mean)

    def through(self, value: float, slope: float, curvature: float) -> Estimate:
        """g(self) from g, g′ and g″ at the mean, less the bias ½ g″ · variance."""
        return self._moved(0.0).scaled(slope)._moved(value - 0.5 * curvature * self.variance)

    def log(self) -> Estimate:
        """The logarithm; the mean must be positive."""
        return self.through(log(self.mean), 1 / self.mean, -1 / self.mean**2)

    def exp(self) -> Estimate:
        """The exponential."""
        e = exp(self.mean)
        return self.through(e, e, e)

    def power(self, exponent: float) -> Estimate:
        """The power with a known exponent."""
        m, k = self.mean, exponent
        if k == 1 or (m == 0 and k == 2):
            return self if k == 1 else self.times(self)
        return self.through(m**k, k * m ** (k - 1), k * (k - 1) * m ** (k - 2))

    def _moved(self, mean: float) -> Estimate:
        e = self
        return Estimate(mean, e.variance, e.third, e.fourth, e.size, e.n, e.tail)

    @property
    def skewness(self) -> float:
        """Of the error: third / variance^{3/2}."""
        return self.third / self.variance**1.5 if self.variance else 0.0

    @property
    def kurtosis(self) -> float:
        """Excess kurtosis of the error: fourth cumulant / variance²."""
        return self.fourth / self.variance**2 if self.variance else 0.0


def exact(number: float) -> Estimate:
    """A number that was not sampled."""
    return Estimate(number, size=abs(number))


def estimate_of(moments: Moments) -> Estimate:
    """The mean of samples as an estimate."""
    m, n = moments, moments.n
    squared = m.m2**2
    # a variance whose square is lost to underflow says nothing about tails
    tail = m.m4 / (n * squared) if squared else inf if m.m2 else 0.0
    size = m.size + sqrt(m.m2)
    return Estimate(m.mean, m.m2 / n, m.m3 / n**2, (m.m4 - 3 * m.m2**2) / n**3, size, n, tail)
