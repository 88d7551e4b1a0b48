"""The constant of a formula: the −1 of the KL, the normalizer of the Gaussian, or neither."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vaetheory.audit.divergence import Divergence
from vaetheory.audit.likelihood import Family, Likelihood
from vaetheory.audit.monomials import Monomial
from vaetheory.audit.recovery import Formula

_CANDIDATES = (1.0, 0.5)


@dataclass(frozen=True)
class Constant:
    """What the intercept says.

    `missing`: the loss differs from the full objective by a constant. `variance` is the σ² that a
    normalizer ½ log(2πσ²) proves, None where there is no such normalizer.
    """

    missing: bool
    variance: float | None = None


def read(formula: Formula, likelihood: Likelihood, divergence: Divergence) -> Constant:
    """Explain the intercepts at all sizes."""
    if formula.of_target or formula.of_aside:
        return Constant(True)
    left = _after_kl(formula, divergence)
    if left is None:
        return Constant(True)
    if all(abs(value) <= _slack(formula) * scale for value, scale in left):
        normalized = likelihood.family in (Family.DISCRETE, Family.ABSENT)
        return Constant(not (normalized and (likelihood.complete or not formula.data.present)))
    if likelihood.family is Family.GAUSSIAN and likelihood.weight is not None:
        return _gaussian(formula, likelihood.weight, divergence, [value for value, _ in left])
    if likelihood.family is Family.OWN_SCALE and likelihood.weight is not None:
        full = [_value(likelihood.weight, formula, i) for i in range(len(formula.shots))]
        halves = [0.5 * math.log(2 * math.pi) * s.sizes.batch * s.sizes.dimensions
                  for s in formula.shots]  # fmt: skip
        pairs = zip(left, full, halves, strict=True)
        exact = all(
            w is not None and math.isclose(v, w * h, rel_tol=1e-5) for (v, _), w, h in pairs
        )
        return Constant(not exact)
    return Constant(True)


def _slack(formula: Formula) -> float:
    return max(1e-7, 100 * formula.tolerance)


def _value(monomial: Monomial, formula: Formula, index: int) -> float | None:
    """A coefficient at a shot; hyperparameters were at their base there, so they are read off."""
    shot = formula.shots[index]
    values = dict(shot.sizes.values)
    for hyper in formula.caller.hypers:
        base = hyper.at(shot.sizes)
        values.update({
            hyper.name: base, f"(1−{hyper.name})": 1 - base, f"(1+{hyper.name})": 1 + base,
            **{f"w{primes}({hyper.name})": 1.0 for primes in ("", "′", "′′")},
        })  # fmt: skip
        if base < 700:
            values[f"e^{hyper.name}"] = math.exp(base)
    try:
        return monomial.value(values)
    except (KeyError, ZeroDivisionError, OverflowError, TypeError):
        return None


def at_base(monomial: Monomial, formula: Formula) -> float | None:
    """A coefficient at the base sizes and base hyperparameters."""
    return _value(monomial, formula, 0)


def _after_kl(formula: Formula, divergence: Divergence) -> list[tuple[float, float]] | None:
    """Intercepts without the KL's own constant, each with the size that rounding refers to."""
    left = []
    for index, shot in enumerate(formula.shots):
        count = shot.sizes.batch * shot.sizes.latents
        expected = 0.0
        if divergence.present:
            weight = _value(divergence.weight, formula, index) if divergence.weight else None
            if weight is None:
                return None
            expected = weight * divergence.constant * count
        scale = max(abs(shot.intercept), abs(expected), max(map(abs, shot.coefficients.values())))
        left.append((shot.intercept - expected, scale))
    return left


def _gaussian(
    formula: Formula, weight: Monomial, divergence: Divergence, left: list[float]
) -> Constant:
    """w·(x−x̂)² with w = ω/(2σ²) and the constant ω·½ log(2πσ²)·B·D: which σ² fits both?"""
    for variance in _variances(formula, weight, divergence):
        fits = []
        for index, shot in enumerate(formula.shots):
            w = _value(weight, formula, index)
            count = shot.sizes.batch * shot.sizes.dimensions
            normalizer = 0.5 * math.log(2 * math.pi * variance)
            fits.append(
                w is not None
                and math.isclose(left[index], 2 * variance * w * normalizer * count, rel_tol=1e-5)
            )
        if all(fits):
            return Constant(False, variance)
    for variance in _variances(formula, weight, divergence):
        # F.gaussian_nll_loss leaves ½ log 2π out by default.
        fits = [
            (w := _value(weight, formula, i)) is not None
            and math.isclose(
                left[i],
                variance * w * math.log(variance) * s.sizes.batch * s.sizes.dimensions,
                rel_tol=1e-5,
            )
            for i, s in enumerate(formula.shots)
        ]
        if variance != 1 and all(fits):
            return Constant(True, variance)
    return Constant(True)


def _variances(formula: Formula, weight: Monomial, divergence: Divergence) -> list[float]:
    """σ² worth trying: what β = 1 implies, then the usual ones, then the hyperparameters'."""
    found = []
    w = at_base(weight, formula)
    kl = at_base(divergence.weight, formula) if divergence.weight else None
    if w and kl and kl / w > 0:
        found.append(kl / (2 * w))
    found += _CANDIDATES
    for hyper in formula.caller.hypers:
        found += [hyper.base**2, abs(hyper.base)]
        if abs(hyper.base) < 100:
            found += [math.exp(hyper.base), math.exp(2 * hyper.base)]
    return [variance for variance in found if variance > 0]
