"""Does the formula hold where it was not measured? And if the KL enters with a kink, which?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vaetheory.audit.calling import CallFailed
from vaetheory.audit.design import Region, draw
from vaetheory.audit.recovery import Formula, predict
from vaetheory.audit.roles import Role
from vaetheory.audit.terms import latent
from vaetheory.audit.terms.term import Values


@dataclass(frozen=True)
class Departure:
    """A place where the function is not what the formula says."""

    region: Region
    predicted: float
    measured: float
    values: Values


# s for σ = 1 when s is a logarithm, σ or σ² itself, or goes through a softplus.
_NEUTRAL = (0.0, 1.0, math.log(math.e - 1))


def neutral_scale(formula: Formula) -> float:
    """The s that means σ = 1 under the parametrization found."""
    p = formula.latent.parametrization
    if p is None:
        return 0.0
    return min(_NEUTRAL, key=lambda s: abs(float(p.sigma_squared(np.array(s))) - 1))


def _takes_negative(p: latent.Parametrization) -> bool:
    """Whether a negative s means anything: s may be a logarithm, but not a variance."""
    values = {Role.SCALE: np.array([-1.0])}
    pieces = (p.variance.total(values), p.log.total(values))
    return all(math.isfinite(piece) for piece in pieces) and pieces[0] > 0


def regions_of(formula: Formula) -> list[Region]:
    """Where a function of this form ought to keep it."""
    found = []
    if formula.latent.present:
        found += [Region.FAR, Region.NEAR_PRIOR]
        p = formula.latent.parametrization
        if p is not None and _takes_negative(p):
            found.append(Region.NEGATIVE_SCALE)
    if formula.data.present and Role.TARGET in formula.caller.plan.roles:
        swapped = formula.data.name.startswith("swapped")
        if not formula.of_target and not swapped:
            found.append(Region.GENERIC if formula.region is Region.BINARY else Region.BINARY)
        if not any("log x̂" in t.text or "log(" in t.text for t in formula.data.terms):
            found.append(Region.LOGITS)
    return found


def departures(formula: Formula) -> list[Departure]:
    """One departure for every region in which the prediction fails."""
    found = []
    for region in regions_of(formula):
        departure = _departure(formula, region)
        if departure is not None:
            found.append(departure)
    return found


def _departure(formula: Formula, region: Region) -> Departure | None:
    random = np.random.default_rng(6)
    sizes = formula.base.sizes
    neutral = neutral_scale(formula)
    for _ in range(3):
        values = draw(random, sizes, formula.caller.plan.roles, region, neutral)
        if formula.region is Region.FAR and region is not Region.NEAR_PRIOR:
            far = draw(random, sizes, formula.caller.plan.roles, Region.FAR)
            values.update({role: far[role] for role in values if role is Role.MEAN})
        varies = region in (Region.BINARY, Region.GENERIC)
        if not varies and formula.base.target is not None:
            values[Role.TARGET] = formula.base.target
        values.update(formula.base.aside)
        predicted = predict(formula, formula.base, values)
        try:
            measured = formula.caller.value(values, sizes)
        except CallFailed:
            # It refuses such inputs, which is no other formula.
            return None
        scale = sum(
            abs(c * term.total(values)) for term, c in formula.base.coefficients.items()
        ) + abs(formula.base.intercept)
        if not abs(predicted - measured) <= max(1e-8, 20 * formula.tolerance) * scale:
            return Departure(region, predicted, measured, values)
    return None


@dataclass(frozen=True)
class Kink:
    """How the KL enters near 0, relative to how it enters where it is large.

    `slope` 0: held from below (free bits); −1: |KL − C| (a capacity). `threshold` is λ or C times
    the coefficient of the KL, as it stands in the loss.
    """

    slope: float
    threshold: float

    @property
    def name(self) -> str:
        """`free-bits`, `capacity` or `nonlinear-kl`."""
        if abs(self.slope) < 1e-6:
            return "free-bits"
        return "capacity" if abs(self.slope + 1) < 1e-6 else "nonlinear-kl"


def kink(formula: Formula) -> Kink | None:
    """The slope near the prior, for a formula that was measured where the KL is large."""
    sizes, random = formula.base.sizes, np.random.default_rng(7)
    held = draw(random, sizes, formula.caller.plan.roles, Region.NEAR_PRIOR)
    rows, measured = [], []
    for _ in range(8):
        fresh = draw(
            random, sizes, formula.caller.plan.roles, Region.NEAR_PRIOR, neutral_scale(formula)
        )
        values = {role: (fresh if role.is_latent else held)[role] for role in held}
        if formula.base.target is not None:
            values[Role.TARGET] = formula.base.target
        values.update(formula.base.aside)
        coefficients = formula.base.coefficients
        rows.append(sum(coefficients[t] * t.total(values) for t in formula.latent.terms))
        data = sum(coefficients[t] * t.total(values) for t in formula.data.terms)
        measured.append(formula.caller.value(values, sizes) - data - formula.base.intercept)
    if not np.all(np.isfinite(measured)):
        return None
    matrix = np.column_stack([rows, np.ones(len(rows))])
    solution = np.linalg.lstsq(matrix, np.array(measured), rcond=None)[0]
    left = np.abs(matrix @ solution - measured).max()
    if left > 1e-6 * max(np.ptp(measured), np.ptp(rows), 1e-12):
        return None
    slope, gap = float(solution[0]), float(solution[1])
    # The intercept was measured where the KL is large; `at_zero` is the terms' sum at KL = 0.
    at_zero = _at_zero(formula)
    if at_zero is None or slope == 1:
        return None
    return Kink(slope, (gap + (slope - 1) * at_zero) / (1 - slope))


def _at_zero(formula: Formula) -> float | None:
    """The latent terms' sum at KL = 0, which their constant −1 would cancel."""
    sizes = formula.base.sizes
    neutral = np.full(sizes.shape(Role.SCALE), neutral_scale(formula))
    values = {Role.MEAN: np.zeros(sizes.shape(Role.MEAN)), Role.SCALE: neutral}
    if any(not term.roles <= set(values) for term in formula.latent.terms):
        return None
    return sum(formula.base.coefficients[t] * t.total(values) for t in formula.latent.terms)
