"""Both sides of a statement estimated from independent samples, and compared with a stated
false-alarm rate.

z = (left − right) / standard error, the sides from samples of their own, n fixed by a pilot of its
own. Expectations are means over draws; the logarithm of a marginal is that of an importance-sampled
mean, with a delta-method error; what stands inside a logarithm and has no closed form is summed on
a
grid, and the figures say so.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from vaetheory.checkers.evidence import Counterexample, Evidence, Verdict
from vaetheory.checkers.numeric.backend import NUMPY, Backend
from vaetheory.checkers.numeric.bounds import (
    HEAVIEST_TAIL,
    POWER,
    SUITE_RATE,
    detectable,
    z_bound,
)
from vaetheory.checkers.numeric.claims import KINDS, sides
from vaetheory.checkers.numeric.describe import describe
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.evaluate import quiet
from vaetheory.checkers.numeric.outcomes import Outcome, gain, outcome
from vaetheory.checkers.numeric.world import Setting
from vaetheory.language.statements import Relation, Statement

KIND = "Monte Carlo"
SAMPLES = 2**17
"""The most draws for one mean."""

CHECKS = 1000
"""How many checks a suite may have for the false-alarm rate of the whole to be what is stated."""

TARGET = 0.003
"""The standard error of each mean that is aimed at: deviations of 0.04 nats are then caught."""

RESOLUTION = 0.5
"""A check that would miss larger deviations than this, relative to max(1, |left|), cannot tell."""

REPLICATES = 16


def check(
    statement: Statement,
    *,
    seed: int = 0,
    samples: int = SAMPLES,
    target: float = TARGET,
    checks: int = CHECKS,
    backend: Backend = NUMPY,
    sobol: bool = False,
) -> Evidence:
    """Compare both sides in a linear-Gaussian world and in one that is not conjugate.

    Every mean gets as many draws as bring its standard error to ``target``, at most ``samples``;
    with ``target=0`` exactly ``samples``. All ``checks`` checks of a suite together raise a false
    alarm with probability at most 1e-6. The figures give z, its bound, n, and the smallest
    deviation that is caught with probability 0.999; with ``sobol``, also the measured gain of
    scrambled Sobol points over plain sampling. An inequality can only be refuted. A statement that
    one world refutes is not asked in the next: each world's test has its share of the false-alarm
    rate, whether it is run or not. Never raises on a legal statement.
    """
    tests = len(KINDS) * (2 if statement.relation is Relation.UP_TO_CONSTANT else 1)
    rate = SUITE_RATE / checks / tests
    try:
        with quiet():
            found: list[Outcome] = []
            for k, kind in enumerate(KINDS):
                setting = Setting(kind, abs(seed), 2 + k)
                found.append(outcome(statement, setting, samples, target, rate, backend))
                evidence = _judge(statement, found, rate, checks)
                if evidence.verdict is Verdict.FAILS:
                    break
            if sobol:
                evidence.figures["gain of Sobol points"] = _gains(
                    statement, found, samples, backend
                )
    except (CannotEvaluate, OverflowError) as reason:
        return Evidence(KIND, Verdict.UNDECIDED, why=str(reason))
    return evidence


def _gains(
    statement: Statement, found: list[Outcome], samples: int, backend: Backend
) -> list[dict[str, Any]]:
    """How many times more plain draws the same error would take, for both sides in each world."""
    return [
        {"kind": o.world.setting.kind}
        | {
            name: gain(side, o.world, backend, samples, REPLICATES, o.world.setting.seed)
            for name, side in zip(("left", "right"), sides(statement), strict=True)
        }
        for o in found
    ]


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
    coarsest = max(detectable(b, o.error) / max(1.0, abs(o.left.mean)) for o, b in sure)
    if coarsest > RESOLUTION:
        why = f"too few samples for the variance: deviations below {coarsest:.2g} would pass"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why)
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
