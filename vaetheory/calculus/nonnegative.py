"""Expressions that are never negative, gathered from the terms of a statement: the candidates
for a proof of ≥.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain, combinations

from vaetheory.calculus.binders import rename_bound
from vaetheory.calculus.gaps import nonnegative
from vaetheory.calculus.positivity import positive
from vaetheory.language.binding import bound_variables, free_variables
from vaetheory.language.expressions import (
    KL,
    Density,
    Entropy,
    Expectation,
    Expression,
    IndexedSum,
    Integral,
    Letter,
    Log,
    MutualInformation,
    Number,
    Power,
    Product,
    Sum,
    walk,
)
from vaetheory.language.variables import FiniteSet, Variable

_MAX_CANDIDATES = 80
_MAX_SPLIT = 3
_MIN_LEFT_OUT = 2
Wrap = Callable[[Expression], Expression]
_TWO, _HALF = Number(Fraction(2)), Number(Fraction(1, 2))


def candidates(*sides: Expression) -> list[tuple[str, Expression]]:
    """Pairs (what it is, expression ≥ 0): divergences, entropies of finite variables and Jensen
    gaps.
    """
    found: dict[Expression, str] = {}
    for side in sides:
        for text, expression in _in_context(side):
            found.setdefault(rename_bound(expression), text)
    others = (_divergences(sides), _splits(sides), _tangents(sides), _informations(sides))
    for text, expression in chain.from_iterable(others):
        found.setdefault(rename_bound(expression), text)
    return [(text, expression) for expression, text in found.items() if nonnegative(expression)][
        :_MAX_CANDIDATES
    ]


def _in_context(
    e: Expression, wrap: Wrap = lambda inner: inner
) -> Iterator[tuple[str, Expression]]:
    """The non-negative things at this node and below, averaged and scaled as the expression
    around them is.
    """
    yield from ((text, wrap(expression)) for text, expression in _at(e))
    match e:
        case Sum(terms=terms):
            for term in terms:
                yield from _in_context(term, wrap)
        case Product(factors=factors):
            for factor in factors:
                others = [f for f in factors if f is not factor and not _is_number(f)]
                if all(map(positive, others)):
                    yield from _in_context(factor, _scaled(wrap, tuple(others)))
                for total in (f for f in others if isinstance(f, Sum)):
                    # (1 + δ) KL ≥ KL
                    kept = tuple(f for f in others if f is not total)
                    for term in total.terms:
                        if all(map(positive, (term, *kept))):
                            yield from _in_context(factor, _scaled(wrap, (*kept, term)))
        case Expectation(law=law, body=body, over=over):
            yield from _in_context(body, lambda inner: wrap(Expectation(law, inner, over)))
        case Integral(body=body, over=over):
            weights = _weights(body, over)
            if weights is not None:
                yield from _in_context(body, lambda inner: wrap(Expectation(weights, inner, over)))
        case IndexedSum(body=body) | Log(argument=body):
            yield from _in_context(body, wrap)


def _scaled(wrap: Wrap, factors: tuple[Expression, ...]) -> Wrap:
    """``wrap`` after multiplying with these factors."""
    return lambda inner: wrap(Product((*factors, inner)) if factors else inner)


def _is_number(e: Expression) -> bool:
    return isinstance(e, Number)


def _tangents(sides: tuple[Expression, ...]) -> Iterator[tuple[str, Expression]]:
    """log t ≤ t − 1 at the ratios of the arguments of two logarithms that stand with the same
    positive factor.
    """
    logs: list[tuple[tuple[Expression, ...], Expression]] = []
    for side in sides:
        for term in side.terms if isinstance(side, Sum) else (side,):
            factors = term.factors if isinstance(term, Product) else (term,)
            for factor in factors:
                others = tuple(f for f in factors if f is not factor and not _is_number(f))
                if isinstance(factor, Log) and all(map(positive, others)):
                    logs.append((others, factor.argument))
    for others, above in logs:
        for same, below in logs:
            if same == others and below != above and positive(above) and positive(below):
                t = above / below
                gap = t - 1 - Log(t)
                yield f"log t ≤ t − 1 at t = {t!r}", Product((*others, gap)) if others else gap


def _weights(body: Expression, over: tuple[Variable, ...]) -> Expression | None:
    factors = body.factors if isinstance(body, Product) else (body,)
    laws = [f for f in factors if isinstance(f, Density) and set(f.of) & set(over)]
    return Product(tuple(laws)) if laws else None


def _at(e: Expression) -> Iterator[tuple[str, Expression]]:
    match e:
        case KL(first=first, second=second, over=over):
            yield f"{e!r} ≥ 0", e
            t = first / second
            yield f"log t ≤ t − 1 at t = {t!r}", Expectation(first, t - 1 - Log(t), over)
        case MutualInformation(letter=letter, left=left, right=right, given=given):
            yield f"{e!r} ≥ 0", e
            for part, rest in ((left, right), (right, left)):
                law = Density(letter, part, (*rest, *given))
                yield (
                    f"E H[{law!r}] ≥ 0",
                    Expectation(Density(letter, rest, given), Entropy(law, part), rest),
                )
        case Power(base=Expectation(law=law, body=body, over=over), exponent=Number(value=two)) if (
            two == _TWO.value
        ):
            yield f"the variance of {body!r} under {law!r}", Expectation(law, body**2, over) - e
        case Entropy(over=over) if all(isinstance(v.space, FiniteSet) for v in over):
            yield f"{e!r} ≥ 0", e
        case Expectation(law=law, body=body, over=over):
            if isinstance(body, Power) and body.exponent == _TWO:
                variance = e - Expectation(law, body.base, over) ** 2
                yield f"the variance of {body.base!r} under {law!r}", variance
            for log in _logs(body):
                yield (
                    f"Jensen for {log!r} under {law!r}",
                    Log(Expectation(law, log.argument, over)) - Expectation(law, log, over),
                )
            for log in (m for m in walk(body) if isinstance(m, Log)):
                yield from _finite_jensen(log)
        case Log(argument=Expectation(law=law, body=body, over=over)):
            yield f"Jensen for log {body!r} under {law!r}", e - Expectation(law, Log(body), over)
            square, root = (Log(Expectation(law, Power(body, n), over)) for n in (_TWO, _HALF))
            yield f"the variance of {body!r} under {law!r} is not negative", square - 2 * e
            yield (
                f"the variance of the root of {body!r} under {law!r} is not negative",
                e - 2 * root,
            )
        case Log(argument=argument):
            yield f"log t ≤ t − 1 at t = {argument!r}", argument - 1 - e
            yield f"log t ≤ t − 1 at t = 1/({argument!r})", 1 / argument - 1 + e
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
        if isinstance(factor, IndexedSum):
            mean = Log(factor / factor.high)
            logs = IndexedSum(Log(factor.body), factor.index, factor.low, factor.high)
            yield f"Jensen for the mean of {factor.high!r} terms", mean - logs / factor.high
        if isinstance(factor, Sum):
            n = len(factor.terms)
            mean = Log(factor / n)
            if n > _MIN_LEFT_OUT:
                parts = [
                    Log(Sum(tuple(t for t in factor.terms if t is not left)) / (n - 1))
                    for left in factor.terms
                ]
                yield f"Jensen for the {n} means of {n - 1} terms", mean - Sum(tuple(parts)) / n
            yield (
                f"Jensen for the mean of {n} terms",
                mean - Sum(tuple(Log(t) for t in factor.terms)) / n,
            )


def _splits(sides: tuple[Expression, ...]) -> Iterator[tuple[str, Expression]]:
    """For a law over several bound variables: the average divergence of one part given the rest,
    and their information.
    """
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
                    yield (
                        f"E KL[{first!r} ‖ {second!r}] ≥ 0",
                        Expectation(outer, KL(first, second, part), rest),
                    )


def _informations(sides: tuple[Expression, ...]) -> Iterator[tuple[str, Expression]]:
    """For the variables of a letter's informations: that of any two given a third, on average."""
    seen: dict[Letter, set[Variable]] = {}
    for e in (e for side in sides for e in walk(side) if isinstance(e, MutualInformation)):
        if not e.given:
            seen.setdefault(e.letter, set()).update((*e.left, *e.right))
    for letter, variables in seen.items():
        if not 2 < len(variables) <= _MAX_SPLIT + 1 or len({v.slot for v in variables}) < len(
            variables
        ):
            continue
        for pair in combinations(sorted(variables, key=repr), 2):
            for third in sorted(variables - set(pair), key=repr):
                information = MutualInformation(letter, pair[:1], pair[1:], (third,))
                law = Density(letter, (third,))
                yield f"E {information!r} ≥ 0", Expectation(law, information, (third,))


