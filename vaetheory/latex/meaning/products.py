"""Products, quotients, powers, roots and logarithms, and how far a slash and log reach."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.language.expressions import (
    Exp,
    Expression,
    Log,
    Number,
    Power,
)
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.matrices import quadratic
from vaetheory.latex.meaning.survey import density_items
from vaetheory.latex.meaning.variables import Scope
from vaetheory.latex.meaning.vectors import inner_product, squared_norm
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import (
    Applied,
    Big,
    Fractional,
    Group,
    LogOf,
    Multiplied,
    Name,
    Node,
    Raised,
    Rooted,
)

MINUS_ONE = Number(Fraction(-1))


@meaning.register
def _(node: Multiplied, scope: Scope) -> Expression:
    return multiplied(node.factors, scope)


def multiplied(factors: tuple[tuple[str, Node], ...], scope: Scope) -> Expression:
    """A product; a slash takes what follows it, or, in the wide reading, all that follows."""
    for k, (op, _) in enumerate(factors):
        if op == "/" and scope.reading.wide_slash and k + 1 < len(factors):
            return multiplied(factors[:k], scope) / multiplied(
                (("*", factors[k][1]), *factors[k + 1 :]), scope
            )
    result: Expression | None = None
    k = 0
    while k < len(factors):
        op, factor = factors[k]
        form = _form(factors[k : k + 3], scope)
        two = form is None and k + 1 < len(factors)
        paired = inner_product(factor, factors[k + 1][1], scope) if two else None
        if form is not None:
            value, k = form, k + 2
        elif paired is not None:
            value, k = paired, k + 1
        else:
            value = meaning(factor, scope)
        if result is None:
            result = value
        elif op == "/":
            result = result / value
        else:
            result = result * value
        k += 1
    assert result is not None
    return result


def _form(factors: tuple[tuple[str, Node], ...], scope: Scope) -> Expression | None:
    """vᵀΣ⁻¹v, where three factors begin with it."""
    if len(factors) < 3 or any(op == "/" for op, _ in factors[1:]):
        return None
    return quadratic(factors[0][1], factors[1][1], factors[2][1], scope)


@meaning.register
def _(node: Fractional, scope: Scope) -> Expression:
    above, below = meaning(node.above, scope), meaning(node.below, scope)
    if isinstance(above, Number) and isinstance(below, Number) and below.value:
        return Number(above.value / below.value)
    if above == Number(Fraction(1)):
        return Power(below, MINUS_ONE)
    return above / below


@meaning.register
def _(node: Raised, scope: Scope) -> Expression:
    norm = squared_norm(node, scope)
    if norm is not None:
        return norm
    if isinstance(node.exponent, Name) and node.exponent.base in ("T", r"\top"):
        raise ReadError("a transpose is read in products of two vectors only", node.start, node.end)
    if isinstance(node.base, Name) and node.base.base == "e" and not node.base.sub:
        return Exp(meaning(node.exponent, scope))
    base, exponent = meaning(node.base, scope), meaning(node.exponent, scope)
    if (
        isinstance(base, Number)
        and isinstance(exponent, Number)
        and exponent.value.denominator == 1
    ):
        power = int(exponent.value)
        if abs(power) <= 64 and (base.value or power > 0):
            return Number(base.value**power)
    return Power(base, exponent)


@meaning.register
def _(node: Rooted, scope: Scope) -> Expression:
    return Power(meaning(node.body, scope), Number(Fraction(1, 2)))


@meaning.register
def _(node: LogOf, scope: Scope) -> Expression:
    parts = node.parts
    taken = len(parts)
    if scope.reading.narrow_log and taken > 1:
        taken = 2 if parts[1][0] == "/" else 1
    elif isinstance(parts[0][1], Group) and taken > 1:
        # log(a)/b with a bracket that is not a ratio's upper part: b divides the logarithm
        taken = taken if _is_probability(parts[1][1]) else 1
    elif taken > 1:
        taken = _reach(parts)
    log: Expression = Log(multiplied(parts[:taken], scope))
    if node.power is not None:
        log = Power(log, meaning(node.power, scope))
    for op, part in parts[taken:]:
        value = meaning(part, scope)
        log = log / value if op == "/" else log * value
    return log


def _is_probability(node: Node) -> bool:
    if isinstance(node, Applied) and isinstance(node.head, Name):
        return density_items(node.head, node.group) is not None
    return isinstance(node, Fractional) and _is_probability(node.above)


def _reach(parts: tuple[tuple[str, Node], ...]) -> int:
    """How far log reaches by default: over densities, or over plain letters and numbers, but not
    from one to the other.
    """
    dense = _is_probability(parts[0][1])
    for k, (_, part) in enumerate(parts):
        if k and not isinstance(part, Big | Group) and _is_probability(part) != dense:
            return k
    return len(parts)
