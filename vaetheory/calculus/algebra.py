"""Two normal forms of commutative algebra, both up to the names of bound variables.

``arrange`` identifies what a reader would call the same line: order, brackets, signs, collected
terms and cancelled factors. ``expand`` also distributes products over sums. Neither knows anything
about probability.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from vaetheory.calculus.binders import rename_bound
from vaetheory.calculus.linear import (
    E_BASE,
    ONE,
    UNIT,
    ZERO,
    Factor,
    Linear,
    Monomial,
    add,
    arranged,
    as_expression,
    multiply,
    times,
)
from vaetheory.calculus.positivity import positive
from vaetheory.language.binding import bound_variables
from vaetheory.language.expressions import (
    Density,
    Exp,
    Expression,
    IndexedProduct,
    IndexedSum,
    Log,
    Number,
    Power,
    Product,
    Sum,
    map_children,
)

_MAX_EXPANDED_POWER = 6
_MAX_NUMERIC_POWER = 1000


@lru_cache(maxsize=50_000)
def arrange(expression: Expression) -> Expression:
    """Order, brackets, numbers, signs, collected terms, cancelled factors, names of bound
    variables; sums stay factors.
    """
    return as_expression(read(rename_bound(expression), distribute=False))


@lru_cache(maxsize=50_000)
def expand(expression: Expression) -> Expression:
    """``arrange``, with products and whole powers distributed over sums."""
    return as_expression(read(rename_bound(expression), distribute=True))


def same(left: Expression, right: Expression) -> bool:
    """Whether two expressions are one up to ``arrange``."""
    return left == right or arrange(left) == arrange(right)


def read(expression: Expression, *, distribute: bool) -> Linear:
    """The expression as a linear combination of monomials in atoms whose insides are in normal
    form.
    """
    match expression:
        case Number(value=value):
            return {UNIT: value} if value else {}
        case Sum(terms=terms):
            total: Linear = {}
            for term in terms:
                total = add(total, read(term, distribute=distribute))
            return total
        case Product(factors=factors):
            result: Linear = {UNIT: Fraction(1)}
            for factor in factors:
                result = _multiply(result, read(factor, distribute=distribute), distribute)
            return _settled(result, distribute)
        case Power():
            return _settled(_power(expression, distribute), distribute)
        case Exp(argument=argument):
            exponent = as_expression(read(argument, distribute=distribute))
            return {UNIT: Fraction(1)} if exponent == ZERO else {((E_BASE, exponent),): Fraction(1)}
        case _:
            return _atom(_inside(expression, distribute))


def terms_of(expression: Expression) -> Linear:
    """The terms of an expression, multiplied out only where a sum stands as a plain factor; (a −
    b)² stays one term.
    """
    form = read(expression, distribute=False)
    while True:
        total: Linear = {}
        opened = False
        for monomial, coefficient in form.items():
            position = next(
                (i for i, (b, e) in enumerate(monomial) if isinstance(b, Sum) and e == ONE), None
            )
            if position is None:
                total = add(total, {monomial: coefficient})
                continue
            opened = True
            rest: Linear = {monomial[:position] + monomial[position + 1 :]: coefficient}
            total = add(total, multiply(rest, read(monomial[position][0], distribute=False)))
        if not opened:
            return total
        form = total


def _multiply(left: Linear, right: Linear, distribute: bool) -> Linear:
    if distribute or not left or not right or _is_number(left) or _is_number(right):
        return multiply(left, right)
    return multiply(_as_factor(left), _as_factor(right))


def _settled(linear: Linear, distribute: bool) -> Linear:
    """With those factors opened that cancelling has left to a whole power, such as a sum that was
    divided by twice.
    """
    if not any(_opens(f, len(m) == 1, distribute) for m in linear for f in m):
        return linear
    total: Linear = {}
    for monomial, coefficient in linear.items():
        opened: Linear = {UNIT: coefficient}
        for factor in monomial:
            known = _opens(factor, len(monomial) == 1, distribute)
            part: Linear = {(factor,): Fraction(1)}
            if known:
                part = _opened(factor, distribute)
            opened = multiply(opened, part)
        total = add(total, opened)
    return total


def _opens(factor: Factor, alone: bool, distribute: bool) -> bool:
    base, exponent = factor
    if isinstance(base, Sum):
        if exponent == ONE:
            return distribute or alone
        return distribute and _expands(exponent)
    return exponent == ONE and isinstance(base, Number | Product | Power)


def _opened(factor: Factor, distribute: bool) -> Linear:
    base, exponent = factor
    inner = read(base, distribute=distribute)
    result: Linear = {UNIT: Fraction(1)}
    assert isinstance(exponent, Number)
    for _ in range(int(exponent.value)):
        result = multiply(result, inner)
    return result


def _expands(exponent: Expression) -> bool:
    """Whether a sum to this power is multiplied out."""
    return isinstance(exponent, Number) and exponent.value in range(1, _MAX_EXPANDED_POWER + 1)


def _is_number(linear: Linear) -> bool:
    return set(linear) <= {UNIT}


def _as_factor(linear: Linear) -> Linear:
    """A sum that is not to be distributed becomes one atom, its leading coefficient taken out."""
    if len(linear) <= 1:
        return linear
    lead = _leading(linear)
    inner = as_expression({m: c / lead for m, c in linear.items()})
    return {((inner, ONE),): lead}


def _leading(linear: Linear) -> Fraction:
    expression = as_expression(linear)
    first = expression.terms[0] if isinstance(expression, Sum) else expression
    match first:
        case Number(value=value) | Product(factors=(Number(value=value), *_)):
            return value
    return Fraction(1)


def _power(expression: Power, distribute: bool) -> Linear:
    exponent = as_expression(read(expression.exponent, distribute=distribute))
    base = read(expression.base, distribute=distribute)
    if exponent == ZERO:
        return {UNIT: Fraction(1)}
    if not base:
        return {((ZERO, exponent),): Fraction(1)} if not _positive_number(exponent) else {}
    whole = isinstance(exponent, Number) and exponent.value.denominator == 1
    if len(base) > 1:
        if distribute and _expands(exponent):
            result: Linear = {UNIT: Fraction(1)}
            for _ in range(int(exponent.value)):  # type: ignore[attr-defined]
                result = multiply(result, base)
            return result
        base = _as_factor(base)
    ((monomial, coefficient),) = base.items()
    if whole:
        if abs(exponent.value) > _MAX_NUMERIC_POWER and abs(coefficient) != 1:  # type: ignore[attr-defined]
            return {((as_expression(base), exponent),): Fraction(1)}
        raised = arranged((b, _times_exponent(e, exponent)) for b, e in monomial)
        return {raised: coefficient ** int(exponent.value)}  # type: ignore[attr-defined]
    return {_root(monomial, coefficient, exponent): Fraction(1)}


def _root(monomial: Monomial, coefficient: Fraction, exponent: Expression) -> Monomial:
    """(c ∏ b^e) to a power that is not a whole number.

    Only what is positive comes out: (a b)^½ = a^½ b^½ fails for two negative numbers, and (a²)^½ is
    |a|.
    """
    known = tuple((b, e) for b, e in monomial if positive(b))
    rest = tuple(f for f in monomial if f not in known)
    result = arranged((b, _times_exponent(e, exponent)) for b, e in known)
    if abs(coefficient) != 1:
        result = times(result, ((Number(abs(coefficient)), exponent),))
    sign = Fraction(1 if coefficient > 0 else -1)
    if sign > 0 and len(rest) == 1 and _keeps_sign(rest[0][1]):
        return times(result, ((rest[0][0], _times_exponent(rest[0][1], exponent)),))
    if rest or sign < 0:
        return times(result, ((as_expression({rest: sign}), exponent),))
    return result


def _keeps_sign(exponent: Expression) -> bool:
    """Whether b^exponent is positive only where b is: an odd whole number, or one that asks for
    b > 0 itself.
    """
    return isinstance(exponent, Number) and (
        exponent.value.denominator != 1 or exponent.value.numerator % 2 == 1
    )


def _positive_number(expression: Expression) -> bool:
    return isinstance(expression, Number) and expression.value > 0


def _times_exponent(left: Expression, right: Expression) -> Expression:
    return expand(Product((left, right)))


def _atom(expression: Expression) -> Linear:
    match expression:
        case Log(argument=argument) if argument == ONE:
            return {}
        case Log(argument=Exp(argument=inner)):
            return read(inner, distribute=False)
        case Number() | Sum() | Product() | Power():
            return read(expression, distribute=False)
    return {((expression, ONE),): Fraction(1)}


def _inside(expression: Expression, distribute: bool) -> Expression:
    """The same node with its insides in normal form and its arguments in their order."""

    def inner(child: Expression) -> Expression:
        return as_expression(read(child, distribute=distribute))

    changed = map_children(expression, inner)
    if isinstance(changed, Density):
        return Density(changed.letter, _in_order(changed.of), _in_order(changed.given))
    if bound_variables(changed) and not isinstance(changed, IndexedSum | IndexedProduct):
        renamed = rename_bound(changed)
        if renamed != changed:
            # renaming can change the order of the terms inside
            return map_children(renamed, inner)
    return changed


def _in_order(variables: tuple) -> tuple:  # type: ignore[type-arg]
    return tuple(sorted(variables, key=lambda v: (v.slot, repr(v))))


Normalizer = Callable[[Expression], Expression]