def _joint_laws(densities: set[Density], bound: set[Variable]) -> Iterator[Density]:
    """For each letter, the law of all its bound variables, alone and given its free ones; copies
    of a slot have none.
    """
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
    """KL between any two densities of the sides over variables that are bound somewhere, and
    their conditionals.
    """
    bound = {v for side in sides for e in walk(side) for v in bound_variables(e)}
    densities = {e for side in sides for e in walk(side) if isinstance(e, Density)}
    free = set().union(*(free_variables(side) for side in sides))
    letters = {e.letter for e in densities}
    marginals = {
        Density(d.letter, (v,)) for d in densities for v in (*d.of, *d.given) if v in bound
    }
    for first in sorted(densities | marginals, key=repr):
        latent = tuple(v for v in first.of if v in bound)
        if not latent or not set(first.given) <= free or set(first.of) != set(latent):
            continue
        for letter in sorted(letters, key=repr):
            conditions = {first.given, (), *(d.given for d in densities if d.letter == letter)}
            conditions |= {
                tuple(v for v in d.of if v not in latent) for d in densities if d.letter == letter
            }
            for given in sorted(conditions, key=repr):
                if {v.slot for v in given} & {v.slot for v in latent} or not set(given) <= free:
                    # a copy of the latent variable cannot be what it is conditioned on
                    continue
                second = Density(letter, latent, given)
                if second != first:
                    yield f"KL[{first!r} ‖ {second!r}] ≥ 0", KL(first, second, latent)
