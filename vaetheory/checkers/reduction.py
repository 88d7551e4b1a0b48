"""left − right as sums of plain formulas under Σ and E, by linearity and moments.

What comes out is a dictionary from *scopes* to formulas: the scope (Σ_d, E_q(z|x)) with the formula
f stands for Σ_d E_q(z|x)[f]. Averages over families are computed from their moments; laws without a
formula stay as scopes, and what does not depend on their variables is moved out of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from vaetheory.calculus.algebra import read
from vaetheory.calculus.linear import (
    E_BASE,
    UNIT,
    Linear,
    Monomial,
    add,
    as_expression,
    multiply,
)
from vaetheory.checkers.closed_forms import (
    NoClosedForm,
    expectation,
    is_positive,
    log_density,
    opened,
)
from vaetheory.language.assumptions import Assumption, Family
from vaetheory.language.binding import covers, free_variables, substitute
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Expectation,
    Expression,
    FamilyDensity,
    IndexedProduct,
    IndexedSum,
    Integral,
    Log,
    Number,
    Power,
    Product,
    Sum,
    Value,
    children,
    map_children,
)
from vaetheory.language.variables import Subscript, Variable


@dataclass(frozen=True, slots=True)
class Total:
    """Σ_{index=low}^{high}."""

    index: Variable
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Mean:
    """E_law over variables, for a law without a formula."""

    law: Expression
    over: tuple[Variable, ...]


Scope = tuple[Total | Mean, ...]
Parts = dict[Scope, Linear]


class Irreducible(ValueError):
    """The expression has no form as sums of formulas; the message says what stands in the way."""


@dataclass
class Reducer:
    """Reduces expressions under assumptions; only families are used."""

    assumptions: tuple[Assumption, ...] = ()
    counter: int = 0
    conditions: list[Expression] = field(default_factory=list)

    def parts(self, expression: Expression) -> Parts:
        """The expression as formulas in scopes. Raises Irreducible."""
        found: Parts = {}
        self._walk(self._with_families(expression), (), {UNIT: Fraction(1)}, found)
        return {scope: linear for scope, linear in found.items() if linear}

    def _with_families(self, expression: Expression) -> Expression:
        for assumption in self.assumptions:
            if isinstance(assumption, Family):
                expression = _insert(expression, assumption)
        return expression

    def _walk(self, e: Expression, scope: Scope, factor: Linear, found: Parts) -> None:
        match e:
            case Sum(terms=terms):
                for term in terms:
                    self._walk(term, scope, factor, found)
            case Product(factors=factors):
                scoped = [f for f in factors if _has_scope(f)]
                if len(scoped) > 1:
                    raise Irreducible(f"a product of averages: {e!r}")
                plain = Product(tuple(f for f in factors if not _has_scope(f)))
                inner = multiply(factor, read(opened(plain), distribute=True))
                if scoped:
                    self._walk(scoped[0], scope, inner, found)
                else:
                    self._put(scope, inner, found)
            case IndexedSum():
                index = self._fresh(e.index)
                body = substitute(e.body, {e.index: index})
                low, high = opened(e.low), opened(e.high)
                self._walk(body, (*scope, Total(index, low, high)), factor, found)
            case Log(argument=argument) if not _has_scope(argument) or _is_product(argument):
                for term in _log_terms(argument):
                    if _has_scope(term):
                        self._walk(term, scope, factor, found)
                    else:
                        inner = multiply(factor, read(opened(term), distribute=True))
                        self._put(scope, inner, found)
            case KL() | Entropy() | Elbo():
                self._walk(_as_expectation(e), scope, factor, found)
            case Integral(body=Product(factors=factors), over=over):
                laws = [f for f in factors if isinstance(f, Density) and f.of == over]
                if not laws:
                    raise Irreducible(f"no density in the integrand is averaged over: {e!r}")
                rest = Product(tuple(f for f in factors if f is not laws[0]))
                self._walk(Expectation(laws[0], rest, over), scope, factor, found)
            case Expectation():
                self._average(e, scope, factor, found)
            case _ if _has_scope(e):
                raise Irreducible(f"{type(e).__name__} of an average: {e!r}")
            case _:
                self._put(scope, multiply(factor, read(opened(e), distribute=True)), found)

    def _average(self, e: Expectation, scope: Scope, factor: Linear, found: Parts) -> None:
        if not _family_factors(e.law):
            names = {v: self._fresh(v) for v in e.over}
            law, body = substitute(e.law, names), substitute(e.body, names)
            mean = Mean(law, tuple(names.values()))
            self._walk(body, (*scope, mean), factor, found)
            return
        inside: Parts = {}
        self._walk(e.body, (), {UNIT: Fraction(1)}, inside)
        for inner, linear in inside.items():
            for monomial, coefficient in linear.items():
                term = as_expression({monomial: coefficient})
                averaged = self._family_mean(e, term, inner)
                again = multiply(factor, read(opened(averaged), distribute=True))
                self._put((*scope, *inner), again, found)

    def _family_mean(self, e: Expectation, term: Expression, inner: Scope) -> Expression:
        """The mean of one term, under the factors of the law that its variables belong to."""
        bound = {v for v in free_variables(term) if any(covers(o, v) for o in e.over)}
        while bound:
            law = _law_of(bound, e.law, inner)
            assert isinstance(law.argument, Value)
            try:
                form = expectation(law, term)
            except NoClosedForm as reason:
                raise Irreducible(str(reason)) from reason
            self.conditions += [p for p in form.positive if p not in self.conditions]
            term = form.value
            left = {v for v in free_variables(term) if any(covers(o, v) for o in e.over)}
            if left == bound:
                raise Irreducible(f"{term!r} still depends on what was averaged over")
            bound = left
        return term

    def _put(self, scope: Scope, linear: Linear, found: Parts) -> None:
        """Add a formula to a scope, term by term, each moved out of what it does not depend on."""
        for monomial, coefficient in linear.items():
            outer, moved = scope, {monomial: coefficient}
            while outer:
                last = outer[-1]
                used = _free(monomial)
                if isinstance(last, Mean):
                    if any(covers(o, v) for o in last.over for v in used):
                        break
                elif last.index in used:
                    break
                else:
                    count = read(opened(last.high - last.low + 1), distribute=True)
                    moved = multiply(moved, count)
                outer = outer[:-1]
            key = _sorted_scope(outer)
            names = _canonical(key)
            key = tuple(_renamed_frame(frame, names) for frame in key)
            renamed = read(substitute(as_expression(moved), names), distribute=True)
            found[key] = add(found.get(key, {}), renamed)

    def _fresh(self, variable: Variable) -> Variable:
        self.counter += 1
        return Variable(f"{variable.name}·{self.counter}", variable.space, variable.slot)


def _has_scope(e: Expression) -> bool:
    match e:
        case (
            IndexedSum() | IndexedProduct() | Expectation() | KL() | Entropy() | Elbo() | Integral()
        ):
            return True
    return any(map(_has_scope, children(e)))


def _is_product(e: Expression) -> bool:
    """Whether the logarithm of this is a sum of logarithms: nothing but products of positive
    terms."""
    match e:
        case IndexedProduct(body=body):
            return not _has_scope(body) or _is_product(body)
        case Product(factors=factors):
            return all(_is_product(f) or not _has_scope(f) for f in factors)
        case Power(base=base, exponent=exponent):
            return _is_product(base) and not _has_scope(exponent)
    return False


def _log_terms(argument: Expression) -> Iterator[Expression]:
    """log of a product of positive terms, as a list of terms."""
    match argument:
        case FamilyDensity():
            yield log_density(argument)
        case Product(factors=factors) if all(_is_positive(f) for f in factors):
            for factor in factors:
                yield from _log_terms(factor)
        case Power(base=base, exponent=exponent) if _is_positive(base):
            for term in _log_terms(base):
                yield exponent * term
        case IndexedProduct(body=body, index=index, low=low, high=high) if _is_positive(body):
            for term in _log_terms(body):
                yield IndexedSum(term, index, low, high)
        case _:
            if _has_scope(argument):
                raise Irreducible(f"the logarithm of {argument!r}")
            yield Log(argument)


def _is_positive(e: Expression) -> bool:
    match e:
        case Density():
            return True
        case IndexedProduct(body=body) | Power(base=body):
            return _is_positive(body)
        case Product(factors=parts):
            return all(map(_is_positive, parts))
    return is_positive(e)


def _as_expectation(e: KL | Entropy | Elbo) -> Expression:
    match e:
        case KL(first=first, second=second, over=over):
            return Expectation(first, Log(first) - Log(second), over)
        case Entropy(law=law, over=over):
            return Expectation(law, -Log(law), over)
        case Elbo(posterior=posterior, joint=joint, over=over):
            return Expectation(posterior, Log(joint) - Log(posterior), over)


def _family_factors(law: Expression) -> list[tuple[FamilyDensity, Total | None]]:
    """The families that the law is a product of; empty when it has other factors."""
    match law:
        case FamilyDensity():
            return [(law, None)]
        case IndexedProduct(body=FamilyDensity() as body, index=index, low=low, high=high):
            return [(body, Total(index, low, high))]
        case Product(factors=factors):
            found = [_family_factors(f) for f in factors]
            return [] if not all(found) else [pair for part in found for pair in part]
    return []


def _law_of(bound: set[Variable], law: Expression, inner: Scope) -> FamilyDensity:
    """The family of one of the variables, its index set to theirs."""
    for density, total in _family_factors(law):
        if not isinstance(density.argument, Value):
            continue
        argument = density.argument.variable
        for variable in sorted(bound, key=repr):
            if total is None and covers(argument, variable):
                return density
            for index in variable.indices if total is not None else ():
                renamed = _at_index(density, total, index, inner)
                if renamed is not None and renamed.argument == Value(variable):
                    return renamed
    raise Irreducible(f"no factor of {law!r} is the law of {min(bound, key=repr)!r}")


def _at_index(
    density: FamilyDensity, total: Total | None, index: Subscript, inner: Scope
) -> FamilyDensity | None:
    """The factor of ∏_d at the index of a sum over the same range; None where the ranges differ."""
    ranges = [f for f in inner if isinstance(f, Total) and f.index == index.variable]
    if total is None or index.variable is None or not ranges:
        return None
    if (ranges[0].low, ranges[0].high) != (opened(total.low), opened(total.high)):
        return None
    renamed = substitute(density, {total.index: index.variable})
    assert isinstance(renamed, FamilyDensity)
    return renamed


def _free(monomial: Monomial) -> frozenset[Variable]:
    used: frozenset[Variable] = frozenset()
    for base, exponent in monomial:
        used |= free_variables(exponent)
        used |= free_variables(base) if base != E_BASE else frozenset()
    return used


def _sorted_scope(scope: Scope) -> Scope:
    """Σ before E where the law does not depend on the index: the two commute."""
    result: list[Total | Mean] = []
    for frame in scope:
        place = len(result)
        if isinstance(frame, Total):
            while place and isinstance(result[place - 1], Mean):
                law = result[place - 1].law  # type: ignore[union-attr]
                if frame.index in free_variables(law):
                    break
                place -= 1
        result.insert(place, frame)
    return tuple(result)


def _canonical(scope: Scope) -> dict[Variable, Variable]:
    """Names for what a scope binds that depend on its place alone."""
    names: dict[Variable, Variable] = {}
    for depth, frame in enumerate(scope):
        bound = frame.over if isinstance(frame, Mean) else (frame.index,)
        for k, v in enumerate(sorted(bound, key=lambda v: v.slot)):
            stem = v.name.split("·")[0] if isinstance(frame, Total) else v.slot
            stem = "i" if isinstance(frame, Total) else stem
            names[v] = Variable(f"{stem}·{depth}{k}", v.space, v.slot, v.indices)
    return names


def _renamed_frame(frame: Total | Mean, names: dict[Variable, Variable]) -> Total | Mean:
    if isinstance(frame, Total):
        low, high = substitute(frame.low, names), substitute(frame.high, names)
        return Total(names[frame.index], low, high)
    over = tuple(sorted((names[v] for v in frame.over), key=lambda v: v.slot))
    return Mean(substitute(frame.law, names), over)


def _insert(expression: Expression, family: Family) -> Expression:
    """The formula for every occurrence of the density that the assumption defines."""
    expression = map_children(expression, lambda child: _insert(child, family))
    pattern = family.density
    if not isinstance(expression, Density) or expression.letter != pattern.letter:
        return expression
    here = {v.slot: v for v in (*expression.of, *expression.given)}
    slots = ([v.slot for v in side] for side in (expression.of, expression.given))
    wanted = ([v.slot for v in side] for side in (pattern.of, pattern.given))
    if [sorted(s) for s in slots] != [sorted(w) for w in wanted]:
        return expression
    names = {v: here[v.slot] for v in (*pattern.of, *pattern.given) if v != here[v.slot]}
    return substitute(family.definition, names)


def at_number(expression: Expression, variable: Variable, number: int) -> Expression:
    """The expression with a count at a number, and the sums over it written out."""
    return written_out(substitute(expression, {variable: Number(Fraction(number))}))


def written_out(expression: Expression) -> Expression:
    """Every Σ and ∏ with whole limits as a sum or product of terms."""
    expression = map_children(expression, written_out)
    if not isinstance(expression, IndexedSum | IndexedProduct):
        return expression
    low, high = (as_expression(read(e, distribute=True)) for e in (expression.low, expression.high))
    if not (isinstance(low, Number) and isinstance(high, Number)):
        return expression
    terms = tuple(
        substitute(expression.body, {expression.index: Number(Fraction(k))})
        for k in range(int(low.value), int(high.value) + 1)
    )
    return Sum(terms) if isinstance(expression, IndexedSum) else Product(terms)
