"""Is what the function differentiates what it returns? Autograd against the recovered formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vaetheory.audit.calling import CallFailed
from vaetheory.audit.design import draw
from vaetheory.audit.recovery import Formula, predict
from vaetheory.audit.roles import Role

_STEP = 1e-5
_CLOSE = 1e-6


@dataclass(frozen=True)
class Slope:
    """Directional derivatives with respect to one argument.

    `automatic` is None where autograd finds no path.
    """

    role: Role
    automatic: float | None
    expected: float

    @property
    def agrees(self) -> bool:
        """Whether autograd gives the derivative of the value."""
        found = self.automatic or 0.0
        return abs(found - self.expected) <= _CLOSE * max(abs(self.expected), abs(found), 1e-12)


@dataclass(frozen=True)
class GradientCheck:
    """The slopes, or why there are none."""

    slopes: tuple[Slope, ...]
    unavailable: str = ""

    @property
    def wrong(self) -> tuple[Slope, ...]:
        """The arguments whose gradient is not that of the value."""
        return tuple(slope for slope in self.slopes if not slope.agrees)


def check(formula: Formula) -> GradientCheck:
    """Compare along one random direction per argument, at a generic point.

    The formula is differenced centrally; it equals the value to rounding, which is checked first.
    """
    caller, sizes = formula.caller, formula.base.sizes
    if caller.noise:
        return GradientCheck((), "the function draws noise")
    random = np.random.default_rng(8)
    values = draw(random, sizes, caller.plan.roles, formula.region)
    if formula.base.target is not None:
        values[Role.TARGET] = formula.base.target
    try:
        found = caller.gradients(values, sizes)
    except CallFailed as error:
        return GradientCheck((), str(error))
    except (RuntimeError, TypeError, ValueError) as error:
        return GradientCheck((), f"{type(error).__name__}: {error}")
    if found is None:
        return GradientCheck((), "no gradients")
    slopes = []
    for role, gradient in found.items():
        if role is Role.TARGET:
            continue
        direction = random.uniform(-1, 1, values[role].shape)
        up = {**values, role: values[role] + _STEP * direction}
        down = {**values, role: values[role] - _STEP * direction}
        expected = (predict(formula, formula.base, up) - predict(formula, formula.base, down)) / (
            2 * _STEP
        )
        automatic = None if gradient is None else float((gradient * direction).sum())
        slopes.append(Slope(role, automatic, expected))
    return GradientCheck(tuple(slopes))
