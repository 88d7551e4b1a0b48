"""The closed list of special functions that densities and their moments need.

They are ``Function`` nodes whose name is one of the variables below. Their slots keep them apart
from a function that a
reader happens to call ψ.
"""

from __future__ import annotations

from vaetheory.language.expressions import Expression, Function, Operand, to_expression
from vaetheory.language.variables import Reals, Variable

DIGAMMA = Variable(r"\psi", Reals(), slot="digamma")
LOG_GAMMA = Variable(r"\log\Gamma", Reals(), slot="log gamma")
ABSOLUTE = Variable(r"\operatorname{abs}", Reals(), slot="absolute value")
ERROR_FUNCTION = Variable(r"\operatorname{erf}", Reals(), slot="error function")
INDICATOR = Variable(r"\mathbb{1}", Reals(), slot="indicator")

SPECIAL: dict[Variable, str] = {
    DIGAMMA: "digamma",
    LOG_GAMMA: "gammaln",
    ABSOLUTE: "absolute",
    ERROR_FUNCTION: "erf",
    INDICATOR: "indicator",
}
"""Every special function, with the name that it has among array functions."""


def digamma(x: Operand) -> Function:
    """ψ(x) = d/dx log Γ(x), for x > 0. ψ(1) = −γ, Euler's constant."""
    return Function(DIGAMMA, (to_expression(x),))


def log_gamma(x: Operand) -> Function:
    """log Γ(x), for x > 0."""
    return Function(LOG_GAMMA, (to_expression(x),))


def absolute(x: Operand) -> Function:
    """|x|."""
    return Function(ABSOLUTE, (to_expression(x),))


def error_function(x: Operand) -> Function:
    """erf(x) = 2/√π ∫₀ˣ e^{−t²} dt."""
    return Function(ERROR_FUNCTION, (to_expression(x),))


def indicator(x: Operand, k: Operand) -> Function:
    """1 where x = k, 0 elsewhere."""
    return Function(INDICATOR, (to_expression(x), to_expression(k)))


def is_special(expression: Expression) -> bool:
    """Whether the expression is one of these functions, with a meaning of its own."""
    return isinstance(expression, Function) and expression.name in SPECIAL
