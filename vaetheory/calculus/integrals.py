"""Integration in the normal form: constants out, variables that stand in one density only
marginalised, the rest split.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product
from typing import TYPE_CHECKING

from vaetheory.calculus.algebra import arrange, read, same
from vaetheory.calculus.laws import family_is_normalised
from vaetheory.calculus.linear import (
    ONE,
    UNIT,
    Factor,
    Linear,
    Monomial,
    add,
    as_expression,
    multiply,
    sort_key,
    times,
)
from vaetheory.calculus.standardize import standardized
from vaetheory.language.binding import covers, free_variables, fresh_variable, substitute
from vaetheory.language.distributions import family
from vaetheory.language.expressions import (
    Density,
    FamilyDensity,
    Gradient,
    IndexedProduct,
    IndexedSum,
    Integral,
    Log,
    Value,
    walk,
)
from vaetheory.language.variables import Subscript, Variable

if TYPE_CHECKING:
    from vaetheory.calculus.probability import Calculus

_MAX_PERMUTED = 4


def integrate(calculus: Calculus, monomial: Monomial, over: tuple[Variable, ...]) -> Linear:
    """∫ monomial d(over) in normal form."""
    monomial, remaining = _merged(monomial, list(over))
    changed = True
    while changed:
        changed = False
        for variable in remaining:
            reduced = _without(calculus, monomial, variable)
            if reduced is not None:
                if not reduced:
                    return {}
                ((monomial, _),) = reduced.items()
                changed = True
                remaining.remove(variable)
                break
            single = _component(calculus, monomial, variable)
            if single is not None:
                monomial, component = single
                remaining[remaining.index(variable) : remaining.index(variable) + 1] = component
                changed = True
                break
            moments = _moment(calculus, monomial, variable)
            if moments is not None:
                remaining.remove(variable)
                total: Linear = {}
                for term, coefficient in moments.items():
                    total = add(total, integrate(calculus, term, tuple(remaining)), coefficient)
                return total
    if not remaining:
        return {monomial: Fraction(1)}
    for variable in remaining:
        standard = standardized(calculus, monomial, variable)
        if standard is not None:
            moved, noise = standard
            left = tuple(noise if v == variable else v for v in remaining)
            total = {}
            for term, coefficient in moved.items():
                total = add(total, integrate(calculus, term, left), coefficient)
            return total
    return _split(calculus, monomial, remaining)


def _merged(monomial: Monomial, remaining: list[Variable]) -> tuple[Monomial, list[Variable]]:
    """∫ M (∫ N dv) du = ∫∫ M N dv du, the inner variables renamed apart."""
    for factor in monomial:
        inner, power = factor
        if (
            isinstance(inner, Integral)
            and power == ONE
            and any(_depends(factor, v) for v in remaining)
        ):
            fresh = _fresh(inner.over, monomial, remaining)
            body = read(substitute(inner.body, fresh), distribute=True)
            ((below, _),) = body.items()
            rest = tuple(f for f in monomial if f is not factor)
            return _merged(times(rest, below), remaining + list(fresh.values()))
    return monomial, remaining


def _fresh(
    over: tuple[Variable, ...], monomial: Monomial, remaining: list[Variable]
) -> dict[Variable, Variable]:
    """New names for the variables of an inner integral, used nowhere around it."""
    used = {v.name for v in remaining} | {
        v.name for factor in monomial for part in factor for v in free_variables(part)
    }
    level = len(remaining)
    while any(f"¤{level}.{i}" in used for i in range(len(over))):
        level += 1
    return {v: Variable(f"¤{level}.{i}", v.space, v.slot) for i, v in enumerate(over)}


def _depends(factor: Factor, variable: Variable) -> bool:
    return any(covers(variable, v) for v in free_variables(factor[0]) | free_variables(factor[1]))


def _without(calculus: Calculus, monomial: Monomial, variable: Variable) -> Linear | None:
    """The monomial with the variable integrated out, where it stands in one density (or can be
    brought to).
    """
    inside = [f for f in monomial if _depends(f, variable)]
    rest = tuple(f for f in monomial if f not in inside)
    match inside:
        case [(Density() as density, power)] if power == ONE and variable in density.of:
            return {times(rest, _marginal(calculus, density, variable)): Fraction(1)}
        case [(FamilyDensity() as law, power)] if power == ONE and family_is_normalised(
            law, variable
        ):
            return {rest: Fraction(1)}
        case [
            (Density() as density, power),
            (Gradient(body=Log(argument=scored)) as score, one),
        ] | [
            (Gradient(body=Log(argument=scored)) as score, one),
            (Density() as density, power),
        ] if power == ONE and one == ONE and density == scored and variable in density.of:
            # ∫ p ∇log p dz = ∇ ∫ p dz = p̄ ∇log p̄ with the marginal p̄, and ∇ 1 = 0
            below = _marginal(calculus, density, variable)
            if not below:
                return {}
            if len(below) == 1:
                ((marginal, _),) = below
                return {
                    times(
                        rest, (*below, (Gradient(Log(marginal), score.parameter), ONE))
                    ): Fraction(1)
                }
            return None
    merged = _recombined(calculus, inside, rest, variable)
    return None if merged is None else {merged: Fraction(1)}


def _marginal(calculus: Calculus, density: Density, variable: Variable) -> Monomial:
    left = tuple(v for v in density.of if v != variable)
    if not left:
        return UNIT
    ((monomial, _),) = calculus.linear(Density(density.letter, left)).items()
    return monomial


def _recombined(
    calculus: Calculus, inside: list[Factor], rest: Monomial, variable: Variable
) -> Monomial | None:
    """Undo what the assumptions split: under a graph p(a,z) p(z,b) / p(z) is p(a,z,b), in which z
    stands once; under q(z|x) = p(z|x) the same holds of q(x) p(x,z) / p(x) for x.
    """
    if len(inside) < 2 or not all(isinstance(f[0], Density) for f in inside):
        return None
    densities = [f[0] for f in inside if isinstance(f[0], Density)]
    used = {v for d in densities for v in d.of}
    arguments = {v.slot: v for v in used}
    if len(arguments) != len(used) or variable not in used:
        return None
    letters = {d.letter for d in densities}
    wholes = [(letters.pop(), frozenset(arguments))] if len(letters) == 1 else []
    for letter, slots in (*wholes, *calculus.relations.same):
        if variable.slot not in slots or not slots <= set(arguments):
            continue
        joint = Density(letter, tuple(arguments[s] for s in sorted(slots)))
        ((monomial, _),) = calculus.linear(joint).items()
        if {f for f in monomial if _depends(f, variable)} == set(inside):
            spare = tuple((b, arrange(-e)) for b, e in monomial if not _depends((b, e), variable))
            return times(times(rest, spare), _marginal(calculus, joint, variable))
    return None


def _component(
    calculus: Calculus, monomial: Monomial, variable: Variable
) -> tuple[Monomial, list[Variable]] | None:
    """Under ∏_d f(z_d), integrate out the components that nothing else uses; one may be left."""
    inside = [f for f in monomial if _depends(f, variable)]
    laws = [f for f in inside if isinstance(f[0], IndexedProduct) and f[1] == ONE]
    if len(laws) != 1:
        return None
    law = laws[0][0]
    assert isinstance(law, IndexedProduct)
    if not _is_normalised_component(calculus, law, variable):
        return None
    others = [f for f in inside if f is not laws[0]]
    used = {v for f in others for part in f for v in free_variables(part) if covers(variable, v)}
    rest = tuple(f for f in monomial if f is not laws[0])
    if not used:
        return rest, []
    if len(used) > 1 or variable in used:
        return None
    (only,) = used
    index = only.indices[-1].variable
    if (
        index is None
        or only.indices[-1].offset
        or calculus.ranges.get(index) != (law.low, law.high)
    ):
        # z_k is one of the components only where k runs over the same range
        return None
    ((one, weight),) = calculus.linear(substitute(law.body, {law.index: index})).items()
    return (times(rest, one), [only]) if weight == 1 else None


def _is_normalised_component(calculus: Calculus, law: IndexedProduct, variable: Variable) -> bool:
    """Whether the law of each component of the variable integrates to one over it, whatever the
    other components are.
    """
    match law.body:
        case FamilyDensity(argument=Value(variable=inner), parameters=parameters):
            free = any(covers(variable, v) for p in parameters for v in free_variables(p))
            normalised = not free and family_is_normalised(law.body, inner)
        case body:
            # q(z_k | x), which stands here as q(x, z_k) / q(x)
            joint = [d for d in walk(body) if isinstance(d, Density) and _copies_in(d, variable)]
            if len(joint) != 1 or len(_copies_in(joint[0], variable)) != 1:
                return False
            (inner,) = _copies_in(joint[0], variable)
            given = tuple(v for v in joint[0].of if v != inner)
            conditional = Density(joint[0].letter, (inner,), given)
            normalised = calculus.normal(conditional) == calculus.normal(body)
    return normalised and inner.indices[len(variable.indices) :] == (Subscript(law.index),)


def _copies_in(density: Density, variable: Variable) -> list[Variable]:
    return [v for v in (*density.of, *density.given) if covers(variable, v)]


def _moment(calculus: Calculus, monomial: Monomial, variable: Variable) -> Linear | None:
    """E[T(x)] for a family whose table of moments has the statistic T that stands beside its
    density.
    """
    inside = [f for f in monomial if _depends(f, variable)]
    laws = [
        f
        for f in inside
        if isinstance(f[0], FamilyDensity) and f[1] == ONE and family_is_normalised(f[0], variable)
    ]
    if len(laws) != 1 or len(inside) < 2:
        return None
    law = laws[0][0]
    assert isinstance(law, FamilyDensity)
    statistic = as_expression({tuple(f for f in inside if f is not laws[0]): Fraction(1)})
    for known, mean in family(law.family).moments(law.argument, *law.parameters):
        if same(known, statistic):
            rest = tuple(f for f in monomial if f not in inside)
            return multiply(calculus.linear(mean), {rest: Fraction(1)})
    return None


def _split(calculus: Calculus, monomial: Monomial, remaining: list[Variable]) -> Linear:
    """Factors without the variables out; then one integral per group of variables that share a
    factor.
    """
    for factor in monomial:
        if (
            isinstance(factor[0], IndexedSum)
            and factor[1] == ONE
            and any(_depends(factor, v) for v in remaining)
        ):
            # ∫ M Σ_k f_k = Σ_k ∫ M f_k
            rest = as_expression({tuple(f for f in monomial if f != factor): Fraction(1)})
            inner, index = factor[0], factor[0].index
            if index in free_variables(rest) or index in free_variables(inner.low) | free_variables(
                inner.high
            ):
                index = fresh_variable(
                    index, set(free_variables(rest) | free_variables(inner.body))
                )
            summand = substitute(inner.body, {inner.index: index})
            return calculus.linear(
                IndexedSum(Integral(rest * summand, tuple(remaining)), index, inner.low, inner.high)
            )
    outside = tuple(f for f in monomial if not any(_depends(f, v) for v in remaining))
    result: Linear = {outside: Fraction(1)}
    groups: list[tuple[set[Variable], list[Factor]]] = []
    for variable in remaining:
        groups.append(({variable}, []))
    for factor in monomial:
        touched = [g for g in groups if any(_depends(factor, v) for v in g[0])]
        if not touched:
            continue
        merged = (
            set().union(*(g[0] for g in touched)),
            [f for g in touched for f in g[1]] + [factor],
        )
        groups = [g for g in groups if g not in touched] + [merged]
    for variables, factors in groups:
        body = {tuple(sorted(factors, key=lambda f: sort_key(f[0]))): Fraction(1)}
        result = multiply(
            result,
            {((_canonical(Integral(as_expression(body), tuple(variables))), ONE),): Fraction(1)},
        )
    return result


def _canonical(integral: Integral) -> Integral:
    """One name for the integral whatever the order of the copies of a slot: the least over their
    permutations.
    """
    slots: dict[str, list[Variable]] = {}
    for variable in sorted(integral.over, key=lambda v: (v.slot, repr(v))):
        slots.setdefault(variable.slot, []).append(variable)
    if all(len(copies) == 1 for copies in slots.values()) or any(
        len(c) > _MAX_PERMUTED for c in slots.values()
    ):
        return arrange(integral)  # type: ignore[return-value]
    candidates = []
    for chosen in product(*(permutations(copies) for copies in slots.values())):
        renaming = {
            old: Variable(f"§{slot}.{i}", old.space, old.slot)
            for (slot, _), order in zip(slots.items(), chosen, strict=True)
            for i, old in enumerate(order)
        }
        body = substitute(integral.body, renaming)
        candidates.append(arrange(Integral(body, tuple(renaming[v] for v in integral.over))))
    return min(candidates, key=sort_key)  # type: ignore[return-value]
