"""Drawing from laws, and the unbiased value of an expression at one draw of everything that it
averages over."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from vaetheory.checkers.numeric.backend import Array
from vaetheory.checkers.numeric.binders import families_at, occurrences, targets
from vaetheory.checkers.numeric.carriers import Carrier, Components
from vaetheory.checkers.numeric.context import Context, Key
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.evaluate import as_expectation, derivative, log_value
from vaetheory.checkers.numeric.families import draw_family
from vaetheory.checkers.numeric.meaning import indices, value
from vaetheory.checkers.numeric.uniforms import Uniforms
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Expectation,
    Expression,
    FamilyDensity,
    Gradient,
    IndexedProduct,
    IndexedSum,
    Integral,
    MutualInformation,
    Product,
    Sum,
    Value,
)
from vaetheory.language.variables import Variable

Factor = tuple[Expression, Context]


def draw(
    law: Expression, over: tuple[Variable, ...], context: Context, uniforms: Uniforms
) -> tuple[Context, Array]:
    """The context with ``over`` drawn, and the log weight log law − log proposal of the draw.

    Factors of the law that can be drawn from are; the other variables come from wide proposals on
    their spaces.
    """
    wanted = dict(targets(over, law, (), context))
    pending = list(_factors(law, context))
    still = _unmoved(context)
    log_weight: Array = 0.0
    progress = True
    while progress:
        progress = False
        for factor in list(pending):
            drawn = _draw_factor(factor, wanted, still, uniforms)
            if drawn is None:
                continue
            still = _bound(still, drawn)
            context = _bound(context, drawn)
            for key in drawn:
                del wanted[key]
            pending.remove(factor)
            progress = True
            if context.shift:
                log_weight = log_weight + _score(factor, context, still)
    for key, carrier in wanted.items():
        proposed, log_density = carrier.propose(context.backend, uniforms.take(carrier.uniforms))
        context = context.bind(key, proposed)
        log_weight = log_weight - log_density
    for expression, inner in pending:
        log_weight = log_weight + log_value(expression, _within(context, inner))
    return context, log_weight


def _unmoved(context: Context) -> Context:
    """The context at the unmoved parameters: draws never depend on where a derivative is taken."""
    return replace(context, shift={}) if context.shift else context


def _score(factor: Factor, moved: Context, still: Context) -> Array:
    expression, inner = factor
    return log_value(expression, _within(moved, inner)) - log_value(
        expression, _within(still, inner)
    )


def _bound(context: Context, drawn: dict[Key, Components]) -> Context:
    for key, components in drawn.items():
        context = context.bind(key, components)
    return context


def _within(context: Context, inner: Context) -> Context:
    """The values of one context with the indices of another."""
    for index, number in inner.indices.items():
        context = context.with_index(index, number)
    return context


def _factors(law: Expression, context: Context) -> list[Factor]:
    match law:
        case Product(factors=factors):
            return [f for factor in factors for f in _factors(factor, context)]
        case IndexedProduct(body=body):
            return [f for inner in indices(law, context) for f in _factors(body, inner)]
    return [(law, context)]


def _draw_factor(
    factor: Factor, wanted: dict[Key, Carrier], context: Context, uniforms: Uniforms
) -> dict[Key, Components] | None:
    """Draw from one factor, or None where that is not possible (yet)."""
    expression, inner = factor
    context = _within(context, inner)
    match expression:
        case Density(letter=letter, of=of, given=given):
            keys = {v.slot: context.key(v) for v in of}
            if not set(keys.values()) <= set(wanted) or _waiting(given, wanted, context):
                return None
            joint = context.world.joint(letter)
            slots = tuple(keys)
            known = {v.slot: context.lookup(v) for v in given}
            if not joint.can_sample(context, slots, tuple(known)):
                return None
            numbers = {
                s: uniforms.take(joint.carriers[s].uniforms) for s in joint.to_draw(slots, known)
            }
            drawn = joint.draw(context, slots, known, numbers)
            return {keys[slot]: drawn[slot] for slot in slots}
        case FamilyDensity(argument=Value(variable=variable)):
            key = context.key(variable)
            used = (v for p in expression.parameters for v, _ in occurrences(p, context))
            if key not in wanted or _waiting(tuple(used), wanted, context):
                return None
            columns = uniforms.take(wanted[key].uniforms)
            components = _draw_from_family(expression, columns, context)
            return None if components is None else {key: components}
    return None


def _waiting(variables: tuple[Variable, ...], wanted: dict[Key, Carrier], context: Context) -> bool:
    names = {name for name, _ in wanted}
    return any(context.key(v) in wanted or (not v.indices and v.name in names) for v in variables)


def _draw_from_family(
    density: FamilyDensity, numbers: Components, context: Context
) -> Components | None:
    parameters = tuple(value(p, context) for p in density.parameters)
    return draw_family(density.family, context.backend, numbers, parameters)


def draw_from_families(
    definition: Expression, variable: Variable, numbers: Components, context: Context
) -> Components | None:
    """A draw of a variable whose law is a family, or of a vector whose components have one each."""
    key = context.key(variable)
    for density, inner in families_at(key, definition, context):
        return _draw_from_family(density, numbers, inner)
    components: list[Array] = []
    for d in range(1, len(numbers) + 1):
        found = list(families_at((key[0], (*key[1], d)), definition, context))
        if not found:
            return None
        drawn = _draw_from_family(found[0][0], (numbers[d - 1],), found[0][1])
        if drawn is None:
            return None
        components += drawn
    return tuple(components)


@singledispatch
def sample_value(expression: Expression, context: Context, uniforms: Uniforms) -> Array:
    """A value whose mean over the draws is the value of the expression.

    Linear nesting is drawn along; what stands inside a logarithm or a power is summed on a grid.
    """
    return value(expression, context)


@sample_value.register
def _(e: Sum, context: Context, uniforms: Uniforms) -> Array:
    return sum(sample_value(term, context, uniforms) for term in e.terms)


@sample_value.register
def _(e: Product, context: Context, uniforms: Uniforms) -> Array:
    total: Array = 1.0
    for factor in e.factors:
        total = total * sample_value(factor, context, uniforms)
    return total


@sample_value.register
def _(e: IndexedSum, context: Context, uniforms: Uniforms) -> Array:
    return sum((sample_value(e.body, inner, uniforms) for inner in indices(e, context)), 0.0)


@sample_value.register
def _(e: Expectation, context: Context, uniforms: Uniforms) -> Array:
    inner, log_weight = draw(e.law, e.over, context, uniforms)
    return _weighted(sample_value(e.body, inner, uniforms), log_weight, context)


@sample_value.register(KL)
@sample_value.register(Entropy)
@sample_value.register(Elbo)
@sample_value.register(MutualInformation)
def _(e: KL | Entropy | Elbo | MutualInformation, context: Context, uniforms: Uniforms) -> Array:
    law, ratio = as_expectation(e)
    inner, log_weight = draw(law, e.over, context, uniforms)
    return _weighted(ratio(inner), log_weight, context)


@sample_value.register
def _(e: Integral, context: Context, uniforms: Uniforms) -> Array:
    log_weight: Array = 0.0
    inner = context
    for key, carrier in targets(e.over, e.body, (), context):
        proposed, log_density = carrier.propose(context.backend, uniforms.take(carrier.uniforms))
        inner = inner.bind(key, proposed)
        log_weight = log_weight - log_density
    return _weighted(sample_value(e.body, inner, uniforms), log_weight, context)


@sample_value.register
def _(e: Gradient, context: Context, uniforms: Uniforms) -> Array:
    start = uniforms.position

    def again(moved: Context) -> Array:
        uniforms.position = start
        return sample_value(e.body, moved, uniforms)

    return derivative(again, e.parameter, context)


def _weighted(content: Array, log_weight: Array, context: Context) -> Array:
    if isinstance(log_weight, int | float) and log_weight == 0:
        return content
    weight = context.backend.exp(log_weight)
    # 0 · ∞: a draw without weight does not count, whatever is averaged there
    return context.backend.where(context.backend.array(weight) > 0, weight * content, 0.0)


def check_finite(samples: Array, context: Context) -> None:
    """Raise CannotEvaluate when a value is not finite."""
    bad = int((~context.backend.xp.isfinite(context.backend.array(samples))).sum())
    if bad:
        raise CannotEvaluate(f"{bad:,} of the sampled values are not finite")
