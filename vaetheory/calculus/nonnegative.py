"""Expressions that are never negative, gathered from the terms of a statement: the candidates for a proof of ≥."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from vaetheory.calculus.binders import rename_bound
from vaetheory.calculus.gaps import nonnegative
from vaetheory.language.binding import bound_variables, free_variables
from vaetheory.language.expressions import (
    KL,
    Density,

    Entropy,
    Expectation,
    Expression,
    IndexedSum,
    Integral,
    Log,
    MutualInformation,
    Number,
    Power,
    Product,
    Sum,
    walk,
)
from vaetheory.language.variables import FiniteSet, Variable

_MAX_CANDIDATES = 60
_MAX_SPLIT = 3
_MIN_LEFT_OUT = 2
_TWO, _HALF = Number(Fraction(2)), Number(Fraction(1, 2))


def candidates(*sides: Expression) -> list[tuple[str, Expression]]:
    """Pairs (what it is, expression ≥ 0): divergences, entropies of finite variables and Jensen gaps."""
    found: dict[Expression, str] = {}
    for side in sides:
        for wrapped in _in_context(side):
            for text, expression in wrapped:
                found.setdefault(rename_bound(expression), text)
    for text, expression in (*_divergences(sides), *_splits(sides)):
        found.setdefault(rename_bound(expression), text)
    return [(text, expression) for expression, text in found.items() if nonnegative(expression)][:_MAX_CANDIDATES]


def _in_context(e: Expression, laws: tuple[tuple[Expression, tuple[Variable, ...]], ...] = ()) -> Iterator[list[tuple[str, Expression]]]:
    """The non-negative things at this node and below, averaged over the expectations that stand around them."""
    here = [(text, _averaged(expression, laws)) for text, expression in _at(e)]
    if here:
        yield here
    inner = (*laws, (e.law, e.over)) if isinstance(e, Expectation) else laws
    if isinstance(e, Integral) and _weights(e.body, e.over) is not None:
        inner = (*laws, (_weights(e.body, e.over), e.over))  # type: ignore[assignment]
    parts: tuple[Expression, ...] = ()
    match e:
        case Sum(terms=terms):
            parts = terms
        case Product(factors=factors):
            parts = factors
        case Expectation(body=body) | Integral(body=body) | IndexedSum(body=body) | Log(argument=body):
            parts = (body,)
    for part in parts:
        yield from _in_context(part, inner)


def _weights(body: Expression, over: tuple[Variable, ...]) -> Expression | None:
    factors = body.factors if isinstance(body, Product) else (body,)
    laws = [f for f in factors if isinstance(f, Density) and set(f.of) & set(over)]
    return Product(tuple(laws)) if laws else None


def _averaged(e: Expression, laws: tuple[tuple[Expression, tuple[Variable, ...]], ...]) -> Expression:
    for law, over in reversed(laws):
        e = Expectation(law, e, over)
    return e


def _at(e: Expression) -> Iterator[tuple[str, Expression]]:
    match e:
        case KL() | MutualInformation():
            yield f"{e!r} ≥ 0", e
        case Entropy(over=over) if all(isinstance(v.space, FiniteSet) for v in over):
            yield f"{e!r} ≥ 0", e
        case Expectation(law=law, body=body, over=over):
            for log in _logs(body):
                yield f"Jensen for {log!r} under {law!r}", Log(Expectation(law, log.argument, over)) - Expectation(law, log, over)
            for log in (m for m in walk(body) if isinstance(m, Log)):
                yield from _finite_jensen(log)
        case Log(argument=Expectation(law=law, body=body, over=over)):
            yield f"Jensen for log {body!r} under {law!r}", e - Expectation(law, Log(body), over)
            square, root = (Log(Expectation(law, Power(body, n), over)) for n in (_TWO, _HALF))
            yield f"the variance of {body!r} under {law!r} is not negative", square - 2 * e
            yield f"the variance of the root of {body!r} under {law!r} is not negative", e - 2 * root
        case Log():
            yield from _finite_jensen(e)


def _logs(body: Expression) -> Iterator[Log]:
    terms = body.terms if isinstance(body, Sum) else (body,)
    for term in terms:
        for factor in term.factors if isinstance(term, Product) else (term,):
            if isinstance(factor, Log):
                yield factor


def _finite_jensen(log: Log) -> Iterator[tuple[str, Expression]]:
    """log of the mean of n terms minus the mean of their logs."""
    argument = log.argument
    factors = argument.factors if isinstance(argument, Product) else (argument,)
    for factor in factors:
        if isinstance(factor, Sum):
            n = len(factor.terms)
            mean = Log(factor / n)
            if n > _MIN_LEFT_OUT:
                parts = [Log(Sum(tuple(t for t in factor.terms if t is not left)) / (n - 1)) for left in factor.terms]
                yield f"Jensen for the {n} means of {n - 1} terms", mean - Sum(tuple(parts)) / n
            yield f"Jensen for the mean of {n} terms", mean - Sum(tuple(Log(t) for t in factor.terms)) / n


def _splits(sides: tuple[Expression, ...]) -> Iterator[tuple[str, Expression]]:
    """For a law over several bound variables: the average divergence of one part given the rest, and their information."""
    bound = {v for side in sides for e in walk(side) for v in bound_variables(e)}
    densities = {e for side in sides for e in walk(side) if isinstance(e, Density)}
    letters = {e.letter for e in densities}
    for law in sorted(_joint_laws(densities, bound), key=repr):
        inside = law.of
        for count in range(1, len(inside)):
            for part in combinations(inside, count):
                rest = tuple(v for v in inside if v not in part)
                outer = Density(law.letter, rest, law.given)
                first = Density(law.letter, part, (*rest, *law.given))
                if count <= len(inside) - count:
                    information = MutualInformation(law.letter, part, rest, law.given)
                    yield f"{information!r} ≥ 0", information
                for letter in sorted(letters - {law.letter}, key=repr):
                    second = Density(letter, part, first.given)
                    yield f"E KL[{first!r} ‖ {second!r}] ≥ 0", Expectation(outer, KL(first, second, part), rest)


def _joint_laws(densities: set[Density], bound: set[Variable]) -> Iterator[Density]:
    """For each letter, the law of all its bound variables, alone and given its free ones; copies of a slot have none."""
    for letter in {d.letter for d in densities}:
        seen = {v for d in densities if d.letter == letter for v in (*d.of, *d.given)}
        inside = tuple(sorted(seen & bound, key=repr))
        free = tuple(sorted(seen - bound, key=repr))
        slots = {v.slot for v in (*inside, *free)}
        if 1 < len(inside) <= _MAX_SPLIT and len(slots) == len(inside) + len(free):
            yield Density(letter, inside)
            if free:
                yield Density(letter, inside, free)


def _divergences(sides: tuple[Expression, ...]) -> Iterator[tuple[str, Expression]]:
    """KL between any two densities of the sides over variables that are bound somewhere, and their conditionals."""
    bound = {v for side in sides for e in walk(side) for v in bound_variables(e)}
    densities = {e for side in sides for e in walk(side) if isinstance(e, Density)}
    free = set().union(*(free_variables(side) for side in sides))
    letters = {e.letter for e in densities}
    for first in densities:
        latent = tuple(v for v in first.of if v in bound)
        if not latent or not set(first.given) <= free or set(first.of) != set(latent):
            continue
        for letter in sorted(letters, key=repr):
            conditions = {first.given, (), *(d.given for d in densities if d.letter == letter)}
            conditions |= {tuple(v for v in d.of if v not in latent) for d in densities if d.letter == letter}
            for given in sorted(conditions, key=repr):
                if set(given) & set(latent) or not set(given) <= free:
                    continue
                second = Density(letter, latent, given)
                if second != first:
                    yield f"KL[{first!r} ‖ {second!r}] ≥ 0", KL(first, second, latent)


