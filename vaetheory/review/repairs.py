"""Repairs of a wrong side: each undoes one of the mistakes that students make, and has its name.

Some mistakes are their own inverse (a sign, a turned KL): ``slips`` supplies those. The others lose
something, so that the repair has to put it back: a logarithm, a factor, a condition, the right
density, a term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction

from vaetheory.language.expressions import (
    KL,
    Density,
    Entropy,
    Expectation,
    Expression,
    IndexedSum,
    Integral,
    Log,
    Number,
    Power,
    Product,
    Sum,
    Value,
    map_children,
    walk,
)
from vaetheory.language.statements import Statement
from vaetheory.latex.writer import to_latex
from vaetheory.slips import sign_of_a_term, turned_kl

Change = Callable[[Expression], Iterator[tuple[Expression, str]]]
MINUS_ONE = Number(Fraction(-1))
HALF_NUMBER = Fraction(1, 2)
HALF, TWO = Number(Fraction(1, 2)), Number(Fraction(2))


@dataclass(frozen=True, slots=True)
class Repair:
    """A repaired side, the name of the mistake, and what was changed in words."""

    side: Expression
    name: str
    said: str


def repairs(statement: Statement) -> Iterator[Repair]:
    """Repairs of the right side, the likeliest mistakes first."""
    side = statement.right
    for slip in (turned_kl.SLIP, sign_of_a_term.SLIP):
        for changed in slip(side):
            yield Repair(changed, slip.name, _difference(side, changed))
    yield Repair(-side, "sign of a term", f"{to_latex(-side)} for {to_latex(side)}")
    vocabulary = _vocabulary(statement)
    sizes = _sizes(side)
    for name, change in (
        ("sign of a term", _whole_sign),
        ("ratio turned over", _inverted),
        ("lost logarithm", _add_log),
        ("σ for σ²", _squared),
        ("wrong scale", lambda e: _scaled(e, sizes)),
        ("roles swapped", _swapped),
        ("expectation over the wrong distribution", lambda e: _other_law(e, vocabulary)),
        ("wrong density", lambda e: _other_density(e, vocabulary)),
        ("log on the wrong side of an expectation", _log_moved),
        ("dropped expectation", lambda e: _expected(e, vocabulary)),
    ):
        for changed, said in _anywhere(side, change):
            yield Repair(changed, name, said)
    for changed, said in _with_constant(side, sizes):
        yield Repair(changed, "dropped constant", said)
    for changed, said in _with_term(statement):
        yield Repair(changed, "dropped term", said)


def _difference(before: Expression, after: Expression) -> str:
    """The smallest part that changed, as "new for old"."""
    while type(before) is type(after):
        parts = [
            (a, b)
            for f in fields(before)  # type: ignore[arg-type]
            for a, b in _pairs(getattr(before, f.name), getattr(after, f.name))
            if a != b
        ]
        if len(parts) != 1:
            break
        before, after = parts[0]
    return f"{to_latex(after)} for {to_latex(before)}"


def _pairs(before: object, after: object) -> list[tuple[Expression, Expression]]:
    if isinstance(before, Expression) and isinstance(after, Expression):
        return [(before, after)]
    if isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        return [
            (a, b)
            for a, b in zip(before, after, strict=True)
            if isinstance(a, Expression) and isinstance(b, Expression)
        ]
    return [(Number(Fraction(0)), Number(Fraction(1)))] * 2 if before != after else []


def _vocabulary(statement: Statement) -> list[Density]:
    """The densities of the line and those that go with them: p(x, z), p(x|z), p(z), p(z|x),
    p(x), q(z|x).
    """
    seen: dict[Density, None] = {}
    for side in (statement.left, statement.right):
        for node in walk(side):
            if isinstance(node, Density):
                seen[node] = None
                if len(node.of) == 1 == len(node.given):
                    a, b = node.of[0], node.given[0]
                    if node.letter.name in ("p", "P"):
                        for other in ((a, b), (b, a)):
                            seen[Density(node.letter, other)] = None
                            seen[Density(node.letter, other[:1], other[1:])] = None
                            seen[Density(node.letter, other[:1])] = None
                if len(node.of) == 2 and not node.given:
                    a, b = node.of
                    seen[Density(node.letter, (a,), (b,))] = None
                    seen[Density(node.letter, (b,), (a,))] = None
                    seen[Density(node.letter, (a,))] = None
                    seen[Density(node.letter, (b,))] = None
    given = {v for d in seen for v in d.given}
    for density in list(seen):
        for variable in given:
            if variable.slot not in {v.slot for v in (*density.of, *density.given)}:
                seen[replace(density, given=(*density.given, variable))] = None
    return list(seen)[:16]


def _anywhere(expression: Expression, change: Change) -> Iterator[tuple[Expression, str]]:
    """The expression with the change made at one node."""
    yield from change(expression)
    for field in fields(expression):  # type: ignore[arg-type]
        value = getattr(expression, field.name)
        if field.name == "law":
            continue  # the law of an expectation has a repair of its own
        if isinstance(value, Expression):
            for new, said in _anywhere(value, change):
                yield replace(expression, **{field.name: new}), said  # type: ignore[type-var]
        elif isinstance(value, tuple):
            for k, item in enumerate(value):
                if isinstance(item, Expression):
                    for new, said in _anywhere(item, change):
                        changed = (*value[:k], new, *value[k + 1 :])
                        yield replace(expression, **{field.name: changed}), said  # type: ignore[type-var]


def _whole_sign(e: Expression) -> Iterator[tuple[Expression, str]]:
    match e:
        case KL() | Entropy() | Expectation() | Integral() | Log():
            yield -e, f"-{to_latex(e)} for {to_latex(e)}"
        case Product(factors=(Number(value=value), *rest)) if value == -1 and rest:
            new = rest[0] if len(rest) == 1 else Product(tuple(rest))
            yield new, f"{to_latex(new)} for {to_latex(e)}"


def _add_log(e: Expression) -> Iterator[tuple[Expression, str]]:
    match e:
        case Density():
            yield Log(e), f"{to_latex(Log(e))} for {to_latex(e)}"
        case Product(factors=factors) if any(
            isinstance(f, Power) and isinstance(f.base, Density) for f in factors
        ):
            ratio = tuple(f for f in factors if isinstance(f, Power))
            tops = [k for k, f in enumerate(factors) if isinstance(f, Density)]
            for k in tops:
                rest = tuple(
                    f for j, f in enumerate(factors) if j != k and not isinstance(f, Power)
                )
                log = Log(Product((factors[k], *ratio)))
                yield (
                    Product((*rest, log)) if rest else log,
                    f"{to_latex(log)} for {to_latex(log.argument)}",
                )


def _other_law(e: Expression, vocabulary: list[Density]) -> Iterator[tuple[Expression, str]]:
    if not isinstance(e, Expectation):
        return
    for law in vocabulary:
        if law != e.law and {v.slot for v in law.of} == {v.slot for v in e.over}:
            yield (
                replace(e, law=law, over=law.of),
                f"the expectation under {to_latex(law)}, not {to_latex(e.law)}",
            )


def _other_density(e: Expression, vocabulary: list[Density]) -> Iterator[tuple[Expression, str]]:
    if not isinstance(e, Density):
        return
    for other in vocabulary:
        if other != e:
            yield other, f"{to_latex(other)} for {to_latex(e)}"


def _sizes(side: Expression) -> list[Expression]:
    """The upper limits of the sums: D, by which a mean differs from a sum."""
    return [n.high for n in walk(side) if isinstance(n, IndexedSum)][:1]


def _scaled(e: Expression, sizes: list[Expression]) -> Iterator[tuple[Expression, str]]:
    if isinstance(e, Number | Density | Value):
        return
    for factor in (HALF, TWO, *sizes):
        new = _times(factor, e)
        yield new, f"{to_latex(new)} for {to_latex(e)}"


def _times(factor: Expression, e: Expression) -> Expression:
    """The product, with the numbers in front made into one."""
    match factor, e:
        case Number(value=value), Product(factors=(Number(value=own), *rest)) if rest:
            return Product((Number(value * own), *rest))
        case _, Product(factors=(Number() as number, *rest)):
            return Product((number, factor, *rest))
    return factor * e


def _with_constant(side: Expression, sizes: list[Expression]) -> Iterator[tuple[Expression, str]]:
    """A constant put back, at the end or inside a sum over components, where there are values."""
    if not any(isinstance(n, Value) for n in walk(side)):
        return
    for number in (-HALF_NUMBER, HALF_NUMBER, Fraction(-1), Fraction(1)):
        constant = Number(number)
        for changed, _ in _anywhere(side, lambda e, c=constant: _plus(e, c)):  # type: ignore[misc]
            yield changed, f"the constant {to_latex(constant)} put back"
        for size in sizes:
            scaled = _times(constant, size)
            yield side + scaled, f"the constant {to_latex(scaled)} put back"


def _plus(e: Expression, constant: Expression) -> Iterator[tuple[Expression, str]]:
    if isinstance(e, Sum):
        yield Sum((*e.terms, constant)), ""


def _inverted(e: Expression) -> Iterator[tuple[Expression, str]]:
    """a/b for b/a, for every pair of factors above and below one fraction bar."""
    if not isinstance(e, Product):
        return
    below = [k for k, f in enumerate(e.factors) if isinstance(f, Power) and f.exponent == MINUS_ONE]
    for j in below:
        bottom = e.factors[j]
        assert isinstance(bottom, Power)
        for k, top in enumerate(e.factors):
            if k in below or isinstance(top, Number):
                continue
            factors = list(e.factors)
            factors[k], factors[j] = bottom.base, Power(top, MINUS_ONE)
            new, old = Product((bottom.base, Power(top, MINUS_ONE))), Product((top, bottom))
            yield Product(tuple(factors)), f"{to_latex(new)} for {to_latex(old)}"


def _swapped(e: Expression) -> Iterator[tuple[Expression, str]]:
    """x for x̂ and x̂ for x in a cross-entropy."""
    if not isinstance(e, IndexedSum):
        return
    values = [n for n in walk(e.body) if isinstance(n, Value) and n.variable.indices]
    hats = [n for n in values if n.variable.name.startswith(r"\hat{")]
    plain = [n for n in values if rf"\hat{{{n.variable.name}}}" in {h.variable.name for h in hats}]
    if hats and plain:
        new = _exchange(e, plain[0], hats[0])
        yield new, f"{to_latex(plain[0])} and {to_latex(hats[0])} exchanged"


def _exchange(e: Expression, first: Expression, second: Expression) -> Expression:
    if e == first:
        return second
    if e == second:
        return first
    return map_children(e, lambda child: _exchange(child, first, second))


def _squared(e: Expression) -> Iterator[tuple[Expression, str]]:
    match e:
        case Power(base=base, exponent=Number(value=value)) if value in (1, 2):
            yield base, f"{to_latex(base)} for {to_latex(e)}"
        case Value(variable=v) if v.name in (r"\sigma", r"\tau", "s"):
            yield e**2, f"{to_latex(e**2)} for {to_latex(e)}"


def _log_moved(e: Expression) -> Iterator[tuple[Expression, str]]:
    match e:
        case Log(argument=Expectation() as inner):
            new: Expression = replace(inner, body=Log(inner.body))
            yield new, f"{to_latex(new)} for {to_latex(e)}"
        case Log(argument=Integral() as inside):
            new = replace(inside, body=Log(inside.body))
            yield new, f"{to_latex(new)} for {to_latex(e)}"
        case Expectation(body=Log(argument=argument)):
            new = Log(replace(e, body=argument))
            yield new, f"{to_latex(new)} for {to_latex(e)}"
        case Integral(body=Log(argument=argument)):
            new = Log(replace(e, body=argument))
            yield new, f"{to_latex(new)} for {to_latex(e)}"


def _expected(e: Expression, vocabulary: list[Density]) -> Iterator[tuple[Expression, str]]:
    if not isinstance(e, Log):
        return
    for law in vocabulary:
        if law.letter.name in ("q", "Q"):
            new = Expectation(law, e, law.of)
            yield new, f"{to_latex(new)} for {to_latex(e)}"


def _with_term(statement: Statement) -> Iterator[tuple[Expression, str]]:
    """The right side with a term of the left side, or with a divergence or an entropy, put back."""
    left = statement.left.terms if isinstance(statement.left, Sum) else (statement.left,)
    if len(left) == 1 and not isinstance(statement.left, Sum):
        left = ()  # to put back all of the left side explains nothing
    for term in left[:6]:
        yield statement.right + term, f"the term {to_latex(term)} put back"
    for node in walk(statement.left):
        if isinstance(node, KL | Entropy):
            for new in (node, -node):
                yield statement.right + new, f"the term {to_latex(new)} put back"
