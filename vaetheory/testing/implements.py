"""Does a function compute a formula? On random inputs, with the mistake named where it is known."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose, isfinite
from random import Random
from typing import Any

from vaetheory.checkers.numeric.backend import NUMPY
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.testing.arguments import Argument, Drawn
from vaetheory.testing.formulas import FORMULAS, Formula

Given = tuple[Drawn, ...]
_MOST = 5


def assert_implements(
    name: str,
    function: Callable[..., Any],
    *,
    arguments: tuple[str, ...] = (),
    convert: Callable[[Any], Any] = NUMPY.array,
    rtol: float = 1e-9,
    examples: int = 50,
    seed: int = 0,
) -> None:
    """Fail unless ``function`` computes the formula ``name`` on ``examples`` random inputs.

    It is called with one vector (or, for a covariance, one matrix) for each of ``arguments`` (of
    ``FORMULAS[name].arguments``, by default ``FORMULAS[name].default``), each made by ``convert``
    from a list of floats, and must return one number, in nats: the sum over the components. The
    AssertionError gives the inputs, both values, and what went wrong when that is known: a mistake
    of the theorem, a factor, a mean for the sum, another form of an argument.
    Raises KeyError for an unknown name or argument, listing those there are, and where a parameter
    is given twice or not at all.
    """
    if name not in FORMULAS:
        raise KeyError(f"no formula named {name!r}; there are {', '.join(FORMULAS)}")
    formula = FORMULAS[name]
    names = arguments or formula.default
    _check_arguments(name, formula, names)
    random = Random(seed)
    inputs: list[Given] = []
    outputs: list[float] = []
    for k in range(examples):
        size = 1 + k % _MOST
        drawn = {p: a.draw(random, size) for p, a in _drawn_by(formula, names).items()}
        given = tuple(formula.arguments[n].to_code(drawn[_parameter(formula, n)]) for n in names)
        result = function(*(convert(_copied(v)) for v in given))
        inputs.append(given)
        outputs.append(_number(result, name, size))
    expected = [_value(formula.value, formula, names, given) for given in inputs]
    wrong = [
        k for k, (a, b) in enumerate(zip(outputs, expected, strict=True)) if not _close(a, b, rtol)
    ]
    if wrong:
        k = wrong[0]
        told = ", ".join(f"{a}={v}" for a, v in zip(names, inputs[k], strict=True))
        raise AssertionError(
            f"{name}: at {told} the function gives {outputs[k]!r}, the formula {expected[k]!r} "
            f"({len(wrong)} of {examples} inputs differ). "
            f"{_diagnosis(formula, names, inputs, outputs, expected, rtol)}"
        )


def _check_arguments(name: str, formula: Formula, names: tuple[str, ...]) -> None:
    known = ", ".join(formula.arguments)
    unknown = [a for a in names if a not in formula.arguments]
    if unknown:
        raise KeyError(f"{name} has no argument {unknown[0]!r}; there are {known}")
    given = [_parameter(formula, a) for a in names]
    needed = dict.fromkeys(_parameter(formula, a) for a in formula.default)
    for parameter in needed:
        if given.count(parameter) != 1:
            forms = " or ".join(n for n, a in formula.arguments.items() if a.parameter == parameter)
            raise KeyError(f"{name} needs {forms} once; the arguments are {', '.join(names)}")


def _parameter(formula: Formula, name: str) -> str:
    return formula.arguments[name].parameter


def _drawn_by(formula: Formula, names: tuple[str, ...]) -> dict[str, Argument]:
    return {_parameter(formula, n): formula.arguments[n] for n in names}


def _copied(value: Drawn) -> Drawn:
    """A list of its own, so that a function that changes its input changes nothing here."""
    return [_copied(v) for v in value] if isinstance(value, list) else value


def _value(
    value: Callable[[dict[str, Drawn]], float],
    formula: Formula,
    names: tuple[str, ...],
    given: Given,
    read_as: dict[str, str] | None = None,
) -> float:
    """The value at what was passed; ``read_as`` takes some arguments for another form."""
    at: dict[str, Drawn] = {}
    for name, one in zip(names, given, strict=True):
        argument = formula.arguments[(read_as or {}).get(name, name)]
        at[argument.parameter] = argument.from_code(one)
    return float(value(at))


def _number(result: Any, name: str, size: int) -> float:
    shape = getattr(result, "shape", ())
    if tuple(shape):
        raise AssertionError(
            f"{name}: the function returns an array of shape {tuple(shape)} for {size} components; "
            f"the formula is one number, the sum over the components"
        )
    return float(result)


def _close(a: float, b: float, rtol: float) -> bool:
    return isfinite(a) and isclose(a, b, rel_tol=rtol, abs_tol=rtol)


def _diagnosis(
    formula: Formula,
    names: tuple[str, ...],
    inputs: list[Given],
    outputs: list[float],
    expected: list[float],
    rtol: float,
) -> str:
    """What the function computes instead, where it can be named."""

    def agrees(value: Callable[[dict[str, Drawn]], float], read_as: dict[str, str]) -> bool:
        try:
            theirs = [_value(value, formula, names, given, read_as) for given in inputs]
        except (CannotEvaluate, ValueError, OverflowError, ZeroDivisionError):
            return False
        return all(_close(a, b, rtol) for a, b in zip(outputs, theirs, strict=True))

    for mistake, why, value in formula.mistakes:
        if agrees(value, {}):
            return f"That is the mistake {mistake!r}: {why}"
    for name in names:
        for other, argument in formula.arguments.items():
            same = argument.parameter == _parameter(formula, name)
            if other != name and same and agrees(formula.value, {name: other}):
                return f"It takes {name!r} for {other!r}."
    ratios = [a / b for a, b in zip(outputs, expected, strict=True) if b]
    if ratios and all(isclose(r, ratios[0], rel_tol=100 * rtol) for r in ratios):
        return f"It is {ratios[0]:.6g} times the formula."
    shifts = [a - b for a, b in zip(outputs, expected, strict=True)]
    sizes = [len(given[0]) for given in inputs]
    means = [a * n / b for a, n, b in zip(outputs, sizes, expected, strict=True) if b]
    if means and all(isclose(r, 1, rel_tol=100 * rtol) for r in means):
        return "It is the mean over the components; the formula is their sum."
    each = [s / n for s, n in zip(shifts, sizes, strict=True)]
    if all(isclose(s, each[0], rel_tol=1e-3, abs_tol=100 * rtol) for s in each):
        return f"It differs by the constant {each[0]:.6g} for each component."
    return "It is none of the mistakes that are known here."
