"""How coefficients depend on the hyperparameters: β, 1/(2σ²), a warm-up over steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from vaetheory.audit.calling import CallFailed
from vaetheory.audit.hyperparameters import Hyper
from vaetheory.audit.monomials import Measured, Monomial, fit_monomial
from vaetheory.audit.recovery import Formula, Shot, shoot
from vaetheory.audit.terms.term import Term

_STEPS = (0.0, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5)
_FORMS: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("{}", lambda h: h),
    ("e^{}", math.exp),
    ("(1−{})", lambda h: 1 - h),
    ("(1+{})", lambda h: 1 + h),
)


@dataclass(frozen=True)
class Effect:
    """One hyperparameter that changes a coefficient, and the symbol that stands for it.

    `schedule` lists (value, coefficient relative to the base) where no simple form was found.
    """

    hyper: Hyper
    symbol: str
    schedule: tuple[tuple[float, float], ...] = ()


def follow(formula: Formula) -> list[Effect]:
    """Write every hyperparameter into the coefficients that it changes."""
    effects = []
    for hyper in formula.caller.hypers:
        if hyper.size is None and (effect := _follow_one(formula, hyper)):
            effects.append(effect)
    return effects


def _alternatives(hyper: Hyper) -> list[float]:
    if hyper.counts_steps:
        return list(_STEPS)
    if hyper.whole:
        return [hyper.base + 1, 2 * hyper.base + 3]
    return [hyper.base * 1.3, hyper.base * 0.6]


def _follow_one(formula: Formula, hyper: Hyper) -> Effect | None:
    shots: list[tuple[float, Shot]] = [(hyper.base, formula.base)]
    for value in _alternatives(hyper):
        try:
            shot = shoot(
                formula.caller, formula.base.sizes, formula.terms, formula.region,
                given={hyper.name: value},
            )  # fmt: skip
        except CallFailed:
            continue
        if shot.residual <= 100 * formula.tolerance:
            shots.append((value, shot))
    moved = [term for term in formula.terms if _moves(term, shots, formula.tolerance)]
    if not moved:
        return None
    for form, function in _FORMS:
        powers = {term: _power(term, shots, function, formula.tolerance) for term in moved}
        if all(power is not None for power in powers.values()):
            symbol = form.format(hyper.name)
            _multiply(formula, symbol, function(hyper.base), powers)
            return Effect(hyper, symbol)
    return _schedule(formula, hyper, shots, moved)


def _moves(term: Term, shots: list[tuple[float, Shot]], tolerance: float) -> bool:
    values = [shot.coefficients[term] for _, shot in shots]
    return max(values) - min(values) > max(1e-7, 100 * tolerance) * max(map(abs, values))


def _power(
    term: Term,
    shots: list[tuple[float, Shot]],
    function: Callable[[float], float],
    tolerance: float,
) -> Fraction | None:
    try:
        points = [
            Measured({"h": function(value)}, shot.coefficients[term]) for value, shot in shots
        ]
        if len(points) < 3 or any(point.sizes["h"] <= 0 for point in points):
            return None
        found = fit_monomial(points, max(1e-7, 100 * tolerance))
    except (ValueError, OverflowError):
        return None
    return found.power("h") if found is not None and found.power("h") else None


def _multiply(
    formula: Formula, symbol: str, at_base: float, powers: dict[Term, Fraction | None]
) -> None:
    for term, power in powers.items():
        known = formula.coefficients[term]
        if known is not None and power:
            factor = Monomial(at_base ** -float(power), ((symbol, power),), known.tolerance)
            formula.coefficients[term] = known * factor


def _schedule(
    formula: Formula, hyper: Hyper, shots: list[tuple[float, Shot]], moved: list[Term]
) -> Effect:
    """A dependence without a simple form: a symbol that is 1 at the base."""
    symbol = f"w({hyper.name})"
    _multiply(formula, symbol, 1.0, dict.fromkeys(moved, Fraction(1)))
    base = formula.base.coefficients[moved[0]]
    table = sorted((value, _rounded(shot.coefficients[moved[0]] / base)) for value, shot in shots)
    return Effect(hyper, symbol, tuple(table))


def _rounded(ratio: float) -> float:
    return 0.0 if abs(ratio) < 1e-9 else ratio
