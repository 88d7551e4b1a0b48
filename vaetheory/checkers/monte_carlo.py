"""Both sides of a statement estimated from independent samples, and compared with a stated
false-alarm rate.

z = (left − right) / standard error, the sides from samples of their own, n fixed beforehand.
Expectations are means over
draws; the logarithm of a marginal is that of an importance-sampled mean, with a delta-method
error; what stands inside a
logarithm and has no closed form is summed on a grid, and the figures say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from vaetheory.checkers.evidence import Counterexample, Evidence, Verdict
from vaetheory.checkers.numeric.backend import NUMPY, Backend
from vaetheory.checkers.numeric.bounds import (
    HEAVIEST_TAIL,
    POWER,
    SUITE_RATE,
    detectable,
    standard_error,
    z_bound,
)
from vaetheory.checkers.numeric.build import build_world
from vaetheory.checkers.numeric.claims import KINDS, sides, varied
from vaetheory.checkers.numeric.describe import describe
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.estimate import Estimate
from vaetheory.checkers.numeric.estimators import estimate, run_for
from vaetheory.checkers.numeric.evaluate import quiet
from vaetheory.checkers.numeric.world import Setting, World
from vaetheory.language.statements import Relation, Statement

KIND = "Monte Carlo"
SAMPLES = 2**17
CHECKS = 1000
TARGET = 0.003
"""The standard error of each mean that is aimed at: deviations of about 0.04 nats are then
caught."""

POINTS = 32


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


def check(
    statement: Statement,
    *,
    seed: int = 0,
    samples: int = SAMPLES,
    checks: int = CHECKS,
    backend: Backend = NUMPY,
) -> Evidence:
    """Compare both sides from ``samples`` draws per mean, in a linear-Gaussian world and in one
    that is not conjugate.

    All ``checks`` checks of a suite together raise a false alarm with probability at most 1e-6.
    The figures give z, its bound,
    n, and the smallest deviation that would be caught with probability 0.999. An inequality can
    only be refuted.
    Never raises on a legal statement.
    """
    kinds = KINDS if not statement.relation.direction else (*KINDS, *KINDS)
    rate = SUITE_RATE / checks / len(kinds)
    try:
        with quiet():
            found = [
                _compare(statement, Setting(kind, seed + k // 2, size=2 + k % 2), samples, backend)
                for k, kind in enumerate(kinds)
            ]
    except (CannotEvaluate, OverflowError) as reason:
        return Evidence(KIND, Verdict.UNDECIDED, why=str(reason))
    return _judge(statement, found, rate, checks)


def _compare(statement: Statement, setting: Setting, samples: int, backend: Backend) -> Outcome:
    left, right = sides(statement)
    if statement.relation is not Relation.UP_TO_CONSTANT:
        world = build_world(statement, setting)
        run = run_for(world, backend, samples, setting.seed, TARGET)
        a, b = estimate(left, run), estimate(right, run)
        outcome = Outcome(world, a, b, run.nested, backend.epsilon)
        return outcome if outcome.n else _at_points(statement, setting, backend)
    outcomes = []
    for again in varied(statement, setting):
        world = build_world(statement, again)
        run = run_for(world, backend, samples, setting.seed + 1000 * again.draw, TARGET)
        gap = estimate(left, run).plus(estimate(right, run).scaled(-1))
        outcomes.append((world, gap, run.nested))
    _, base, _ = outcomes[0]
    compared = [Outcome(w, gap, base, nested, backend.epsilon) for w, gap, nested in outcomes[1:]]
    return max(compared, key=lambda o: abs(o.z))


def _at_points(statement: Statement, setting: Setting, backend: Backend) -> Outcome:
    """Where nothing is averaged, what can be sampled is the point: the worst of many random
    ones."""
    left, right = sides(statement)
    outcomes = []
    for k in range(POINTS):
        world = build_world(statement, replace(setting, seed=setting.seed + 7919 * k))
        run = run_for(world, backend, 1, 0)
        a, b = (replace(estimate(side, run), n=POINTS) for side in (left, right))
        outcomes.append(Outcome(world, a, b, 1, backend.epsilon, points=True))
    return max(outcomes, key=lambda o: abs(o.z))


def _judge(statement: Statement, found: list[Outcome], rate: float, checks: int) -> Evidence:
    direction = statement.relation.direction
    bounds = [z_bound(rate, o.difference.skewness, o.difference.kurtosis) for o in found]
    figures: dict[str, Any] = {
        "false-alarm rate of the suite": SUITE_RATE,
        "checks in the suite": checks,
        "power": POWER,
        "worlds": len(found),
        "details": [_detail(o, b) for o, b in zip(found, bounds, strict=True)],
    }
    for o, b in zip(found, bounds, strict=True):
        if not isfinite(o.difference.mean) or not isfinite(o.error):
            return Evidence(KIND, Verdict.UNDECIDED, figures, "an estimate is not finite")
        tail = max(o.left.tail, o.right.tail)
        if b is None or tail > HEAVIEST_TAIL:
            why = (
                f"heavy tails in a {o.world.setting.kind} world: the fourth moment makes the "
                "standard error unreliable "
                f"(m₄/(n m₂²) = {tail:.2g}, skewness of the estimate {o.difference.skewness:.2g})"
            )
            return Evidence(KIND, Verdict.UNDECIDED, figures, why)
    sure = [(o, b) for o, b in zip(found, bounds, strict=True) if b is not None]
    worst, bound = max(sure, key=lambda pair: abs(pair[0].z) / pair[1])
    figures |= {
        "z": worst.z,
        "bound": bound,
        "n": max(o.n for o in found),
        "detectable deviation": max(detectable(b, o.error) for o, b in sure),
    }
    if any(o.points for o in found):
        figures["n counts"] = "random parameter points: no side averages over anything"
    if any(o.nested > 1 for o in found):
        figures["nested densities"] = f"by quadrature, up to {max(o.nested for o in found)} points"
    for o, b in sure:
        off = -direction * o.z if direction else abs(o.z)
        if off > b:
            why = f"z = {o.z:.3g} against a bound of {b:.3g} in a {o.world.setting.kind} world"
            return Evidence(KIND, Verdict.FAILS, figures, why, _counterexample(o))
    if direction:
        figures["smallest margin"] = min(direction * o.difference.mean for o in found)
        why = f"not refuted in {len(found)} worlds, which proves no inequality"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why)
    return Evidence(KIND, Verdict.HOLDS, figures)


def _detail(o: Outcome, bound: float | None) -> dict[str, Any]:
    return {
        "kind": o.world.setting.kind,
        "seed": o.world.setting.seed,
        "left": o.left.mean,
        "right": o.right.mean,
        "standard error": o.error,
        "z": o.z,
        "bound": bound,
        "n": o.n,
        "detectable deviation": None if bound is None else detectable(bound, o.error),
    }


def _counterexample(o: Outcome) -> Counterexample:
    left, right, gap = o.left.mean, o.right.mean, o.difference.mean
    texts = (f"{left:.6g}", f"{right:.6g}", f"{gap:.6g} ± {o.error:.2g}")
    return Counterexample(describe(o.world), *texts, left, right, gap)
