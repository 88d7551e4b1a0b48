"""KL divergences, entropies and other expectations under a family, by linearity and moments alone.

The body is written as a linear combination of statistics of the argument, with coefficients that do
not depend on it; each statistic is replaced by its moment. No integral is computed, so there is
nothing that could come back wrong or not at all; where a moment is not known, NoClosedForm says
which.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from vaetheory.calculus.algebra import read
from vaetheory.calculus.linear import E_BASE, ONE, Linear, Monomial, as_expression
from vaetheory.language.binding import covers, free_variables, substitute
from vaetheory.language.distributions import FamilyOfDistributions, Moment, family
from vaetheory.language.distributions.special import ABSOLUTE
from vaetheory.language.expressions import (
    Exp,
    Expression,
    FamilyDensity,
    Function,
    Log,
    Number,
    Pi,
    Power,
    Product,
    Sum,
    Value,
    map_children,
)
from vaetheory.language.variables import FiniteSet, Integers, Interval, Reals, Space, Variable


class NoClosedForm(ValueError):
    """Linearity and the moments that are known do not give it; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """The value, in nats, with what must be positive (or, ``nonnegative``, at least zero) for it
    to hold."""

    value: Expression
    positive: tuple[Expression, ...] = ()
    nonnegative: tuple[Expression, ...] = ()


def kl_divergence(first: FamilyDensity, second: FamilyDensity) -> ClosedForm:
    """KL[first ‖ second] = E_first[log first − log second].

    Both must have the same variable as their argument. Raises NoClosedForm where a moment is
    missing,
    or where the support of the first is not inside that of the second.
    """
    if first.argument != second.argument:
        raise ValueError(f"{first!r} and {second!r} are not densities in one variable")
    ours, theirs = family(first.family), family(second.family)
    same_size = len(first.parameters) == len(second.parameters)
    if not inside(ours.support, theirs.support) or (ours is theirs and not same_size):
        raise NoClosedForm(f"{first!r} gives mass to points where {second!r} gives none")
    edges: tuple[Expression, ...] = ()
    edge = theirs.lower_edge(*second.parameters)
    if edge is not None:
        own = ours.lower_edge(*first.parameters)
        if own is None:
            raise NoClosedForm(f"{first!r} gives mass to points below {edge!r}, {second!r} none")
        edges = (own - edge,)
    ratio = log_density(first) - log_density(second)
    form = expectation(first, ratio)
    return ClosedForm(form.value, form.positive, edges)


def entropy(law: FamilyDensity) -> ClosedForm:
    """H[law] = −E[log law]; differential for continuous laws. Raises NoClosedForm."""
    return expectation(law, -log_density(law))


def expectation(law: FamilyDensity, body: Expression) -> ClosedForm:
    """E_law[body]. Raises NoClosedForm, naming the statistic whose mean is not known."""
    if not isinstance(law.argument, Value):
        raise NoClosedForm(f"the argument of {law!r} is not a variable")
    return _Mean(law, law.argument.variable).of(body)


def log_density(law: FamilyDensity) -> Expression:
    """log of the density, as a formula."""
    return family(law.family).log_density(law.argument, *law.parameters)


def inside(first: Space, second: Space) -> bool:
    """Whether the first support lies in the second, with the same base measure."""
    match first, second:
        case FiniteSet(size=a), FiniteSet(size=b):
            return a == b
        case FiniteSet(size=2), Integers(low=low):
            return low <= 0
        case (Integers(), Integers()):
            return True
        case (Reals() | Interval(), Reals(positive=False)):
            return True
        case (Reals(positive=True), Reals(positive=True)):
            return True
        case Interval(low=low), Reals(positive=True):
            return low >= 0
        case Interval(), Interval():
            return first == second
    return False


