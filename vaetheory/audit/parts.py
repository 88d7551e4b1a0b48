"""The two parts of an objective, found one at a time: vary the data side, then the latent side."""

from __future__ import annotations

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
from vaetheory.audit.terms import latent, reconstruction
from vaetheory.audit.terms.latent import Parametrization
from vaetheory.audit.terms.term import Hypothesis, Term, Values

_DATA = (Role.TARGET, Role.RECONSTRUCTION, Role.RECONSTRUCTION_SCALE)
_DRAWS = 16


@dataclass(frozen=True)
class Part:
    """One side of the objective: absent (no effect), explained (a fit), or unexplained."""

    present: bool
    fit: Fit | None
    parametrization: Parametrization | None = None

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


def latent_table(caller: Caller, sizes: Sizes, region: Region = Region.GENERIC) -> Table:
    """The latent side varied, with the data side held still."""
    random = np.random.default_rng(2)
    roles = caller.plan.roles
    held = draw(random, sizes, roles, region)
    draws: list[Values] = []
    for _ in range(_DRAWS):
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
    sides = [role for role in values if role.is_latent == latent and role is not Role.TARGET]
    moved = []
    for role in sides:
        nudged = {**values, role: values[role] * (1 + 1e-11)}
        moved.append(not np.array_equal(caller.array(nudged, sizes), base))
    return bool(sides) and not any(moved)


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
    available = frozenset(table.draws[0])
    for hypothesis, parametrization in _latent_hypotheses(available):
        if all(term.roles <= available for term in hypothesis.terms):
            found = first_fit([hypothesis], table, tolerance)
            if found is not None:
                return Part(True, found, parametrization)
    if tolerance > ROUNDING or not thorough:
        # Among many candidates one fits to float32 by chance: only the usual forms count then.
        return Part(True, None)
    pool = [term for term in _pool(available) if term.roles <= available]
    return Part(True, smallest_subset(pool, table, most=3))


def _latent_hypotheses(
    available: frozenset[Role],
) -> Iterator[tuple[Hypothesis, Parametrization]]:
    if Role.PRIOR_MEAN in available and Role.PRIOR_SCALE in available:
        for p in latent.PARAMETRIZATIONS:
            yield Hypothesis((*latent.prior_terms(p), p.log), "two Gaussians"), p
    yield from latent.closed_form()
    if Role.SAMPLE in available:
        for p in latent.PARAMETRIZATIONS:
            terms = (latent.SAMPLE_SQUARE, latent.deviation(p), p.log)
            yield Hypothesis(terms, "one sample"), p
    for p in latent.PARAMETRIZATIONS:
        yield Hypothesis((*latent.reversed_terms(p), p.log), "reversed"), p
    yield from latent.shifted_closed_form(reconstruction.EPSILONS)


def _pool(available: frozenset[Role]) -> tuple[Term, ...]:
    extra = (latent.SAMPLE_SQUARE,) if Role.SAMPLE in available else ()
    return (*latent.POOL, *extra)


def tolerance_of(caller: Caller, sizes: Sizes, *, latent: bool) -> float:
    """The residual that rounding may leave on one side of this function."""
    return SINGLE_ROUNDING if is_single_precision(caller, sizes, latent) else ROUNDING
