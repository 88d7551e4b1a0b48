"""How large a studentised difference may be: false-alarm rates and power."""

from __future__ import annotations

from math import exp, isfinite, log, sqrt
from statistics import NormalDist

from vaetheory.checkers.numeric.estimate import Estimate

SUITE_RATE = 1e-6
"""The false-alarm rate of all Monte Carlo checks of a suite together."""

POWER = 0.999
HEAVIEST_TAIL = 0.05
"""The largest m₄ / (n m₂²) with which a standard error is believed: its own relative error is then
about 7%."""

LARGEST_CORRECTION = 100.0
_ROUNDING = 64.0
_NORMAL = NormalDist()


def z_bound(rate: float, skewness: float = 0.0, kurtosis: float = 0.0) -> float | None:
    """b with P(|z| > b) ≤ rate for a studentised mean, or None where no b can be trusted.

    The normal tail is multiplied by exp(|skewness| b³ / 3 + kurtosis b⁴ / 12), the first terms of
    the
    large deviations of self-normalised sums (Jing, Shao and Wang, 2003), with the skewness and
    excess
    kurtosis of the mean itself, which fall as 1/√n and 1/n. Where that factor exceeds 100 the
    normal approximation is not believed.
    """
    if not 0 < rate < 1:
        raise ValueError(f"a false-alarm rate lies between 0 and 1, not {rate!r}")
    if not (isfinite(skewness) and isfinite(kurtosis)):
        return None
    b = -_NORMAL.inv_cdf(rate / 2)
    while True:
        exponent = abs(skewness) * b**3 / 3 + max(kurtosis, 0.0) * b**4 / 12
        if exponent > log(LARGEST_CORRECTION):
            return None
        if 2 * _NORMAL.cdf(-b) * exp(exponent) <= rate * (1 + 1e-9):
            return b
        b += 0.01


def standard_error(difference: Estimate, epsilon: float) -> float:
    """√(variance + rounding²): what n samples in this precision can tell apart at best."""
    return sqrt(difference.variance + rounding_floor(difference, epsilon) ** 2)


def rounding_floor(difference: Estimate, epsilon: float) -> float:
    """64 units of rounding of what was added up. Without it a correct formula with almost no
    variance looks wrong."""
    return _ROUNDING * epsilon * max(difference.size, 1.0)


def detectable(bound: float, error: float) -> float:
    """The smallest deviation that a two-sided test at this bound catches with probability 0.999."""
    return (bound + _NORMAL.inv_cdf(POWER)) * error
