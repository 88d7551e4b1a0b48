"""Both sides of a statement estimated in one world, and the choice of the worlds that are worth
it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from vaetheory.checkers.numeric.backend import Backend
from vaetheory.checkers.numeric.bounds import HEAVIEST_TAIL, rounding_floor, standard_error, z_bound
from vaetheory.checkers.numeric.build import build_world
from vaetheory.checkers.numeric.claims import AGAIN, KINDS, SPREADS, sides, varied
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.estimate import Estimate
from vaetheory.checkers.numeric.estimators import Run, estimate, run_for
from vaetheory.checkers.numeric.world import Setting, World
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Relation, Statement

CANDIDATES = 4
SCREENING = 2**11
ENOUGH = 2**13
"""Draws for a mean where those of the screening already were a refutation: z grows with √n."""

POINTS = 32

RunIn = Callable[[World, int], Run]
"""A run in a world; the number keeps runs of one check apart."""


@dataclass(frozen=True)
class Outcome:
    """Both sides in one world."""

    world: World
    left: Estimate
    right: Estimate
    nested: int
    epsilon: float
    points: bool = False
    """Whether n counts random parameter points, because no side averages over anything."""

    @property
    def n(self) -> int:
        """The samples of the mean that has most."""
        return max(self.left.n, self.right.n)

    @property
    def difference(self) -> Estimate:
        """left − right, with the error of both."""
        return self.left.plus(self.right.scaled(-1))

    @property
    def error(self) -> float:
        """The standard error of the difference, rounding included."""
        return standard_error(self.difference, self.epsilon)

    @property
    def z(self) -> float:
        """The studentised difference."""
        return self.difference.mean / self.error


def outcome(
    statement: Statement,
    setting: Setting,
    samples: int,
    target: float,
    rate: float,
    backend: Backend,
) -> Outcome:
    """Both sides from at most ``samples`` draws per mean, in one of a few candidate worlds.

    The world is the one in which a few draws of their own see the largest difference (for an
    inequality, the smallest margin), or the first whose difference would already be a refutation at
    the false-alarm ``rate``. Those draws are not used again, so the choice costs no false alarms,
    and it finds the worlds in which a wrong statement is wrong by much.
    """
    few: list[Outcome] = []
    grids: dict[int, int] = {}
    spreads = [setting.spread] * CANDIDATES
    if statement.relation.direction:
        more = AGAIN - CANDIDATES if setting.kind == KINDS[0] else 0
        spreads += [*SPREADS, *[setting.spread] * more]
    failure: CannotEvaluate | None = None
    for k, spread in enumerate(spreads):
        here = replace(setting, seed=setting.seed + 104729 * k, spread=spread)
        run_in = _runs(backend, SCREENING, 0.0, 1, grids)
        try:
            few.append(_estimated(statement, here, run_in, backend))
        except CannotEvaluate as reason:
            # in another world the estimate inside a logarithm may be positive
            failure = reason
            continue
        if few[-1].n and _is_plainly_wrong(few[-1], statement, rate):
            samples = min(samples, ENOUGH)
            break
    if failure is not None and not few:
        raise failure
    if not any(o.n for o in few):
        return _at_points(statement, setting, backend)
    chosen = max(few, key=lambda o: _worth(o, statement, rate)).world.setting
    return _estimated(statement, chosen, _runs(backend, samples, target, 2), backend)


def _against(found: Outcome, statement: Statement) -> float:
    """How many standard errors speak against the statement."""
    direction = statement.relation.direction
    return -direction * found.z if direction else abs(found.z)


def _worth(found: Outcome, statement: Statement, rate: float) -> tuple[bool, float]:
    """What speaks for a world. An inequality can only be refuted, and only where tails are light;
    an equality that a world with heavy tails speaks against must not be confirmed in another."""
    steady = not statement.relation.direction or _bound(found, rate) is not None
    return steady, _against(found, statement)


def _bound(found: Outcome, rate: float) -> float | None:
    """The bound of z; None where tails are too heavy for the standard error to be believed."""
    if max(found.left.tail, found.right.tail) > HEAVIEST_TAIL:
        return None
    return z_bound(rate, found.difference.skewness, found.difference.kurtosis)


def _is_plainly_wrong(found: Outcome, statement: Statement, rate: float) -> bool:
    bound = _bound(found, rate)
    return bound is not None and _against(found, statement) > bound


def _runs(
    backend: Backend,
    samples: int,
    target: float,
    stage: int,
    grids: dict[int, int] | None = None,
) -> RunIn:
    return lambda world, part: run_for(
        world, backend, samples, (world.setting.seed, stage, part), target, grids
    )


def _estimated(statement: Statement, setting: Setting, run_in: RunIn, backend: Backend) -> Outcome:
    left, right = sides(statement)
    if statement.relation is Relation.UP_TO_CONSTANT:
        return _changed(statement, setting, run_in, backend)
    world = build_world(statement, setting)
    run = run_in(world, 0)
    a, b = estimate(left, run), estimate(right, run)
    return Outcome(world, a, b, run.nested, backend.epsilon)


def _changed(statement: Statement, setting: Setting, run_in: RunIn, backend: Backend) -> Outcome:
    """For ≐: left − right after the named quantity was drawn afresh, against before; the larger of
    two changes."""
    left, right = sides(statement)
    gaps = []
    for part, again in enumerate(varied(statement, setting)):
        world = build_world(statement, again)
        run = run_in(world, part)
        gap = estimate(left, run).plus(estimate(right, run).scaled(-1))
        gaps.append((world, gap, run.nested))
    _, base, _ = gaps[0]
    compared = [Outcome(w, gap, base, nested, backend.epsilon) for w, gap, nested in gaps[1:]]
    return max(compared, key=lambda o: abs(o.z))


def _at_points(statement: Statement, setting: Setting, backend: Backend) -> Outcome:
    """Where nothing is averaged, what can be sampled is the point: the worst of many random
    ones."""
    outcomes = []
    for k in range(POINTS):
        here = replace(setting, seed=setting.seed + 7919 * k)
        found = _estimated(statement, here, _runs(backend, 1, 0.0, 3), backend)
        left, right = replace(found.left, n=POINTS), replace(found.right, n=POINTS)
        outcomes.append(replace(found, left=left, right=right, points=True))
    return max(outcomes, key=lambda o: _against(o, statement))


def gain(
    side: Expression, world: World, backend: Backend, samples: int, replicates: int, seed: int
) -> float | None:
    """The variance of the plain estimate over that of scrambled Sobol points, at the same number of
    draws; None where the side needs no sampling, or its draws differ by rounding alone.

    The Sobol variance is that of the mean of independent scramblings, so it is measured, not
    assumed.
    """
    plain = estimate(side, run_for(world, backend, samples, (seed, 4, 0), 0.0))
    if not plain.n or plain.variance <= rounding_floor(plain, backend.epsilon) ** 2:
        return None
    run = run_for(world, backend, samples, (seed, 5, 0), 0.0)
    even = estimate(side, replace(run, replicates=replicates))
    per_sample = plain.variance * plain.n
    return per_sample / (even.variance * even.n) if even.variance else None
