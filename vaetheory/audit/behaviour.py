"""What a function does besides its value: randomness, memory, looking across examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vaetheory.audit.calling import Caller, CallFailed
from vaetheory.audit.design import Region, draw
from vaetheory.audit.fitting import ROUNDING
from vaetheory.audit.roles import Role
from vaetheory.audit.shapes import Sizes
from vaetheory.audit.terms.term import Array

# Two-sided, so a false alarm in one of 5·10⁸ audits of a right random loss.
Z_LIMIT = 6.0
_REPEATS = 200


@dataclass(frozen=True)
class Randomness:
    """A loss that draws noise: its mean over seeds against its exact expectation.

    `detectable` is the smallest deviation of the mean that is caught with probability 0.999.
    `constant`: the noise meets no argument (samples of the prior alone, say), so that from one
    input to another every seed gives the same change; then its mean is of no concern.
    """

    mean: float
    spread: float
    exact: float
    repeats: int
    constant: bool = False

    @property
    def z(self) -> float:
        """The studentised difference."""
        error = self.spread / np.sqrt(self.repeats)
        floor = 1e-12 * max(abs(self.mean), 1.0)
        return float((self.mean - self.exact) / max(error, floor))

    @property
    def detectable(self) -> float:
        """(Z_LIMIT + 3.09) standard errors."""
        return float((Z_LIMIT + 3.09) * self.spread / np.sqrt(self.repeats))


def is_random(caller: Caller, sizes: Sizes) -> bool:
    """Whether two seeds give two values."""
    values = draw(np.random.default_rng(9), sizes, caller.plan.roles)
    one = caller.array(values, sizes, seed=1)
    return not np.array_equal(one, caller.array(values, sizes, seed=2), equal_nan=True)


def remembers(caller: Caller, sizes: Sizes) -> bool:
    """Whether two equal calls with one seed differ: state that is not a plain number."""
    values = draw(np.random.default_rng(9), sizes, caller.plan.roles)
    runs = [caller.array(values, sizes, seed=1) for _ in range(3)]
    return any(not np.array_equal(runs[0], run, equal_nan=True) for run in runs[1:])


def randomness(caller: Caller, sizes: Sizes) -> Randomness:
    """Mean and spread over seeds, with the two-point expectation beside them."""
    random = np.random.default_rng(9)
    values, other = (draw(random, sizes, caller.plan.roles) for _ in range(2))
    other.update({role: array for role, array in values.items() if role.is_aside})

    def run(seed: int, given: dict[Role, Array]) -> float:
        return float(caller.array(given, sizes, seed=seed).sum())

    runs = np.array([run(seed, values) for seed in range(_REPEATS)])
    exact = caller.value(values, sizes)
    changes = [run(seed, other) - runs[seed] for seed in range(5)]
    slack = 1e-9 * max(abs(change) for change in changes) + 1e-12 * float(np.abs(runs).max())
    same = max(changes) - min(changes) <= slack
    constant = same and abs(changes[0] - (caller.value(other, sizes) - exact)) <= slack
    return Randomness(float(runs.mean()), float(runs.std(ddof=1)), exact, _REPEATS, bool(constant))


def _example_changed(
    values: dict[Role, Array], index: int, other: dict[Role, Array]
) -> dict[Role, Array]:
    changed = {role: array.copy() for role, array in values.items()}
    for role, array in changed.items():
        array[index] = other[role][index]
    return changed


def mixes_examples(caller: Caller, sizes: Sizes, tolerance: float = 0.0) -> bool:
    """Whether the objective has a cross term between two examples (batch statistics).

    `tolerance` is what rounding may leave, relative to the whole value in float32.
    """
    random = np.random.default_rng(10)
    values, other = (draw(random, sizes, caller.plan.roles) for _ in range(2))
    first = _example_changed(values, 0, other)
    second = _example_changed(values, 1, other)
    both = _example_changed(first, 1, other)
    a, b, c, d = (caller.value(v, sizes) for v in (values, first, second, both))
    scale = max(abs(b - a), abs(c - a), 1e-9 * abs(a))
    return abs(d - b - c + a) > 1e-7 * scale + _rounded(tolerance, a)


def _rounded(tolerance: float, value: float) -> float:
    """What rounding may leave of a value that is computed in float32; 0 in float64."""
    return tolerance * abs(value) if tolerance > ROUNDING else 0.0


def depends_on_order(caller: Caller, sizes: Sizes, tolerance: float = 0.0) -> bool:
    """Whether shuffling the examples, all arguments alike, changes the objective."""
    random = np.random.default_rng(11)
    values = draw(random, sizes, caller.plan.roles)
    order = np.roll(np.arange(sizes.batch), 1)
    shuffled = {role: array[order] for role, array in values.items()}
    one, other = caller.value(values, sizes), caller.value(shuffled, sizes)
    return abs(one - other) > 1e-7 * max(abs(one), 1e-12) + _rounded(tolerance, one)


def is_additive(caller: Caller, sizes: Sizes, tolerance: float = 0.0) -> bool:
    """Whether the data side and the latent side are simply added."""
    random = np.random.default_rng(12)
    one, two = (draw(random, sizes, caller.plan.roles) for _ in range(2))

    def mixed(data: dict[Role, Array], latent: dict[Role, Array]) -> float:
        values = {role: (latent if role.is_latent else data)[role] for role in one}
        return caller.value(values, sizes)

    a, b, c, d = mixed(one, one), mixed(two, one), mixed(one, two), mixed(two, two)
    slack = 1e-7 * max(abs(b - a), abs(c - a), 1e-12) + _rounded(tolerance, a)
    return abs(d - b - c + a) <= slack


def unused(caller: Caller, sizes: Sizes) -> list[Role]:
    """Arrays that never change the objective, for grey x nor for x in {0, 1}."""
    grey, binary = (_unused(caller, sizes, region) for region in (Region.GENERIC, Region.BINARY))
    return [role for role in grey if role in binary]


def _unused(caller: Caller, sizes: Sizes, region: Region) -> list[Role]:
    random = np.random.default_rng(13)
    values, other = (draw(random, sizes, caller.plan.roles, region) for _ in range(2))
    base = caller.array(values, sizes)
    found = []
    for role in values:
        try:
            changed = caller.array({**values, role: other[role]}, sizes)
        except CallFailed:
            continue
        if np.array_equal(base, changed):
            found.append(role)
    return found
