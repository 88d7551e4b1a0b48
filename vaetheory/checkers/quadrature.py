"""Both sides of a statement by numerical integration, at random parameters, with a measured error.

Integrals over ℝ use the trapezoidal rule, those over (0, ∞) and (0, 1) double-exponential rules;
finite spaces are summed.
Every value is computed on two grids, the second finer and wider; their difference is the error
that is reported, and the
grids are refined until it is below the tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from vaetheory.checkers.evidence import Counterexample, Evidence, Verdict
from vaetheory.checkers.numeric.build import build_world
from vaetheory.checkers.numeric.claims import has_gradient, settings, sides, varied
from vaetheory.checkers.numeric.context import Context
from vaetheory.checkers.numeric.describe import describe
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.evaluate import quiet
from vaetheory.checkers.numeric.meaning import value
from vaetheory.checkers.numeric.world import Setting, World
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Relation, Statement

KIND = "quadrature"
TOLERANCE = 1e-8
EQUAL = 1e-12
"""A strict inequality is refuted when the sides are this close in every world."""

_LEVELS = 4


@dataclass(frozen=True)
class Comparison:
    """Both sides in one world, and how far the last two grids disagree on them."""

    world: World
    left: float
    right: float
    error: float

    @property
    def scale(self) -> float:
        """What differences are relative to."""
        return max(1.0, abs(self.left), abs(self.right))

    @property
    def difference(self) -> float:
        """(left − right) / max(1, |left|, |right|)."""
        return (self.left - self.right) / self.scale


def check(statement: Statement, *, seed: int = 0, tolerance: float | None = None) -> Evidence:
    """Compare both sides by quadrature in two worlds: a linear-Gaussian one and one that is not
    conjugate.

    An equality holds when |left − right| ≤ tolerance · max(1, |left|, |right|) in both; it fails
    when a difference exceeds that
    by ten times the measured grid error. An inequality can only be refuted. What one world
    refutes is not asked in the next. Never raises on a legal statement.
    """
    if tolerance is None:
        tolerance = 100 * TOLERANCE if has_gradient(statement) else TOLERANCE
    try:
        with quiet():
            found: list[Comparison] = []
            for setting in settings(statement, seed):
                found.append(_compare(statement, setting, tolerance))
                evidence = _judge(statement, found, tolerance)
                if evidence.verdict is Verdict.FAILS:
                    break
    except CannotEvaluate as reason:
        return Evidence(KIND, Verdict.UNDECIDED, why=str(reason))
    return evidence


def _compare(statement: Statement, setting: Setting, tolerance: float) -> Comparison:
    left, right = sides(statement)
    if statement.relation is not Relation.UP_TO_CONSTANT:
        world = build_world(statement, setting)
        (a, e), (b, f) = (_integrate(side, world, tolerance) for side in (left, right))
        return Comparison(world, a, b, max(e, f))
    worst: Comparison | None = None
    base = None
    for again in varied(statement, setting):
        world = build_world(statement, again)
        (a, e), (b, f) = (_integrate(side, world, tolerance) for side in (left, right))
        if base is None:
            base = a - b
            continue
        here = Comparison(world, a - b, base, max(e, f))
        if worst is None or abs(here.difference) > abs(worst.difference):
            worst = here
    assert worst is not None
    return worst


def _integrate(side: Expression, world: World, tolerance: float) -> tuple[float, float]:
    """The value on the finest grid that was needed, and its distance to the one before."""
    before = float(value(side, Context(world)))
    error = float("inf")
    for level in range(1, _LEVELS + 1):
        try:
            now = float(value(side, Context(world, level=level)))
        except CannotEvaluate:
            if level == 1:
                raise
            break
        error = 0.0 if now == before else abs(now - before)
        before = now
        if error <= 0.1 * tolerance * max(1.0, abs(now)):
            break
    return before, error


def _judge(statement: Statement, found: list[Comparison], tolerance: float) -> Evidence:
    figures: dict[str, Any] = {
        "tolerance": tolerance,
        "relative to": "max(1, |left|, |right|)",
        "worlds": len(found),
        "largest difference": max((abs(c.difference) for c in found), default=0.0),
        "grid error": max(c.error / c.scale for c in found),
        "details": [
            {"kind": c.world.setting.kind, "seed": c.world.setting.seed}
            | {
                "left": c.left,
                "right": c.right,
                "difference": c.left - c.right,
                "grid error": c.error,
            }
            for c in found
        ],
    }
    direction = statement.relation.direction
    if direction:
        figures["smallest margin"] = min(direction * c.difference for c in found)
    if not all(isfinite(c.left) and isfinite(c.right) for c in found):
        figures = {k: v for k, v in figures.items() if k in ("tolerance", "worlds")}
        return Evidence(KIND, Verdict.UNDECIDED, figures, "a side is not finite")
    for c in found:
        allowed = tolerance + 10 * c.error / c.scale
        off = -direction * c.difference if direction else abs(c.difference)
        if off > allowed:
            why = (
                f"left and right differ by {c.left - c.right:.6g} in a {c.world.setting.kind} world"
            )
            return Evidence(
                KIND, Verdict.FAILS, figures, why, counterexample(c.world, c.left, c.right)
            )
    if statement.relation.strict and all(abs(c.difference) <= EQUAL for c in found):
        why = (
            f"the sides agree to {EQUAL:g} in all {len(found)} worlds, so neither exceeds the other"
        )
        c = found[0]
        return Evidence(KIND, Verdict.FAILS, figures, why, counterexample(c.world, c.left, c.right))
    if direction:
        # a coarse grid matters only where the margin is as small as its error
        blurred = [c for c in found if tolerance < c.error / c.scale >= 0.1 * abs(c.difference)]
        why = f"not refuted in {len(found)} worlds, which proves no inequality"
        if blurred:
            why += f"; in {len(blurred)} of them the grids are too coarse to tell"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why)
    if any(c.error / c.scale > tolerance for c in found):
        worst = figures["grid error"]
        why = f"two grids differ by {worst:.2g}, more than the tolerance {tolerance:.2g}"
        return Evidence(KIND, Verdict.UNDECIDED, figures, why)
    return Evidence(KIND, Verdict.HOLDS, figures)


def counterexample(world: World, left: float, right: float) -> Counterexample:
    """The world in words, with both sides."""
    gap = left - right
    texts = (f"{left:.10g}", f"{right:.10g}", f"{gap:.10g}")
    return Counterexample(describe(world), *texts, left, right, gap)
