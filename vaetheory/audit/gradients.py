"""Is what the function differentiates what it returns? Autograd against the recovered formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vaetheory.audit.calling import CallFailed
from vaetheory.audit.design import draw
from vaetheory.audit.recovery import Formula
from vaetheory.audit.roles import Role
from vaetheory.audit.terms.term import Array

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
    slack: float

    @property
    def agrees(self) -> bool:
        """Whether autograd gives the derivative of the value."""
        return abs((self.automatic or 0.0) - self.expected) <= self.slack


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

    Where the function draws noise, both sides are expectations.

    The formula is differenced centrally; it equals the value to rounding, which is checked first.
    """
    caller, sizes = formula.caller, formula.base.sizes
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
    largest = max((float(np.abs(g).max()) for g in found.values() if g is not None), default=0.0)
    slopes = []
    for role in (role for role in Role if role in found and role is not Role.TARGET):
        gradient = found[role]
        direction = random.uniform(-1, 1, values[role].shape)
        expected = _difference(formula, values, role, direction)
        automatic = None if gradient is None else float((gradient * direction).sum())
        # Entries may cancel in the projection: rounding is judged against their size.
        size = 0.0 if gradient is None else float(np.sqrt(((gradient * direction) ** 2).sum()))
        close = max(_CLOSE, 50 * formula.tolerance) * max(size, abs(expected))
        slack = max(close, 1e-12 * largest)
        slopes.append(Slope(role, automatic, expected, slack))
    return GradientCheck(tuple(slopes))


def _difference(formula: Formula, values: dict[Role, Array], role: Role, direction: Array) -> float:
    """The formula's central difference, term by term: a large term costs a small one no digits."""
    up = {**values, role: values[role] + _STEP * direction}
    down = {**values, role: values[role] - _STEP * direction}
    return sum(
        c * (term.total(up) - term.total(down)) / (2 * _STEP)
        for term, c in formula.base.coefficients.items()
    )
