"""Masked reconstructions: does a mask pick the entries whose −log p(x|z) counts, and nothing else?

With every entry observed the mask is not there, and that is how a loss with one is probed. Here
random masks are tried on the formula found: the data term must be the same sum over the observed
entries alone, as it is or divided by their share, and the KL must not notice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vaetheory.audit.calling import Caller, CallFailed
from vaetheory.audit.design import Region, draw
from vaetheory.audit.roles import Role
from vaetheory.audit.shapes import Sizes
from vaetheory.audit.terms.term import Array, Term, Values

_MASKS = (Role.MASK, Role.MISSING)
_DATA = (Role.TARGET, Role.RECONSTRUCTION, Role.RECONSTRUCTION_SCALE)
_PAIRS = 4

SUMMED = "the data term is the same sum over what is observed"
SHARED = "the data term is divided by the share of x that is observed: D counts observed entries"


def read(
    caller: Caller, sizes: Sizes, coefficients: Mapping[Term, float], tolerance: float,
    region: Region,
) -> str | None:  # fmt: skip
    """What a random mask does, in words; None where it does anything else."""
    role = next(role for role in _MASKS if role in caller.plan.roles)
    ratios = []
    for seed, share in ((21, 0.5), (22, 0.75)):
        random = np.random.default_rng(seed)
        observed = _observed(random, sizes, share)
        given = {role: observed if role is Role.MASK else 1 - observed}
        try:
            ratio = _ratio(caller, sizes, coefficients, tolerance, region, (given, observed))
        except CallFailed:
            return None
        if ratio is None:
            return None
        ratios.append((ratio, observed.size / observed.sum()))
    if all(abs(ratio - 1) < 1e-4 for ratio, _ in ratios):
        return SUMMED
    return SHARED if all(abs(ratio / whole - 1) < 1e-4 for ratio, whole in ratios) else None


def _observed(random: np.random.Generator, sizes: Sizes, share: float) -> Array:
    """0 and 1, as many ones in every example."""
    shape = sizes.shape(Role.MASK)
    count = int(np.prod(shape[1:]))
    row = np.zeros(count)
    row[: max(1, round(share * count))] = 1.0
    return np.stack([random.permutation(row) for _ in range(shape[0])]).reshape(shape)


def _ratio(
    caller: Caller, sizes: Sizes, coefficients: Mapping[Term, float], tolerance: float,
    region: Region, mask: tuple[Mapping[Role, Array], Array],
) -> float | None:  # fmt: skip
    """The data term's weight relative to the unmasked one; None where the formula fails."""
    given, observed = mask
    random = np.random.default_rng(23)
    held = {**draw(random, sizes, caller.plan.roles, region), **given}
    of_data = [term for term in coefficients if not _is_latent(term)]
    of_latent = [term for term in coefficients if _is_latent(term)]
    measured, predicted = [], []
    for index in range(2 * _PAIRS):
        fresh = draw(random, sizes, caller.plan.roles, region)
        moved = [role for role in held if (role in _DATA if index % 2 else role.is_latent)]
        # x is held: a term of x alone, such as its entropy, is no part of the formula.
        moved = [role for role in moved if role is not Role.TARGET]
        other = {**held, **{role: fresh[role] for role in moved}}
        terms = of_data if index % 2 else of_latent
        change = caller.value(other, sizes) - caller.value(held, sizes)
        after, before = (_picked(values, observed) for values in (other, held))
        expected = sum(coefficients[t] * (t.total(after) - t.total(before)) for t in terms)
        if index % 2:
            measured.append(change)
            predicted.append(expected)
        elif not abs(change - expected) <= 1e3 * tolerance * max(abs(change), abs(expected)):
            return None
    if not of_data or not np.all(np.isfinite(measured)):
        return None
    left, right = np.array(measured), np.array(predicted)
    ratio = float(left @ right / (right @ right))
    small = np.abs(left - ratio * right).max() <= 1e3 * tolerance * np.abs(left).max()
    return ratio if small else None


def _is_latent(term: Term) -> bool:
    return any(role.is_latent for role in term.roles)


def _picked(values: Values, observed: Array) -> dict[Role, Array]:
    """The observed entries of x, x̂ and s_x, as [B, M, …]."""
    chosen = observed.astype(bool).reshape(observed.shape[0], -1)
    found = dict(values)
    for role in (role for role in _DATA if role in values):
        array = values[role]
        flat = array.reshape(array.shape[0], chosen.shape[1], -1)
        found[role] = np.stack([row[kept] for row, kept in zip(flat, chosen, strict=True)])
    return found
