"""Expressions as one line of plain text, for the REPL, error messages and tests: ``E_q(z|x)[log
p(x, z)]``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import singledispatch

from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Exp,
    Expectation,
    Expression,
    FamilyDensity,
    Function,
    Gradient,
    IndexedProduct,
    IndexedSum,
    Integral,
    Letter,
    Log,
    MutualInformation,
    Number,
    Pi,
    Power,
    Product,
    Sum,
    Value,
)
from vaetheory.language.variables import Variable

_TIGHT, _PRODUCT, _SUM = 3, 2, 1
_FAMILIES = {"normal": "N", "bernoulli": "Bernoulli"}


def to_text(expression: Expression) -> str:
    """The expression in Unicode on one line."""
    return _write(expression)[0]


def _inside(expression: Expression, strength: int) -> str:
    text, own = _write(expression)
    return f"({text})" if own < strength else text


@singledispatch
def _write(expression: Expression) -> tuple[str, int]:
    raise TypeError(f"no way to write {type(expression).__name__}")


def letter_text(letter: Letter) -> str:
    """p, or p_data with its subscript."""
    return f"{letter.name}_{letter.subscript}" if letter.subscript else letter.name


def _list(variables: tuple[Variable, ...]) -> str:
    return ", ".join(map(repr, variables))


@_write.register
def _(e: Number) -> tuple[str, int]:
    return str(
        e.value
    ), _TIGHT if e.value.denominator == 1 and e.value >= 0 else _PRODUCT if e.value >= 0 else _SUM


@_write.register
def _(e: Pi) -> tuple[str, int]:
    return "π", _TIGHT


@_write.register
def _(e: Value) -> tuple[str, int]:
    return repr(e.variable), _TIGHT


@_write.register
def _(e: Function) -> tuple[str, int]:
    return f"{e.name!r}({', '.join(map(to_text, e.arguments))})", _TIGHT


@_write.register
def _(e: Density) -> tuple[str, int]:
    bar = f"|{_list(e.given)}" if e.given else ""
    return f"{letter_text(e.letter)}({_list(e.of)}{bar})", _TIGHT


@_write.register
def _(e: FamilyDensity) -> tuple[str, int]:
    return (
        f"{_FAMILIES.get(e.family, e.family)}({to_text(e.argument)}; "
        f"{', '.join(map(to_text, e.parameters))})",
        _TIGHT,
    )


@_write.register
def _(e: Sum) -> tuple[str, int]:
    text = ""
    for term in e.terms:
        match term:
            case Product(factors=(Number(value=value), *rest)) if value < 0:
                first = () if value == -1 and rest else (Number(-value),)
                factors = (*first, *rest)
                text += (" − " if text else "−") + _inside(
                    factors[0] if len(factors) == 1 else Product(factors), _PRODUCT
                )
            case Number(value=value) if value < 0:
                text += (" − " if text else "−") + to_text(Number(-value))
            case _:
                text += (" + " if text else "") + _inside(term, _PRODUCT)
    return text or "0", _SUM


@_write.register
def _(e: Product) -> tuple[str, int]:
    below = tuple(_inverted(f) for f in e.factors if _below(f))
    above = [f for f in e.factors if not _below(f)]
    sign = ""
    if len(e.factors) > 1 and above and above[0] == Number(Fraction(-1)):
        sign, above = "−", above[1:]
    text = sign + (_side_by_side(above, loose_end=not below) or "1")
    if below:
        under = _side_by_side(below, loose_end=False)
        text += f" / ({under})" if len(below) > 1 else f" / {under}"
    return text, _SUM if sign else _PRODUCT


def _side_by_side(factors: Sequence[Expression], *, loose_end: bool) -> str:
    """Factors with spaces between; a logarithm needs brackets unless nothing follows it."""
    tight = [_inside(f, _TIGHT) for f in factors[:-1]]
    last = [
        _inside(f, _PRODUCT if loose_end and not isinstance(f, Product | Number) else _TIGHT)
        for f in factors[-1:]
    ]
    return " ".join((*tight, *last))


def _inverted(factor: Expression) -> Expression:
    assert isinstance(factor, Power)
    assert isinstance(factor.exponent, Number)
    return (
        factor.base
        if factor.exponent.value == -1
        else Power(factor.base, Number(-factor.exponent.value))
    )


def _below(factor: Expression) -> bool:
    return (
        isinstance(factor, Power)
        and isinstance(factor.exponent, Number)
        and factor.exponent.value < 0
    )


@_write.register
def _(e: Power) -> tuple[str, int]:
    if e.exponent == Number(Fraction(2)):
        return f"{_inside(e.base, _TIGHT)}²", _TIGHT
    return f"{_inside(e.base, _TIGHT)}^{_inside(e.exponent, _TIGHT)}", _TIGHT


@_write.register
def _(e: Log) -> tuple[str, int]:
    return f"log {_inside(e.argument, _TIGHT)}", _PRODUCT


@_write.register
def _(e: Exp) -> tuple[str, int]:
    return f"exp({to_text(e.argument)})", _TIGHT


@_write.register
def _(e: Expectation) -> tuple[str, int]:
    return f"E_{_inside(e.law, _TIGHT)}[{to_text(e.body)}]", _TIGHT


@_write.register
def _(e: KL) -> tuple[str, int]:
    return f"KL[{to_text(e.first)} ‖ {to_text(e.second)}]", _TIGHT


@_write.register
def _(e: Entropy) -> tuple[str, int]:
    return f"H[{to_text(e.law)}]", _TIGHT


@_write.register
def _(e: MutualInformation) -> tuple[str, int]:
    bar = f" | {_list(e.given)}" if e.given else ""
    return f"I_{letter_text(e.letter)}({_list(e.left)}; {_list(e.right)}{bar})", _TIGHT


@_write.register
def _(e: Elbo) -> tuple[str, int]:
    return f"ELBO[{to_text(e.posterior)}; {to_text(e.joint)}]", _TIGHT


@_write.register
def _(e: Integral) -> tuple[str, int]:
    return f"∫ {_inside(e.body, _PRODUCT)} {' '.join(f'd{v!r}' for v in e.over)}", _PRODUCT


@_write.register
def _(e: Gradient) -> tuple[str, int]:
    return f"∇_{e.parameter} {_inside(e.body, _TIGHT)}", _PRODUCT


@_write.register
def _(e: IndexedSum) -> tuple[str, int]:
    return _indexed("Σ", e)


@_write.register
def _(e: IndexedProduct) -> tuple[str, int]:
    return _indexed("∏", e)


def _indexed(sign: str, e: IndexedSum | IndexedProduct) -> tuple[str, int]:
    return (
        f"{sign}_{{{e.index!r}={to_text(e.low)}}}^{_inside(e.high, _TIGHT)} "
        f"{_inside(e.body, _PRODUCT)}",
        _PRODUCT,
    )
