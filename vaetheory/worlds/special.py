"""Special functions where they are exact: 1[x = k], |x|, and log Γ at whole and half numbers."""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import Any

from vaetheory.language.distributions.special import ABSOLUTE, INDICATOR, LOG_GAMMA, SPECIAL
from vaetheory.language.variables import Variable
from vaetheory.worlds.decide import sign
from vaetheory.worlds.elementary import log, pi_number
from vaetheory.worlds.exact import Exact, Number
from vaetheory.worlds.refusals import UngenerableError

_LARGEST = 500


def is_special(name: Variable) -> bool:
    """Whether a function has a meaning of its own: no world may draw a table for it."""
    return name in SPECIAL


def special_value(name: Variable, arguments: tuple[Any, ...]) -> Number:
    """The value of a special function. Raises UngenerableError where it has no exact form here."""
    if name == INDICATOR and all(isinstance(a, Fraction) for a in arguments):
        return Fraction(int(arguments[0] == arguments[1]))
    (argument, *_) = arguments
    if name == ABSOLUTE and isinstance(argument, int | Fraction | Exact):
        found = sign(argument)
        if found is not None:
            return argument if found >= 0 else -argument
    if name == LOG_GAMMA and isinstance(argument, Fraction) and 0 < argument <= _LARGEST:
        if argument.denominator == 1:
            return log(Fraction(factorial(int(argument) - 1)))
        if argument.denominator == 2:
            # Γ(n + ½) = (2n)! √π / (4^n n!)
            n = int(argument)
            ratio = Fraction(factorial(2 * n), 4**n * factorial(n))
            return log(ratio) + Fraction(1, 2) * Exact.of(log(pi_number()))
    raise UngenerableError(f"{name.name} has no exact value at the point that was drawn")
