"""The normal form of the probability calculus.

Every expression becomes a linear combination of monomials in *joint* densities, logarithms of joint
densities, integrals that nothing further can be taken out of, and atoms of other kinds. Two
expressions with one normal form are equal in every world with positive densities whose integrals
converge absolutely; the converse does not hold.
"""

from __future__ import annotations

from fractions import Fraction

from vaetheory.calculus.algebra import arrange, expand, read
from vaetheory.calculus.independence import Relations
from vaetheory.calculus.integrals import integrate
from vaetheory.calculus.linear import (
    E_BASE,
    ONE,
    UNIT,
    ZERO,
    CalculusError,
    Linear,
    Monomial,
    add,
    as_expression,
    multiply,
    times,
)
from vaetheory.calculus.logarithms import log_of
from vaetheory.calculus.positivity import positive
from vaetheory.calculus.ranges import is_count, values
from vaetheory.calculus.scores import depends, gradient, unmixed
from vaetheory.calculus.unfold import unfold
from vaetheory.language.assumptions import Assumption
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.distributions import family
from vaetheory.language.expressions import (
    Density,
    Exp,
    Expression,
    FamilyDensity,
    Gradient,
    IndexedProduct,
    IndexedSum,
    Integral,
    Log,
    Number,
    Power,
    Product,
    Sum,
    map_children,
)
from vaetheory.language.variables import Variable

_MAX_EXPANDED_POWER = 4


