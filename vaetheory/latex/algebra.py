"""Sums, products, quotients and powers as TeX."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from vaetheory.language.expressions import (
    Density,
    Exp,
    Expression,
    FamilyDensity,
    Function,
    Number,
    Pi,
    Power,
    Product,
    Sum,
    Value,
)
from vaetheory.latex.brackets import PRODUCT, SUM, TIGHT, Written, inside, join

Write = Callable[[Expression], Written]

_TAKES_EXPONENT = (Value, Pi, Density, Function, FamilyDensity, Exp)


def write_number(value: Fraction) -> Written:
    """3, −3, or a fraction with the sign in front."""
    size = abs(value)
    text = str(size)
    if size.denominator != 1:
        text = rf"\frac{{{size.numerator}}}{{{size.denominator}}}"
    return Written(text) if value >= 0 else Written(f"-{text}", SUM)


def write_sum(e: Sum, write: Write) -> Written:
    """Terms with + and −; a negative coefficient becomes the sign."""
    text = ""
    for term in e.terms:
        sign, size = _sign(term)
        piece = inside(write(size), PRODUCT)
        if not text:
            text = f"-{piece}" if sign < 0 else piece
        else:
            text += (" - " if sign < 0 else " + ") + piece
    return Written(text or "0", SUM if len(e.terms) > 1 or text.startswith("-") else PRODUCT)


def _sign(term: Expression) -> tuple[int, Expression]:
    """The sign of a term and the term without it."""
    match term:
        case Number(value=value) if value < 0:
            return -1, Number(-value)
        case Product(factors=(Number(value=value), *rest)) if value < 0 and rest:
            if value == -1:
                return -1, rest[0] if len(rest) == 1 else Product(tuple(rest))
            return -1, Product((Number(-value), *rest))
    return 1, term


def write_product(e: Product, write: Write) -> Written:
    """Factors side by side; powers with a negative number as exponent go below a fraction bar."""
    sign, unsigned = _sign(e)
    if sign < 0:
        written = write(unsigned)
        return Written("-" + inside(written, PRODUCT), SUM, written.open)
    above: list[Expression] = []
    below: list[Expression] = []
    # a number in front goes above and below the bar with its factors: ½ a / b is a / (2 b)
    for factor in e.factors:
        if _is_below(factor):
            below.append(_turned(factor))
        else:
            above.append(factor)
    if not below:
        return _side_by_side(above, write)
    coefficient, above = _take_number(above)
    if coefficient.numerator != 1 or (coefficient < 0):
        above = [Number(Fraction(coefficient.numerator)), *above]
    if coefficient.denominator != 1:
        below = [Number(Fraction(coefficient.denominator)), *below]
    top = _side_by_side(above, write).text if above else "1"
    return Written(rf"\frac{{{top}}}{{{_side_by_side(below, write).text}}}")


def _is_below(factor: Expression) -> bool:
    match factor:
        case Power(exponent=Number(value=value)):
            return value < 0
    return False


def _turned(factor: Expression) -> Expression:
    match factor:
        case Power(base=base, exponent=Number(value=value)):
            return base if value == -1 else Power(base, Number(-value))
    raise TypeError(f"{factor!r} is no power")


def _take_number(factors: list[Expression]) -> tuple[Fraction, list[Expression]]:
    if factors and isinstance(factors[0], Number) and factors[0].value != 0:
        return factors[0].value, factors[1:]
    return Fraction(1), factors


def _side_by_side(factors: list[Expression], write: Write) -> Written:
    if not factors:
        return Written("1")
    written = [write(f) for f in factors]
    if len(written) == 1:
        return written[0]
    text, open_ = "", False
    for k, piece in enumerate(written):
        last = k == len(written) - 1
        one = inside(piece, PRODUCT, closed=not last)
        if k and (one[0].isdigit() or (isinstance(factors[k], Number) and one[0] == "\\")):
            text += r" \cdot " + one
        elif k and _wants_space(text, one):
            text += r"\, " + one
        else:
            text = join(text, one)
        open_ = last and piece.open and one == piece.text
    return Written(text, PRODUCT, open_)


def _wants_space(left: str, right: str) -> bool:
    """A thin space sets a function name, or whatever follows a closing bracket, apart."""
    named = (r"\log", r"\math", r"\nabla", r"\exp", r"\operatorname")
    if right.startswith((r"\int", r"\sum", r"\prod", "(", r"\left")):
        return False
    return right.startswith(named) or left[-1] in ")]}"


def write_power(e: Power, write: Write) -> Written:
    """base^exponent; 1/base for −1, a root for ½."""
    if _is_below(e):
        return Written(rf"\frac{{1}}{{{write(_turned(e)).text}}}")
    if e.exponent == Number(Fraction(1, 2)):
        return Written(rf"\sqrt{{{write(e.base).text}}}")
    base = write(e.base)
    bare = isinstance(e.base, _TAKES_EXPONENT) or base.text.isdigit()
    text = base.text if bare else inside(Written(base.text, 0), TIGHT)
    return Written(f"{text}^{{{write(e.exponent).text}}}")
