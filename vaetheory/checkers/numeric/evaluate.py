"""The value of an expression on arrays. Whatever is bound is summed on a grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import pi, prod

import numpy as np

from vaetheory.checkers.numeric.backend import Array, dimensions, scalar
from vaetheory.checkers.numeric.binders import bind_grids
from vaetheory.checkers.numeric.context import Context
from vaetheory.checkers.numeric.meaning import indices, value
from vaetheory.language.distributions import family
from vaetheory.language.distributions.special import SPECIAL
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
    Log,
    MutualInformation,
    Number,
    Pi,
    Power,
    Product,
    Sum,
    Value,
    children,
)
from vaetheory.language.variables import Variable

_STEP = 1e-3


def log_value(expression: Expression, context: Context) -> Array:
    """log of the value, taken apart before anything can underflow."""
    match expression:
        case Density(letter=letter, of=of, given=given):
            joint = context.world.joint(letter)
            return joint.log_density(
                context,
                {v.slot: context.lookup(v) for v in of},
                {v.slot: context.lookup(v) for v in given},
            )
        case FamilyDensity(family=name, argument=argument, parameters=parameters):
            return value(_family_log_density(name, argument, parameters), context)
        case Product(factors=factors):
            signed = [f for f in factors if _may_be_negative(f)]
            total = sum(log_value(f, context) for f in factors if not _may_be_negative(f))
            return (
                total + context.backend.log(value(Product(tuple(signed)), context))
                if signed
                else total
            )
        case Power(base=base, exponent=exponent) if not _may_be_negative(base):
            return value(exponent, context) * log_value(base, context)
        case Exp(argument=argument):
            return value(argument, context)
        case IndexedProduct(body=body):
            return sum(log_value(body, inner) for inner in indices(expression, context))
        case IndexedSum(body=body) if not _may_be_negative(body):
            return _log_sum(
                [log_value(body, inner) for inner in indices(expression, context)], context
            )
        case Sum(terms=terms) if not _may_be_negative(expression):
            return _log_sum([log_value(term, context) for term in terms], context)
        case Integral(body=body, over=over) if not _may_be_negative(body):
            return _log_integral(body, over, context)
        case Expectation(law=law, body=body, over=over) if not _may_be_negative(expression):
            return _log_integral(Product((law, body)), over, context)
    return context.backend.log(value(expression, context))


@lru_cache(maxsize=10_000)
def _family_log_density(
    name: str, argument: Expression, parameters: tuple[Expression, ...]
) -> Expression:
    return family(name).log_density(argument, *parameters)


@lru_cache(maxsize=50_000)
def _may_be_negative(expression: Expression) -> bool:
    """False only for what is positive by its form."""
    match expression:
        case Density() | FamilyDensity() | Exp() | Pi():
            return False
        case Number(value=number):
            return number <= 0
        case Product(factors=parts) | Sum(terms=parts):
            return any(map(_may_be_negative, parts))
        case Power(base=base):
            return _may_be_negative(base)
        case IndexedProduct(body=body) | IndexedSum(body=body) | Integral(body=body):
            return _may_be_negative(body)
        case Expectation(law=law, body=body):
            return _may_be_negative(law) or _may_be_negative(body)
    return True


def expectation(
    law: Expression,
    over: tuple[Variable, ...],
    body: Callable[[Context], Array],
    context: Context,
    more: tuple[Expression, ...] = (),
) -> Array:
    """∫ law · body on grids; ``body`` is called where ``over`` is bound, and ``more`` are the
    expressions in it that may have kinks."""
    inner, weights = bind_grids(over, law, more, context)
    density = context.backend.exp(log_value(law, inner))
    content = body(inner)
    # 0 · ∞: where the law vanishes, what is averaged does not count
    product = (
        context.backend.where(density > 0, density * content, 0.0) if weights else density * content
    )
    return reduce_axes(product, weights, context)


def reduce_axes(total: Array, weights: list[Array], context: Context) -> Array:
    """Sum the axes that were put in front, last one first, with their weights."""
    depth = context.depth + len(weights)
    for weight in reversed(weights):
        if dimensions(total) < depth:
            total = total * weight.sum(0)
        elif prod(weight.shape[1:]) == 1:
            total = context.backend.xp.tensordot(weight.reshape(-1), total, 1)
        else:
            total = (weight * total).sum(0)
        depth -= 1
    return scalar(total)


def _log_sum(logs: list[Array], context: Context) -> Array:
    total = logs[0]
    for term in logs[1:]:
        total = context.backend.log_add_exp(total, term)
    return total


def _log_integral(body: Expression, over: tuple[Variable, ...], context: Context) -> Array:
    inner, weights = bind_grids(over, body, (), context)
    total = log_value(body, inner)
    for weight in weights:
        total = total + context.backend.log(weight)
    for _ in weights:
        total = context.backend.log_sum_exp(total)
    return scalar(total)


@value.register
def _(e: Number, context: Context) -> Array:
    return float(e.value)


@value.register
def _(e: Pi, context: Context) -> Array:
    return pi


@value.register
def _(e: Value, context: Context) -> Array:
    variable = e.variable
    if variable in context.indices:
        return float(context.indices[variable])
    return context.world.label(variable, context.lookup(variable))


@value.register
def _(e: Function, context: Context) -> Array:
    arguments = tuple(
        component
        for argument in e.arguments
        for component in (
            context.lookup(argument.variable)
            if isinstance(argument, Value) and argument.variable not in context.indices
            else (value(argument, context),)
        )
    )
    if e.name in SPECIAL:
        return getattr(context.backend, SPECIAL[e.name])(*arguments)
    name = context.key(e.name)
    return context.world.function(name, e.name, len(arguments))(context.backend, arguments)


@value.register(Density)
@value.register(FamilyDensity)
@value.register(IndexedProduct)
def _(e: Expression, context: Context) -> Array:
    if isinstance(e, IndexedProduct) and _may_be_negative(e.body):
        total: Array = 1.0
        for inner in indices(e, context):
            total = total * value(e.body, inner)
        return total
    return context.backend.exp(log_value(e, context))


@value.register
def _(e: Sum, context: Context) -> Array:
    return sum(value(term, context) for term in e.terms)


@value.register
def _(e: Product, context: Context) -> Array:
    if len(e.factors) > 1 and not _may_be_negative(e):
        return context.backend.exp(log_value(e, context))
    total: Array = 1.0
    for factor in e.factors:
        total = total * value(factor, context)
    return total


@value.register
def _(e: Power, context: Context) -> Array:
    exponent = value(e.exponent, context)
    if not isinstance(e.base, Number | Pi) and not _may_be_negative(e.base):
        return context.backend.exp(exponent * log_value(e.base, context))
    return context.backend.power(value(e.base, context), exponent)


@value.register
def _(e: Log, context: Context) -> Array:
    return log_value(e.argument, context)


@value.register
def _(e: Exp, context: Context) -> Array:
    return context.backend.exp(value(e.argument, context))


@value.register
def _(e: IndexedSum, context: Context) -> Array:
    return sum((value(e.body, inner) for inner in indices(e, context)), 0.0)


@value.register
def _(e: Expectation, context: Context) -> Array:
    if not _may_be_negative(e):
        return context.backend.exp(log_value(e, context))
    return expectation(e.law, e.over, lambda inner: value(e.body, inner), context, (e.body,))


def as_expectation(
    e: KL | Entropy | Elbo | MutualInformation,
) -> tuple[Expression, Callable[[Context], Array]]:
    """The law and the log-ratio whose mean under it defines the quantity."""
    if isinstance(e, MutualInformation):
        joint = Density(e.letter, e.left + e.right, e.given)
        parts = (Density(e.letter, e.left, e.given), Density(e.letter, e.right, e.given))
        return (
            joint,
            lambda c: log_value(joint, c) - log_value(parts[0], c) - log_value(parts[1], c),
        )
    if isinstance(e, KL):
        return e.first, lambda c: log_value(e.first, c) - log_value(e.second, c)
    if isinstance(e, Entropy):
        return e.law, lambda c: -log_value(e.law, c)
    return e.posterior, lambda c: log_value(e.joint, c) - log_value(e.posterior, c)


@value.register(KL)
@value.register(Entropy)
@value.register(Elbo)
@value.register(MutualInformation)
def _(e: KL | Entropy | Elbo | MutualInformation, context: Context) -> Array:
    law, ratio = as_expectation(e)
    return expectation(law, e.over, ratio, context, tuple(children(e)))


@value.register
def _(e: Integral, context: Context) -> Array:
    if not _may_be_negative(e.body):
        return context.backend.exp(_log_integral(e.body, e.over, context))
    inner, weights = bind_grids(e.over, e.body, (), context)
    return reduce_axes(value(e.body, inner), weights, context)


@value.register
def _(e: Gradient, context: Context) -> Array:
    return derivative(lambda c: value(e.body, c), e.parameter, context)


def derivative(function: Callable[[Context], Array], parameter: str, context: Context) -> Array:
    """d/dε of ``function`` as the parameter moves along its tangent, by central differences to
    O(h⁴)."""
    target = context.world.owner(parameter)

    def at(epsilon: float) -> Array:
        shift = {**context.shift, target: context.shift.get(target, 0.0) + epsilon}
        return function(replace(context, shift=shift))

    near = at(_STEP) - at(-_STEP)
    far = at(2 * _STEP) - at(-2 * _STEP)
    return (8 * near - far) / (12 * _STEP)


def quiet() -> np.errstate:
    """Overflow, division by zero and 0 · ∞ are looked for in the results, not warned about on the
    way."""
    return np.errstate(all="ignore")