class Calculus:
    """The normal form under some assumptions. ``normal`` gives an expression, so that results
    can be compared and read.
    """

    def __init__(self, assumptions: tuple[Assumption, ...] = ()) -> None:
        self.assumptions = assumptions
        self.relations = Relations(assumptions)
        # what the indices of the sums around the current term run over
        self.ranges: dict[Variable, tuple[Expression, Expression]] = {}
        self._known: dict[Expression, Linear] = {}

    @property
    def known(self) -> int:
        """How many normal forms are remembered."""
        return len(self._known)

    def normal(self, expression: Expression) -> Expression:
        """The normal form, with bound variables canonically named."""
        return expand(as_expression(self.linear(expression)))

    def equal(self, left: Expression, right: Expression) -> bool:
        """Whether left − right has the normal form 0. False means only that no proof was found."""
        return self.normal(left - right) == ZERO

    def linear(self, expression: Expression) -> Linear:
        """The normal form as a linear combination of monomials; its receiver must not change it."""
        if self.ranges:
            return self._linear(expression)
        found = self._known.get(expression)
        if found is None:
            found = self._known[expression] = self._linear(expression)
        return found

    def _linear(self, expression: Expression) -> Linear:
        definition = unfold(expression)
        if definition is not None:
            return self.linear(definition)
        match expression:
            case Number(value=value):
                return {UNIT: value} if value else {}
            case Sum(terms=terms):
                total: Linear = {}
                for term in terms:
                    total = add(total, self.linear(term))
                return total
            case Product(factors=factors):
                result: Linear = {UNIT: Fraction(1)}
                for factor in factors:
                    result = multiply(result, self.linear(factor))
                return result
            case Power():
                return self._power(expression)
            case Density(of=of, given=given):
                joint = self._joint(Density(expression.letter, of + given))
                return {
                    times(joint, _inverse(self._joint(Density(expression.letter, given))))
                    if given
                    else joint: Fraction(1)
                }
            case Log(argument=FamilyDensity() as density):
                return self.linear(
                    family(density.family).log_density(density.argument, *density.parameters)
                )
            case Log(argument=IndexedProduct() as product):
                return self.linear(
                    IndexedSum(Log(product.body), product.index, product.low, product.high)
                )
            case Log(argument=argument):
                return log_of(self, self.linear(argument))
            case Exp(argument=Log(argument=argument)):
                return self.linear(argument)
            case Exp(argument=argument):
                return self._exp(self.linear(argument))
            case Integral(body=body, over=over):
                total = {}
                for monomial, coefficient in self.linear(body).items():
                    total = add(total, integrate(self, monomial, over), coefficient)
                return total
            case IndexedSum():
                return self._indexed_sum(expression)
            case IndexedProduct(index=index):
                unrolled = values(expression)
                if unrolled is not None:
                    return self.linear(
                        Product(tuple(substitute(expression.body, {index: v}) for v in unrolled))
                    )
            case Gradient(body=body, parameter=parameter):
                return self._gradient(body, parameter)
        return {((map_children(expression, self.normal), ONE),): Fraction(1)}

    def _gradient(self, body: Expression, parameter: str) -> Linear:
        assumptions = unmixed(self.assumptions, parameter)
        if assumptions == self.assumptions:
            return gradient(self, self.linear(body), parameter)
        inner = Calculus(assumptions)
        return (
            {((Gradient(inner.normal(body), parameter), ONE),): Fraction(1)}
            if depends(inner, body, parameter)
            else {}
        )

    def _joint(self, density: Density) -> Monomial:
        density = Density(
            density.letter, tuple(sorted(density.of, key=lambda v: (v.slot, repr(v))))
        )
        formula = self.relations.definition(density)
        if formula is not None:
            ((monomial, _),) = self.linear(formula[0]).items()
            return times(monomial, self._joint(formula[1])) if formula[1] else monomial
        parts = self.relations.split(density)
        if parts is None:
            return ((density, ONE),)
        result: Monomial = ()
        for part, power in parts:
            below = self._joint(part)
            result = times(result, below if power == 1 else raised(below, Fraction(power)))
        return result

    def _power(self, expression: Power) -> Linear:
        base, exponent = self.linear(expression.base), self.normal(expression.exponent)
        if not base and isinstance(exponent, Number) and exponent.value < 0:
            raise CalculusError(f"a division by {expression.base!r}, which is zero")
        if (
            len(base) > 1
            and isinstance(exponent, Number)
            and exponent.value in range(1, _MAX_EXPANDED_POWER + 1)
        ):
            result = base
            for _ in range(int(exponent.value) - 1):
                result = multiply(result, base)
            return result
        form = expand(Power(as_expression(base), exponent))
        return _read_back(form)

    def _exp(self, exponent: Linear) -> Linear:
        """exp(Σ c log f + rest) = ∏ f^c · exp(rest), for those f that are positive: log a² = 2
        log a has lost a sign.
        """
        result: Monomial = ()
        rest: Linear = {}
        for monomial, coefficient in exponent.items():
            match monomial:
                case ((Log(argument=argument), power),) if power == ONE and positive(argument):
                    result = times(result, ((argument, Number(coefficient)),))
                case _:
                    rest[monomial] = coefficient
        if rest:
            result = times(result, ((E_BASE, as_expression(rest)),))
        return {result: Fraction(1)}

    def _indexed_sum(self, expression: IndexedSum) -> Linear:
        index = expression.index
        unrolled = values(expression)
        if unrolled is not None:
            return self.linear(
                Sum(tuple(substitute(expression.body, {index: v}) for v in unrolled))
            )
        low, high = self.normal(expression.low), self.normal(expression.high)
        total: Linear = {}
        for monomial, coefficient in self._summand(expression, low, high).items():
            inside = tuple(
                f for f in monomial if index in free_variables(f[0]) | free_variables(f[1])
            )
            outside = tuple(f for f in monomial if f not in inside)
            if inside or not is_count(low, high):
                term = IndexedSum(as_expression({inside: Fraction(1)}), index, low, high)
                summed: Linear = {((arrange(term), ONE),): Fraction(1)}
            else:
                summed = self.linear(high - low + 1)
            total = add(total, multiply(summed, {outside: Fraction(1)}), coefficient)
        return total

    def _summand(self, expression: IndexedSum, low: Expression, high: Expression) -> Linear:
        around = self.ranges
        self.ranges = {**around, expression.index: (low, high)}
        try:
            return self.linear(expression.body)
        finally:
            self.ranges = around


def raised(monomial: Monomial, power: Fraction) -> Monomial:
    """The monomial to a rational power."""
    return tuple((base, expand(exponent * power)) for base, exponent in monomial)


def _inverse(monomial: Monomial) -> Monomial:
    return raised(monomial, Fraction(-1))


def _read_back(expression: Expression) -> Linear:
    return read(expression, distribute=True)
