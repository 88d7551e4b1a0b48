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
    """One form in which a hyperparameter enters coefficients, and the symbol that stands for it.

    `at_base` is the symbol's value as the function stands. `schedule` lists (value, coefficient
    relative to the base) where no simple form was found.
    """

    hyper: Hyper
    symbol: str
    at_base: float = 1.0
    schedule: tuple[tuple[float, float], ...] = ()


def follow(formula: Formula) -> list[Effect]:
    """Write every hyperparameter into the coefficients that it changes."""
    effects: list[Effect] = []
    for hyper in formula.caller.hypers:
        if hyper.size is None and not hyper.keeps_from_zero:
            effects += _follow_one(formula, hyper)
    return effects


def _alternatives(hyper: Hyper) -> list[float]:
    if hyper.counts_steps:
        return list(_STEPS)
    if hyper.whole:
        return [hyper.base + 1, 2 * hyper.base + 3]
    return [hyper.base * 1.3, hyper.base * 0.6]


def _follow_one(formula: Formula, hyper: Hyper) -> list[Effect]:
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
        elif hyper.name not in formula.lost and not hyper.counts_steps:
            formula.lost.append(hyper.name)
    moved = [term for term in formula.terms if _moves(term, shots, formula.tolerance)]
    simple = {term: found for term in moved if (found := _form(term, shots, hyper, formula))}
    for term, (symbol, at_base, power) in simple.items():
        _multiply(formula, term, symbol, at_base, power)
    symbols = {symbol: at_base for symbol, at_base, _ in simple.values()}
    effects = [Effect(hyper, symbol, at_base) for symbol, at_base in symbols.items()]
    return effects + _schedules(formula, hyper, shots, [t for t in moved if t not in simple])


def _form(
    term: Term, shots: list[tuple[float, Shot]], hyper: Hyper, formula: Formula
) -> tuple[str, float, Fraction] | None:
    """The first simple form that fits: the symbol, its value at the base, its power."""
    for form, function in _FORMS:
        power = _power(term, shots, function, formula.tolerance)
        if power is not None:
            return form.format(hyper.name), function(hyper.base), power
    return None


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


def _multiply(formula: Formula, term: Term, symbol: str, at_base: float, power: Fraction) -> None:
    known = formula.coefficients[term]
    if known is not None:
        factor = Monomial(at_base ** -float(power), ((symbol, power),), known.tolerance)
        formula.coefficients[term] = known * factor


def _schedules(
    formula: Formula, hyper: Hyper, shots: list[tuple[float, Shot]], moved: list[Term]
) -> list[Effect]:
    """Dependences without a simple form: a symbol each, 1 at the base, shared by equal ones."""
    effects: list[Effect] = []
    for term in moved:
        base = formula.base.coefficients[term]
        table = tuple(sorted((v, _rounded(s.coefficients[term] / base)) for v, s in shots))
        known = next((e for e in effects if _same(e.schedule, table)), None)
        if known is None:
            primes = "′" * len(effects)
            known = Effect(hyper, f"w{primes}({hyper.name})", schedule=table)
            effects.append(known)
        _multiply(formula, term, known.symbol, 1.0, Fraction(1))
    return effects


def _same(one: tuple[tuple[float, float], ...], other: tuple[tuple[float, float], ...]) -> bool:
    return all(math.isclose(a[1], b[1], rel_tol=1e-5, abs_tol=1e-9)
               for a, b in zip(one, other, strict=True))  # fmt: skip


def _rounded(ratio: float) -> float:
    return 0.0 if abs(ratio) < 1e-9 else ratio
