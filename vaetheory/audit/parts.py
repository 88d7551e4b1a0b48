"""The two parts of an objective, found one at a time: vary the data side, then the latent side."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vaetheory.audit import source as source_
from vaetheory.audit.calling import Caller
from vaetheory.audit.design import Region, draw
from vaetheory.audit.fitting import (
    ROUNDING,
    SINGLE_ROUNDING,
    Fit,
    Table,
    first_fit,
    smallest_subset,
)
from vaetheory.audit.roles import Role
from vaetheory.audit.shapes import Sizes
from vaetheory.audit.terms import latent, reconstruction, slipped
from vaetheory.audit.terms.latent import Parametrization
from vaetheory.audit.terms.term import Array, Hypothesis, Term, Values

_DATA = (Role.TARGET, Role.RECONSTRUCTION, Role.RECONSTRUCTION_SCALE)
_DRAWS = 16
# For hypotheses of many terms, several times as many as there are coefficients.
_MANY_DRAWS = 48


@dataclass(frozen=True)
class Part:
    """One side of the objective: absent (no effect), explained (a fit), or unexplained.

    `mixes`: unexplained, because it is no sum over the examples.
    """

    present: bool
    fit: Fit | None
    parametrization: Parametrization | None = None
    mixes: bool = False

    @property
    def explained(self) -> bool:
        """Whether nothing is left over on this side."""
        return not self.present or self.fit is not None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms that are really there."""
        if self.fit is None:
            return ()
        pairs = zip(self.fit.terms, self.fit.coefficients, strict=True)
        return tuple(term for term, coefficient in pairs if coefficient != 0)

    @property
    def name(self) -> str:
        """What the hypothesis is called."""
        return self.fit.hypothesis.name if self.fit else ""


def data_table(caller: Caller, sizes: Sizes, region: Region = Region.GENERIC) -> Table:
    """The data side varied in pairs that share x, with the latent side held still."""
    random = np.random.default_rng(1)
    roles = caller.plan.roles
    held = draw(random, sizes, roles, region)
    draws: list[Values] = []
    for index in range(2 * _DRAWS):
        fresh = draw(random, sizes, roles, region)
        kept = draws[-1] if index % 2 else fresh
        draws.append({
            role: (kept if role is Role.TARGET else fresh if role in _DATA else held)[role]
            for role in held
        })  # fmt: skip
    return Table(draws, _measure(caller, sizes, draws), paired=True)


def latent_table(
    caller: Caller, sizes: Sizes, region: Region = Region.GENERIC, count: int = _DRAWS
) -> Table:
    """The latent side varied, with the data side held still."""
    random = np.random.default_rng(2)
    roles = caller.plan.roles
    held = draw(random, sizes, roles, region)
    draws: list[Values] = []
    for _ in range(count):
        fresh = draw(random, sizes, roles, region)
        draws.append({role: (fresh if role.is_latent else held)[role] for role in held})
    return Table(draws, _measure(caller, sizes, draws))


def _measure(caller: Caller, sizes: Sizes, draws: list[Values]) -> np.ndarray:
    return np.array([caller.value(values, sizes) for values in draws])


def is_single_precision(caller: Caller, sizes: Sizes, latent: bool) -> bool:
    """Whether a side is computed in float32: changes by 1e-11 never reach the value.

    A cast of one argument makes one side single, as `(x > 0.5).float()` does.
    """
    random = np.random.default_rng(3)
    values = draw(random, sizes, caller.plan.roles)
    base = caller.array(values, sizes)
    sides = [
        role for role in values
        if role.is_latent == latent and role is not Role.TARGET and not role.is_aside
    ]  # fmt: skip
    moved = []
    for role in sides:
        nudged = {**values, role: values[role] * (1 + 1e-11)}
        moved.append(not np.array_equal(caller.array(nudged, sizes), base))
    if not sides or any(moved):
        return False
    # A side of little weight, 1e-6 · KL, hides such a change in float64 too: there steps of
    # about 1e-4 give one slope, where rounding to float32 gives several.
    return not any(_has_one_slope(caller, sizes, values, role) for role in sides)


def _has_one_slope(caller: Caller, sizes: Sizes, values: dict[Role, Array], role: Role) -> bool:
    def change(step: float) -> float:
        up, down = ({**values, role: values[role] * (1 + h)} for h in (step, -step))
        return float(caller.array(up, sizes).sum() - caller.array(down, sizes).sum())

    # Several steps, no multiples of one another: where only the last sum is rounded to float32,
    # two changes can be whole numbers of its last digit in the right ratio by chance.
    slopes = [change(step) / step for step in (1e-4, 1.37e-4, 1.91e-4, 2.63e-4)]
    return slopes[0] != 0 and max(abs(slope / slopes[0] - 1) for slope in slopes) < 2e-5


def numbers_of(caller: Caller) -> set[float]:
    """Numbers in the function's source and those that it reads from outside."""
    return source_.read(caller.function).literals | {hyper.base for hyper in caller.hypers}


