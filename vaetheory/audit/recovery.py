"""The formula of a function: its terms, and each coefficient as a monomial in B, D and K."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from vaetheory.audit import masks
from vaetheory.audit.calling import Caller, CallFailed
from vaetheory.audit.design import Region, draw
from vaetheory.audit.fitting import ROUNDING, Table, least_squares
from vaetheory.audit.monomials import Measured, Monomial, fit_monomial
from vaetheory.audit.parts import Part, data_part, latent_part, tolerance_of
from vaetheory.audit.roles import Role
from vaetheory.audit.shapes import Layout, Sizes
from vaetheory.audit.terms.term import Array, Term

# An intercept is a sum of many rounded terms: it is compared relative to the whole value.
_SAME = 1e-7


@dataclass(frozen=True)
class Shot:
    """The coefficients of all terms at one size and setting, with the intercept.

    `target` is the x at which the intercept was measured, `aside` the labels and the like, and
    `precision` the relative error that rounding of the whole value leaves in a coefficient.
    """

    sizes: Sizes
    coefficients: Mapping[Term, float]
    intercept: float
    residual: float
    target: Array | None
    aside: Mapping[Role, Array] = field(default_factory=dict)
    precision: Mapping[Term, float] = field(default_factory=dict)


@dataclass
class Formula:
    """What the function computes: Σ coefficient · term + constant, as far as it was explained."""

    caller: Caller
    layout: Layout
    data: Part
    latent: Part
    tolerance: float
    region: Region
    shots: list[Shot] = field(default_factory=list)
    coefficients: dict[Term, Monomial | None] = field(default_factory=dict)
    residual: float = float("inf")
    of_target: bool = False
    of_aside: bool = False
    mask: str = ""
    lost: list[str] = field(default_factory=list)

    @property
    def explained(self) -> bool:
        """Whether both sides, their sum, and the coefficients are known to rounding."""
        return (
            self.data.explained
            and self.latent.explained
            and (self.data.present or self.latent.present)
            and self.residual <= 100 * self.tolerance
            and all(m is not None for m in self.coefficients.values())
        )

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms that carry a coefficient."""
        return (*self.data.terms, *self.latent.terms)

    @property
    def base(self) -> Shot:
        """The shot at the layout's base sizes."""
        return self.shots[0]

    def is_frozen(self, symbol: str) -> bool:
        """Whether a size never varied among the calls that worked."""
        return len({shot.sizes.symbols.get(symbol) for shot in self.shots}) <= 1


def shoot(
    caller: Caller, sizes: Sizes, terms: tuple[Term, ...], region: Region,
    given: Mapping[str, float] | None = None, seed: int = 4,
    aside: Mapping[Role, Array] | None = None, target: Array | None = None,
) -> Shot:  # fmt: skip
    """Everything varied at once.

    x and what is no part of the ELBO (labels, other heads) are held still, so that terms of these
    alone are constant; `target` and `aside` give them.
    """
    random = np.random.default_rng(seed)
    draws = []
    for _ in range(2 * len(terms) + 5):
        values = draw(random, sizes, caller.plan.roles, region)
        if target is not None:
            values[Role.TARGET] = target
        target = values.get(Role.TARGET)
        if aside is None:
            aside = {role: array for role, array in values.items() if role.is_aside}
        values.update(aside)
        draws.append(values)
    measured = np.array([caller.value(values, sizes, given) for values in draws])
    table = Table(draws, measured)
    matrix = table.matrix(terms)
    solution, residual = least_squares(matrix, table.outcome)
    coefficients = dict(zip(terms, map(float, solution[:-1]), strict=True))
    rounding = 20 * float(np.finfo(np.float64).eps * np.abs(measured).max())
    effects = zip(terms, np.abs(solution[:-1]) * np.ptp(matrix[:, :-1], axis=0), strict=True)
    precision = {term: rounding / effect if effect else 0.0 for term, effect in effects}
    intercept = float(solution[-1])
    return Shot(sizes, coefficients, intercept, residual, target, aside or {}, precision)


def recover(
    caller: Caller, layout: Layout, region: Region = Region.GENERIC, thorough: bool = True
) -> Formula:
    """Find the terms at the base sizes, then follow their coefficients over all sizes.

    `thorough`: search for wrong KLs too, out of all pieces that one could be put together from.
    """
    of_data, of_latent = (tolerance_of(caller, layout.base, latent=side) for side in (False, True))
    data = data_part(caller, layout.base, of_data, region)
    latent = latent_part(caller, layout.base, of_latent, region, thorough)
    tolerance = max(
        of_data if data.present else ROUNDING, of_latent if latent.present else ROUNDING
    )
    formula = Formula(caller, layout, data, latent, tolerance, region)
    if not (data.explained and latent.explained and formula.terms):
        return formula
    for sizes in (layout.base, *layout.varied):
        try:
            formula.shots.append(shoot(caller, sizes, formula.terms, region))
        except CallFailed:
            if sizes is layout.base:
                return formula
    formula.residual = max(shot.residual for shot in formula.shots)
    for term in formula.terms:
        points = [Measured(s.sizes.symbols, s.coefficients[term]) for s in formula.shots]
        # A KL of weight 1e-6 beside a large data term keeps fewer digits.
        lost = min(1e-5, max(shot.precision[term] for shot in formula.shots))
        found = fit_monomial(points, max(1e-8, 5 * tolerance, lost))
        formula.coefficients[term] = _named(found, formula) if found else None
    formula.of_target = _depends_on_target(formula)
    _look_aside(formula)
    if {Role.MASK, Role.MISSING} & caller.plan.roles:
        base = formula.base
        said = masks.read(caller, base.sizes, base.coefficients, formula.tolerance, region)
        formula.mask = said or ""
        if said is None:
            formula.residual = float("inf")
    return formula


