"""Rules that know only arithmetic and the logarithm."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.calculus.algebra import expand, read, terms_of
from vaetheory.calculus.linear import E_BASE, as_expression
from vaetheory.calculus.ranges import is_count
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    Expression,
    IndexedProduct,
    IndexedSum,
    Log,
    Number,
    Power,
    Product,
    Sum,
)
from vaetheory.rules.rule import Assumptions, rule


@rule("rearrangement", "Rearrangement", r"a\cdot\frac{b}{b}=a", "what is cancelled is not zero")
def rearrangement(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Order, brackets and cancelling: multiplying by one, or adding zero, changes nothing."""
    del e, assumptions
    return None


@rule("algebra", "Algebra", r"a(b+c)=ab+ac")
def algebra(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Multiplying out and collecting terms: the arithmetic of ordinary numbers."""
    del assumptions
    expanded = expand(e)
    return expanded if expanded != e else None


@rule(
    "log-of-product",
    "Logarithm of a product",
    r"\log\frac{a\,b}{c}=\log a+\log b-\log c",
    "a, b, c > 0",
)
def log_of_product(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The logarithm turns products into sums, quotients into differences, powers into factors."""
    del assumptions
    match e:
        case Log(argument=Product(factors=factors)):
            return Sum(tuple(Log(f) for f in factors))
        case Log(argument=Power(base=base, exponent=exponent)):
            return exponent * Log(base)
        case Log(argument=IndexedProduct() as inner):
            return IndexedSum(Log(inner.body), inner.index, inner.low, inner.high)
    return None


@rule("log-of-exp", "Logarithm of an exponential", r"\log e^{a}=a")
def log_of_exp(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The logarithm undoes the exponential function."""
    del assumptions
    if isinstance(e, Log):
        form = read(e.argument, distribute=False)
        if len(form) == 1:
            ((monomial, coefficient),) = form.items()
            if coefficient == 1 and len(monomial) == 1 and monomial[0][0] == E_BASE:
                return monomial[0][1]
    return None


@rule("linearity-of-sum", "Linearity of the sum", r"\sum_d (a\,f_d+b\,g_d)=a\sum_d f_d+b\sum_d g_d")
def linearity_of_sum(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A sum over an index splits over its terms, and what does not carry the index comes out; n
    equal terms are n times one.
    """
    del assumptions
    if isinstance(e, IndexedSum):
        return _split_sum(e)
    return None


def _split_sum(e: IndexedSum) -> Expression | None:
    form = terms_of(e.body)
    parts: list[Expression] = []
    for monomial, coefficient in form.items():
        inside = tuple(
            f for f in monomial if e.index in free_variables(f[0]) | free_variables(f[1])
        )
        outside = tuple(f for f in monomial if f not in inside)
        factor = as_expression({outside: coefficient})
        if inside:
            parts.append(
                factor * IndexedSum(as_expression({inside: Fraction(1)}), e.index, e.low, e.high)
            )
        elif is_count(e.low, e.high):
            parts.append(factor * (e.high - e.low + 1))
        else:
            return None
    new = Sum(tuple(parts)) if len(parts) != 1 else parts[0]
    return new if new != e else None


@rule("log-of-power", "Logarithm of a power", r"\log a^{n}=n\log a", "a > 0")
def log_of_power(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The logarithm turns an exponent into a factor."""
    del assumptions
    if not isinstance(e, Log):
        return None
    form = read(e.argument, distribute=False)
    if len(form) != 1:
        return None
    ((monomial, coefficient),) = form.items()
    exponents = [n.value for _, n in monomial if isinstance(n, Number)]
    sizes = {abs(n) for n in exponents}
    if coefficient != 1 or len(exponents) != len(monomial) or len(sizes) != 1 or sizes == {1}:
        return None
    (power,) = sizes
    factors = zip((base for base, _ in monomial), exponents, strict=True)
    base = as_expression({tuple((b, Number(n / power)) for b, n in factors): Fraction(1)})
    return power * Log(base)