def data_part(caller: Caller, sizes: Sizes, tolerance: float, region: Region) -> Part:
    """The reconstruction side."""
    if not any(role in caller.plan.roles for role in _DATA):
        return Part(False, None)
    table = data_table(caller, sizes, region)
    if table.is_flat:
        # `x_hat[x == 1]` picks nothing where x is grey: that is no missing term.
        binary = data_table(caller, sizes, Region.BINARY)
        return Part(not binary.is_flat, None)
    hypotheses = reconstruction.hypotheses()
    widths = reconstruction.widths(numbers_of(caller))
    hypotheses = (*hypotheses, *widths)
    if Role.RECONSTRUCTION_SCALE in caller.plan.roles:
        hypotheses = (*hypotheses, *reconstruction.scaled_hypotheses())
    if Role.TARGET not in caller.plan.roles or Role.RECONSTRUCTION not in caller.plan.roles:
        return Part(True, None)
    if sizes.tokens is not None:
        return Part(True, first_fit(reconstruction.categorical(), table, tolerance))
    found = first_fit(hypotheses, table, tolerance)
    if found is not None and found.hypothesis.name == "squared error":
        # Within (0, 1) a Huber loss is a squared error: only larger errors tell.
        wide = data_table(caller, sizes, Region.LOGITS)
        location = [reconstruction.BY_NAME[name] for name in ("squared error", "Huber")]
        location += [one for one in widths if "Huber" in one.name]
        found = first_fit(location, wide, tolerance) or found
    return Part(True, found)


def latent_part(
    caller: Caller, sizes: Sizes, tolerance: float, region: Region, thorough: bool = True
) -> Part:
    """The KL side."""
    roles = caller.plan.roles
    if not any(role.is_latent for role in roles):
        return Part(False, None)
    table = latent_table(caller, sizes, region)
    if table.is_flat:
        return Part(False, None)
    if sizes.batch > 1 and _mixes_examples(caller, sizes, tolerance, region):
        # Every term that is known here is a sum over the examples: none of them can fit.
        return Part(True, None, mixes=True)
    available = frozenset(table.draws[0])
    # All usual ε are tried once; where a search goes on elsewhere, those that the source speaks of.
    usual = reconstruction.EPSILONS
    if not thorough or region is not Region.GENERIC:
        usual = tuple(e for e in usual if e in numbers_of(caller))
    for hypothesis, parametrization in _latent_hypotheses(available, usual):
        if all(term.roles <= available for term in hypothesis.terms):
            found = first_fit([hypothesis], table, tolerance)
            if found is not None:
                return Part(True, found, parametrization)
    if tolerance > ROUNDING or not thorough:
        # Among many candidates one fits to float32 by chance: only the usual forms count then.
        return Part(True, None)
    pool = [term for term in _pool(available) if term.roles <= available]
    found = smallest_subset(pool, table, most=3)
    if found is not None:
        return Part(True, found)
    slips = list(slipped.hypotheses(available))
    many = latent_table(caller, sizes, region, _MANY_DRAWS) if slips else table
    for hypothesis, parametrization in slips:
        found = first_fit([hypothesis], many, tolerance)
        if found is not None:
            return Part(True, found, parametrization)
    return Part(True, None)


def _mixes_examples(caller: Caller, sizes: Sizes, tolerance: float, region: Region) -> bool:
    """Whether the latent side has a cross term between two examples, far above rounding."""
    random = np.random.default_rng(18)
    held, other = (draw(random, sizes, caller.plan.roles, region) for _ in range(2))

    def value(*changed: int) -> float:
        arrays = {role: array.copy() for role, array in held.items()}
        for role in (role for role in arrays if role.is_latent):
            arrays[role][list(changed)] = other[role][list(changed)]
        return caller.value(arrays, sizes)

    a, b, c, d = value(), value(0), value(1), value(0, 1)
    level = max(abs(v) for v in (a, b, c, d))
    slack = 1e3 * tolerance * max(abs(b - a), abs(c - a)) + 1e-2 * tolerance * level
    return abs(d - b - c + a) > slack


def _latent_hypotheses(
    available: frozenset[Role], epsilons: tuple[float, ...]
) -> Iterator[tuple[Hypothesis, Parametrization]]:
    if Role.PRIOR_MEAN in available and Role.PRIOR_SCALE in available:
        for p in latent.PARAMETRIZATIONS:
            yield Hypothesis((*latent.prior_terms(p), p.log), "two Gaussians"), p
        for p, prior in itertools.permutations(latent.PARAMETRIZATIONS, 2):
            said = f"two Gaussians, the prior's s is {prior.name}"
            yield Hypothesis((*latent.prior_terms(p, prior), p.log), said), p
        if Role.SAMPLE in available:
            for p in latent.PARAMETRIZATIONS:
                quadratic, _, log = latent.prior_terms(p, sampled=True)
                pieces = (quadratic, latent.deviation(p), p.log, log)
                yield Hypothesis(pieces, "one sample, learned prior"), p
    elif Role.PRIOR_MEAN in available:
        for p in latent.PARAMETRIZATIONS:
            terms = (latent.MEAN_APART, p.variance, p.log)
            yield Hypothesis(terms, "prior N(μ_p, 1)"), p
    yield from latent.closed_form()
    if Role.SAMPLE in available:
        for p in latent.PARAMETRIZATIONS:
            terms = (latent.SAMPLE_SQUARE, latent.deviation(p), p.log)
            yield Hypothesis(terms, "one sample"), p
    for p in latent.PARAMETRIZATIONS:
        yield Hypothesis((*latent.reversed_terms(p), p.log), "reversed"), p
    yield from latent.shifted_closed_form(epsilons)


def _pool(available: frozenset[Role]) -> tuple[Term, ...]:
    extra = (latent.SAMPLE_SQUARE,) if Role.SAMPLE in available else ()
    return (*latent.POOL, *extra)


def tolerance_of(caller: Caller, sizes: Sizes, *, latent: bool) -> float:
    """The residual that rounding may leave on one side of this function."""
    return SINGLE_ROUNDING if is_single_precision(caller, sizes, latent) else ROUNDING