@dataclass(frozen=True)
class _Mean:
    """Means under one law."""

    law: FamilyDensity
    argument: Variable

    @property
    def family(self) -> FamilyOfDistributions:
        return family(self.law.family)

    def of(self, body: Expression) -> ClosedForm:
        table = self._table()
        terms: list[Expression] = []
        positive: list[Expression] = []
        for monomial, coefficient in read(opened(body), distribute=True).items():
            free, statistic = self._split(monomial)
            moment = self._moment(statistic, table)
            positive += [p for p in moment.positive if p not in positive]
            known = () if coefficient == 1 else (Number(coefficient),)
            factors = (*known, *map(_as_power, free), moment.value)
            terms.append(factors[0] if len(factors) == 1 else Product(factors))
        value = Sum(tuple(terms)) if len(terms) != 1 else terms[0]
        return ClosedForm(value, tuple(positive))

    def _depends(self, expression: Expression) -> bool:
        return any(covers(self.argument, v) for v in free_variables(expression))

    def _split(self, monomial: Monomial) -> tuple[Monomial, Monomial]:
        """The factors that do not depend on the argument, and those that do; e^{a + bx} is both."""
        free: list[tuple[Expression, Expression]] = []
        bound: list[tuple[Expression, Expression]] = []
        for base, exponent in monomial:
            if not self._depends(base) and not self._depends(exponent):
                free.append((base, exponent))
            elif base == E_BASE:
                outside: Linear = {}
                inner: Linear = {}
                for m, c in read(exponent, distribute=True).items():
                    part = inner if any(self._depends(_as_power(f)) for f in m) else outside
                    part[m] = c
                if outside:
                    free.append((E_BASE, as_expression(outside)))
                bound.append((E_BASE, as_expression(inner)))
            else:
                bound.append((base, exponent))
        return tuple(free), tuple(bound)

    def _table(self) -> dict[Monomial, Expression]:
        pairs = self.family.moments(self.law.argument, *self.law.parameters)
        table: dict[Monomial, Expression] = {(): ONE}
        for statistic, mean in pairs:
            ((monomial, coefficient),) = read(opened(statistic), distribute=True).items()
            if coefficient != 1:
                raise ValueError(
                    f"the statistic {statistic!r} of {self.law.family} has a coefficient"
                )
            table[monomial] = mean
        return table

    def _moment(self, statistic: Monomial, table: dict[Monomial, Expression]) -> Moment:
        if statistic in table:
            return Moment(table[statistic])
        found: Moment | None = None
        parameters = self.law.parameters
        if len(statistic) == 1:
            base, exponent = statistic[0]
            if base == self.law.argument and not self._depends(exponent):
                found = self.family.power_moment(exponent, *parameters)
            elif base == E_BASE:
                rate = self._slope(exponent)
                found = None if rate is None else self.family.exponential_moment(rate, *parameters)
            elif isinstance(base, Function) and base.name == ABSOLUTE and exponent == ONE:
                center = self._center(base.arguments[0])
                if center is not None:
                    found = self.family.absolute_moment(center, *parameters)
        if self.family.support == FiniteSet(2):
            # on {0, 1} every mean is a sum of two terms
            (p,) = parameters
            body = as_expression({statistic: Fraction(1)})
            at = [substitute(body, {self.argument: Number(Fraction(k))}) for k in (0, 1)]
            found = Moment((1 - p) * at[0] + p * at[1])
        if found is None:
            text = as_expression({statistic: Fraction(1)})
            raise NoClosedForm(f"the mean of {text!r} under {self.law!r} is not known")
        return found

    def _slope(self, exponent: Expression) -> Expression | None:
        """t where the exponent is t·x."""
        slope: Linear = {}
        for monomial, coefficient in read(exponent, distribute=True).items():
            rest = tuple(f for f in monomial if f != (self.law.argument, ONE))
            if len(rest) != len(monomial) - 1 or any(self._depends(_as_power(f)) for f in rest):
                return None
            slope[rest] = coefficient
        return as_expression(slope)

    def _center(self, inside: Expression) -> Expression | None:
        """c where the expression is ±(x − c)."""
        linear = read(inside, distribute=True)
        sign = linear.pop(((self.law.argument, ONE),), None)
        if sign not in (1, -1) or self._depends(as_expression(linear)):
            return None
        return as_expression({m: -c * sign for m, c in linear.items()})


def _as_power(factor: tuple[Expression, Expression]) -> Expression:
    base, exponent = factor
    if base == E_BASE:
        return Exp(exponent)
    return base if exponent == ONE else Power(base, exponent)


def opened(expression: Expression) -> Expression:
    """Logarithms of densities, products, powers and exponentials of positive terms, written out."""
    if isinstance(expression, Log):
        match expression.argument:
            case FamilyDensity() as law:
                return opened(log_density(law))
            case Product(factors=factors) if all(map(is_positive, factors)):
                return Sum(tuple(opened(Log(f)) for f in factors))
            case Power(base=base, exponent=exponent) if is_positive(base):
                return opened(exponent) * opened(Log(base))
            case Exp(argument=argument):
                return opened(argument)
    return map_children(expression, opened)


def is_positive(expression: Expression) -> bool:
    """Whether the form alone says that the value is positive."""
    match expression:
        case Number(value=value):
            return value > 0
        case Value(variable=Variable(space=Reals(positive=True) | Interval(low=0))):
            return True
        case Function(name=Variable(space=Reals(positive=True) | Interval(low=0))):
            return True
        case Exp() | Pi() | FamilyDensity():
            return True
        case Power(base=base):
            return is_positive(base)
        case Product(factors=parts) | Sum(terms=parts):
            return all(map(is_positive, parts))
    return False
