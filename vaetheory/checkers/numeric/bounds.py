"""How large a studentised difference may be: false-alarm rates and power."""

from __future__ import annotations

from math import exp, sqrt
from statistics import NormalDist

from vaetheory.checkers.numeric.estimate import Estimate

SUITE_RATE = 1e-6
"""The false-alarm rate of all Monte Carlo checks of a suite together."""

POWER = 0.999
HEAVIEST_TAIL = 0.02
"""The largest m₄ / (n m₂²) with which a standard error is believed: its own relative error is then
about 7%."""

LARGEST_CORRECTION = 20.0
_ROUNDING = 64.0
_NORMAL = NormalDist()


def z_bound(rate: float, skewness: float = 0.0) -> float | None:
    """b with P(|z| > b) ≤ rate for the mean of many samples, or None where no b can be trusted.

    The normal tail is multiplied by exp(|skewness| b³ / 6), the first term of Cramér's series for
    large deviations (skewness of
    the mean itself, so that of one sample over √n). Where that factor exceeds 20 the normal
    approximation is not believed.
    """
    if not 0 < rate < 1:
        raise ValueError(f"a false-alarm rate lies between 0 and 1, not {rate!r}")
    gamma = abs(skewness)
    b = _NORMAL.inv_cdf(1 - rate / 2) if rate > 1e-15 else 8.0
    for _ in range(200):
        correction = exp(min(gamma * b**3 / 6, 100.0))
        if correction > LARGEST_CORRECTION:
            return None
        if 2 * _NORMAL.cdf(-b) * correction <= rate:
            return b
        b += 0.01
    return None


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