def _named(monomial: Monomial, formula: Formula) -> Monomial:
    """The monomial with D for C·H·W, and with D or K for a frozen size that divides the number."""
    result = _with_dimension(monomial, formula.layout.base)
    axes = [s for s in formula.base.sizes.symbols if s not in ("B", "K")]
    if all(formula.is_frozen(axis) for axis in axes):
        result = _read_off(result, "D", formula.base.sizes.dimensions)
    if formula.latent.present and formula.is_frozen("K"):
        result = _read_off(result, "K", formula.base.sizes.latents)
    return result


def _read_off(monomial: Monomial, symbol: str, size: int) -> Monomial:
    """1/784 with D frozen at 784 is 1/D, if that leaves the simpler number."""

    def complexity(power: int) -> tuple[int, int]:
        return len(Monomial(monomial.number * size**-power, (), monomial.tolerance).__str__()), abs(
            power
        )

    power = min((0, -1, 1), key=complexity)
    if size < 2 or power == 0:
        return monomial
    factor = Monomial(float(size) ** -power, ((symbol, Fraction(power)),), monomial.tolerance)
    return monomial * factor


def _with_dimension(monomial: Monomial, sizes: Sizes) -> Monomial:
    """C, H and W to one power are D to that power."""
    axes = [symbol for symbol in sizes.symbols if symbol in ("C", "H", "W")]
    powers = {monomial.power(axis) for axis in axes}
    if len(powers) != 1 or powers == {0}:
        return monomial
    rest = monomial.without(*axes)
    if not axes:
        return monomial
    return rest * Monomial(1.0, (("D", powers.pop()),), monomial.tolerance)


def _depends_on_target(formula: Formula) -> bool:
    """Whether the constant depends on x (an entropy of the data, say)."""
    if Role.TARGET not in formula.caller.plan.roles:
        return False
    here = formula.base
    other = shoot(
        formula.caller, here.sizes, formula.terms, formula.region, seed=5, aside=here.aside
    )
    return _differ(formula, here, other)


def _differ(formula: Formula, here: Shot, other: Shot) -> bool:
    scale = max(abs(here.intercept), abs(other.intercept), _typical(formula))
    return abs(here.intercept - other.intercept) > max(_SAME, 10 * formula.tolerance) * scale


def _look_aside(formula: Formula) -> None:
    """Whether labels or other heads add a term of their own, or change the coefficients."""
    here = formula.base
    if not here.aside:
        return
    other = shoot(
        formula.caller, here.sizes, formula.terms, formula.region, seed=6, target=here.target
    )
    formula.of_aside = _differ(formula, here, other) or _differs_off_classes(formula, here)
    slack = max(1e-7, 100 * formula.tolerance)
    if any(
        abs(other.coefficients[t] - c) > slack * abs(c) for t, c in here.coefficients.items()
    ) or not other.residual <= 100 * formula.tolerance:  # fmt: skip
        # No term beside the others, but a factor of them: that is another objective.
        formula.residual = max(formula.residual, float("inf"))


def _differs_off_classes(formula: Formula, here: Shot) -> bool:
    """Whether what is no array of classes adds a term that does not tell classes apart.

    The one-hot rows that stand for c have the same entries in another order: a discriminator's
    output in their place could add its loss unseen.
    """
    random = np.random.default_rng(19)
    if Role.CONDITION not in here.aside:
        return False
    aside = dict(here.aside)
    aside[Role.CONDITION] = random.uniform(0.05, 0.95, aside[Role.CONDITION].shape)
    try:
        other = shoot(
            formula.caller, here.sizes, formula.terms, formula.region, seed=6, target=here.target,
            aside=aside,
        )  # fmt: skip
    except CallFailed:
        return False
    same = other.residual <= 100 * formula.tolerance and np.isfinite(other.intercept)
    return bool(same and _differ(formula, here, other))


def _typical(formula: Formula) -> float:
    """The size of the value itself, against which constants are judged."""
    return max((abs(c) for c in formula.base.coefficients.values()), default=1.0)


def predict(formula: Formula, shot: Shot, values: dict[Role, Array]) -> float:
    """The formula's value at some inputs, with the coefficients of a shot."""
    total = sum(c * term.total(values) for term, c in shot.coefficients.items())
    return float(total + shot.intercept)
