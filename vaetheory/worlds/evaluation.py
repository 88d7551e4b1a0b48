"""The value of an expression in a world.

Expressions are turned into functions of a frame once and run in many worlds.

KL, H, I and the ELBO are evaluated by their definitions, independently of how the prover unfolds
them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import singledispatch
from typing import Any

from vaetheory.language.binding import bound_variables
from vaetheory.language.distributions import FAMILIES
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
from vaetheory.worlds import decide, values
from vaetheory.worlds.elementary import pi_number
from vaetheory.worlds.exact import Exact, UndefinedError
from vaetheory.worlds.frames import Evaluator, Frame, Request, Scope
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.signature import name_of
from vaetheory.worlds.special import is_special, special_value
from vaetheory.worlds.values import INFINITY, Infinite, add_all, slope_of


def evaluator(expression: Expression, free: tuple[Variable, ...]) -> Evaluator:
    """The value of an expression as a function of a frame whose first cells belong to ``free``.

    Raises UngenerableError for what no world can give a value.
    """
    return compiled(expression, Scope({name_of(v): place for place, v in enumerate(free)}))


def cost(expression: Expression, size: Callable[[Variable], int]) -> int:
    """About how many nodes are visited for one value, where a variable runs over ``size`` cells."""
    inside = 1 + sum(cost(child, size) for child in children(expression))
    for variable in bound_variables(expression):
        inside *= size(variable)
    return inside


@singledispatch
def compiled(expression: Expression, scope: Scope) -> Evaluator:
    """The evaluator of one node."""
    raise UngenerableError(f"{type(expression).__name__} must be written out before it has a value")


def integral_of(bound: tuple[tuple[int, Variable], ...], integrand: Evaluator) -> Evaluator:
    """∫ … ∫ integrand over the bound variables."""
    for place, variable in reversed(bound):
        integrand = _one_integral(place, variable, integrand)
    return integrand


def _one_integral(place: int, variable: Variable, integrand: Evaluator) -> Evaluator:
    def run(frame: Frame) -> Any:
        cells = frame.cells
        before = cells[place]

        def at(cell: Any) -> Any:
            cells[place] = cell
            return integrand(frame)

        total = frame.world.total(variable, at)
        cells[place] = before
        return total

    return run


def expectation_of(law: Evaluator, body: Evaluator) -> Evaluator:
    """law · body, where the body is not looked at when the law vanishes."""

    def run(frame: Frame) -> Any:
        weight = law(frame)
        return body(frame) * weight if weight else Fraction(0)

    return run


@compiled.register
def _(e: Number, scope: Scope) -> Evaluator:
    value = e.value
    return lambda frame: value


@compiled.register
def _(e: Pi, scope: Scope) -> Evaluator:
    value = pi_number()
    return lambda frame: value


@compiled.register
def _(e: Value, scope: Scope) -> Evaluator:
    variable = e.variable
    name = name_of(variable)
    if name in scope.places:
        place = scope.places[name]
        return lambda frame: frame.world.coordinate(variable, 0, frame.cells[place])
    vector = (variable.name, ())
    if name[1] and vector in scope.places:
        place, component = scope.places[vector], name[1][-1]
        return lambda frame: frame.world.coordinate(variable, component, frame.cells[place])
    return lambda frame: frame.world.parameter(variable)


@compiled.register
def _(e: Function, scope: Scope) -> Evaluator:
    name = e.name
    if is_special(name):
        values_of = [compiled(a, scope) for a in e.arguments]
        return lambda frame: special_value(name, tuple(value(frame) for value in values_of))
    readers = [_argument(a, scope) for a in e.arguments]
    return lambda frame: frame.world.function(name, tuple(read(frame) for read in readers))


def _argument(argument: Expression, scope: Scope) -> Evaluator:
    if isinstance(argument, Value) and name_of(argument.variable) in scope.places:
        place, variable = scope.place(argument.variable), argument.variable
        return lambda frame: (variable, frame.cells[place])
    return compiled(argument, scope)


@compiled.register
def _(e: Density, scope: Scope) -> Evaluator:
    request = Request(e.letter, tuple(v.slot for v in e.of), tuple(v.slot for v in e.given))
    places = tuple(scope.place(v) for v in (*e.of, *e.given))
    if len(places) == 1:
        (only,) = places
        return lambda frame: frame.world.density(request, (frame.cells[only],))
    if len(places) == 2:
        first, second = places
        return lambda frame: frame.world.density(request, (frame.cells[first], frame.cells[second]))

    def run(frame: Frame) -> Any:
        cells = frame.cells
        return frame.world.density(request, tuple([cells[i] for i in places]))

    return run


@compiled.register
def _(e: FamilyDensity, scope: Scope) -> Evaluator:
    family = FAMILIES.get(e.family)
    if family is None:
        raise UngenerableError(f"the family {e.family!r} is not known")
    if e.family == "categorical":
        return _categorical(e, scope)
    if e.family == "bernoulli":
        argument, chance = compiled(e.argument, scope), compiled(e.parameters[0], scope)

        def run(frame: Frame) -> Any:
            match argument(frame):
                case Fraction(numerator=1, denominator=1):
                    return chance(frame)
                case Fraction(numerator=0):
                    return 1 - chance(frame)
                case other:
                    raise UngenerableError(f"a Bernoulli variable with the value {other!r}")

        return run
    logarithm = compiled(family.log_density(e.argument, *e.parameters), scope)
    return lambda frame: values.exp(logarithm(frame))


def _categorical(e: FamilyDensity, scope: Scope) -> Evaluator:
    argument, chances = compiled(e.argument, scope), [compiled(p, scope) for p in e.parameters]

    def run(frame: Frame) -> Any:
        weights = [chance(frame) for chance in chances]
        if decide.equal(add_all(weights), Fraction(1)) is not True:
            raise UngenerableError("a categorical whose probabilities do not add up to 1")
        return weights[int(argument(frame)) - 1]

    return run


@compiled.register
def _(e: Sum, scope: Scope) -> Evaluator:
    terms = [compiled(t, scope) for t in e.terms]
    return lambda frame: add_all([t(frame) for t in terms])


@compiled.register
def _(e: Product, scope: Scope) -> Evaluator:
    factors = [compiled(f, scope) for f in e.factors]

    def run(frame: Frame) -> Any:
        # rational factors first: each further one would scale every term of a sum
        rational: Any = None
        others = []
        for factor in factors:
            value = factor(frame)
            if not isinstance(value, Fraction):
                others.append(value)
            elif rational is None:
                rational = value
            else:
                rational = rational * value
        result = Fraction(1) if rational is None else rational
        for other in others:
            result = other * result
        return result

    return run


@compiled.register
def _(e: Power, scope: Scope) -> Evaluator:
    base, exponent = compiled(e.base, scope), compiled(e.exponent, scope)

    def run(frame: Frame) -> Any:
        above = exponent(frame)
        if isinstance(above, Exact) and above.as_rational is not None:
            above = above.as_rational
        if isinstance(above, Fraction):
            return values.power(base(frame), above)
        return values.exp(above * values.log(base(frame)))

    return run


@compiled.register
def _(e: Log, scope: Scope) -> Evaluator:
    argument = compiled(e.argument, scope)
    return lambda frame: values.log(argument(frame))


@compiled.register
def _(e: Exp, scope: Scope) -> Evaluator:
    argument = compiled(e.argument, scope)
    return lambda frame: values.exp(argument(frame))


@compiled.register
def _(e: Expectation, scope: Scope) -> Evaluator:
    inner, bound = scope.inside(e.over)
    return integral_of(bound, expectation_of(compiled(e.law, inner), compiled(e.body, inner)))


@compiled.register
def _(e: Integral, scope: Scope) -> Evaluator:
    inner, bound = scope.inside(e.over)
    return integral_of(bound, compiled(e.body, inner))


@compiled.register
def _(e: KL, scope: Scope) -> Evaluator:
    inner, bound = scope.inside(e.over)
    return integral_of(bound, _log_ratio(compiled(e.first, inner), compiled(e.second, inner)))


@compiled.register
def _(e: Elbo, scope: Scope) -> Evaluator:
    inner, bound = scope.inside(e.over)
    ratio = _log_ratio(compiled(e.posterior, inner), compiled(e.joint, inner))
    negative = integral_of(bound, ratio)
    return lambda frame: -negative(frame)


def _log_ratio(first: Evaluator, second: Evaluator) -> Evaluator:
    """first · (log first − log second): 0 where first is 0, +∞ where only second is."""

    def run(frame: Frame) -> Any:
        above = first(frame)
        if not above:
            return Fraction(0)
        below = second(frame)
        if not below:
            return INFINITY
        if isinstance(above, Fraction) and isinstance(below, Fraction):
            # one logarithm of the quotient has half the terms
            return values.log(above / below) * above
        return (values.log(above) - values.log(below)) * above

    return run


@compiled.register
def _(e: Entropy, scope: Scope) -> Evaluator:
    inner, bound = scope.inside(e.over)
    law = compiled(e.law, inner)

    def surprise(frame: Frame) -> Any:
        value = law(frame)
        return -values.log(value) * value if value else Fraction(0)

    return integral_of(bound, surprise)


@compiled.register
def _(e: MutualInformation, scope: Scope) -> Evaluator:
    inner, bound = scope.inside(e.over)
    joint = compiled(Density(e.letter, e.left + e.right, e.given), inner)
    left = compiled(Density(e.letter, e.left, e.given), inner)
    right = compiled(Density(e.letter, e.right, e.given), inner)
    return integral_of(bound, _log_ratio(joint, lambda frame: left(frame) * right(frame)))


@compiled.register
def _(e: Gradient, scope: Scope) -> Evaluator:
    body, parameter = compiled(e.body, scope), e.parameter

    def run(frame: Frame) -> Any:
        value = body(Frame(frame.world.moving(parameter), frame.cells))
        if isinstance(value, Infinite):
            raise UndefinedError("the gradient of an infinite value")
        return slope_of(value)

    return run
