"""Masked reconstructions: does a mask pick the entries whose −log p(x|z) counts, and nothing else?

With every entry observed the mask is not there, and that is how a loss with one is probed. Here
random masks are tried on the formula found: the data term must be the same sum over the observed
entries alone, as it is or divided by their share, and the KL must not notice; or, where every step
of a sequence has a latent, both must be over the observed steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
STEPS = "both terms are the same sums over the observed steps alone"
STEPS_SHARED = "both terms are means over the observed steps"


def read(
    caller: Caller, sizes: Sizes, coefficients: Mapping[Term, float], tolerance: float,
    region: Region,
) -> str | None:  # fmt: skip
    """What a random mask does, in words; None where it does anything else."""
    role = next(role for role in _MASKS if role in caller.plan.roles)
    found = []
    for seed, share in ((21, 0.5), (22, 0.75)):
        random = np.random.default_rng(seed)
        observed = _observed(random, sizes, share)
        given = {role: observed if role is Role.MASK else 1 - observed}
        try:
            found.append(_ratios(caller, sizes, coefficients, tolerance, region, given, observed))
        except CallFailed:
            return None
    whole = [2.0, 4 / 3]
    for said, of_data, of_latent, is_picked in (
        (SUMMED, False, False, False), (SHARED, True, False, False),
        (STEPS, False, False, True), (STEPS_SHARED, True, True, True),
    ):  # fmt: skip
        wanted = [(w if of_data else 1.0, w if of_latent else 1.0) for w in whole]
        pairs = [(one.data, one.steps if is_picked else one.latent) for one in found]
        if np.allclose(np.array(pairs), np.array(wanted), rtol=1e-4, atol=0):
            return said
    return None


@dataclass(frozen=True)
class _Ratios:
    """Weights relative to the unmasked formula, nan where there is no such weight.

    `data` over observed entries, `latent` over all latents, `steps` over those of observed steps.
    """

    data: float
    latent: float
    steps: float


def _observed(random: np.random.Generator, sizes: Sizes, share: float) -> Array:
    """0 and 1, as many ones in every example."""
    shape = sizes.shape(Role.MASK)
    count = int(np.prod(shape[1:]))
    row = np.zeros(count)
    row[: max(1, round(share * count))] = 1.0
    return np.stack([random.permutation(row) for _ in range(shape[0])]).reshape(shape)


def _ratios(
    caller: Caller, sizes: Sizes, coefficients: Mapping[Term, float], tolerance: float,
    region: Region, given: Mapping[Role, Array], observed: Array,
) -> _Ratios:  # fmt: skip
    random = np.random.default_rng(23)
    held = {**draw(random, sizes, caller.plan.roles, region), **given}
    of_data = [term for term in coefficients if not _is_latent(term)]
    of_latent = [term for term in coefficients if _is_latent(term)]

    def change(term_set: list[Term], other: Values, before: Values) -> float:
        return sum(coefficients[t] * (t.total(other) - t.total(before)) for t in term_set)

    rows: dict[str, list[tuple[float, float]]] = {"data": [], "latent": [], "steps": []}
    for index in range(2 * _PAIRS):
        fresh = draw(random, sizes, caller.plan.roles, region)
        moved = [role for role in held if (role in _DATA if index % 2 else role.is_latent)]
        # x is held: a term of x alone, such as its entropy, is no part of the formula.
        moved = [role for role in moved if role is not Role.TARGET]
        other = {**held, **{role: fresh[role] for role in moved}}
        measured = caller.value(other, sizes) - caller.value(held, sizes)
        after, before = (_picked(values, observed) for values in (other, held))
        if index % 2:
            rows["data"].append((measured, change(of_data, after, before)))
        else:
            rows["latent"].append((measured, change(of_latent, other, held)))
            rows["steps"].append((measured, change(of_latent, after, before)))
    return _Ratios(**{name: _ratio(pairs, tolerance) for name, pairs in rows.items()})


def _ratio(pairs: list[tuple[float, float]], tolerance: float) -> float:
    """The one factor between measured and predicted changes; nan where there is none."""
    left, right = np.array(pairs).T
    if not np.all(np.isfinite(left)) or not np.any(right):
        return 1.0 if not np.any(left) and not np.any(right) else float("nan")
    ratio = float(left @ right / (right @ right))
    small = np.abs(left - ratio * right).max() <= 1e3 * tolerance * np.abs(left).max()
    return ratio if small else float("nan")


def _is_latent(term: Term) -> bool:
    return any(role.is_latent for role in term.roles)


def _picked(values: Values, observed: Array) -> dict[Role, Array]:
    """The observed entries of every array that has them, as [B, M, …]."""
    chosen = observed.astype(bool).reshape(observed.shape[0], -1)
    found = dict(values)
    for role, array in values.items():
        if role in _DATA or array.shape[: observed.ndim] == observed.shape:
            flat = array.reshape(array.shape[0], chosen.shape[1], -1)
            found[role] = np.stack([row[kept] for row, kept in zip(flat, chosen, strict=True)])
    return found
