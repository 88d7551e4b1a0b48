"""What a family of distributions tells: its log density as an expression, and the moments of its
sufficient statistics.

A KL divergence or an entropy follows from these by linearity alone: no integral is computed.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from vaetheory.language.expressions import (
    Expression,
    FamilyDensity,
    Operand,
    Value,
    to_expression,
)
from vaetheory.language.variables import Space


@dataclass(frozen=True, slots=True)
class ParameterOf:
    """A parameter of a family: its usual name in TeX and the space that it lives in."""

    name: str
    space: Space


@dataclass(frozen=True, slots=True)
class Moment:
    """An expectation in the parameters, and the expressions that must be positive for it to
    exist."""

    value: Expression
    positive: tuple[Expression, ...] = ()


class FamilyOfDistributions:
    """One family. A final subclass per file; the formulas are in its docstring.

    ``moments`` lists the statistics with a name of their own; the ``…_moment`` methods give whole
    classes of them, E[x^s], E[e^{tx}] and E|x − c|, which is how a divergence to the same family
    with *other* parameters comes out.
    """

    name: ClassVar[str]
    tex: ClassVar[str]
    parameters: ClassVar[tuple[ParameterOf, ...]]
    support: ClassVar[Space]

    def __call__(self, argument: Operand, *parameters: Operand) -> FamilyDensity:
        """The density at ``argument``. Raises TypeError when the number of parameters is not the
        family's."""
        self.spaces(len(parameters))
        values = tuple(map(to_expression, parameters))
        return FamilyDensity(self.name, to_expression(argument), values)

    def spaces(self, count: int) -> tuple[ParameterOf, ...]:
        """The parameters, where there are ``count`` of them. Raises TypeError where there cannot
        be."""
        if count != len(self.parameters):
            names = ", ".join(p.name for p in self.parameters)
            raise TypeError(f"{self.name} takes the parameters ({names}), not {count} of them")
        return self.parameters

    @abstractmethod
    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """log f(argument; parameters), in nats, as an expression without FamilyDensity nodes."""

    @abstractmethod
    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """Pairs (statistic, its expectation): T(x) as an expression in ``argument``, E[T] in the
        parameters."""

    def power_moment(self, exponent: Expression, *parameters: Expression) -> Moment | None:
        """E[x^s], None where there is no closed form for a general s."""
        return None

    def exponential_moment(self, rate: Expression, *parameters: Expression) -> Moment | None:
        """E[e^{tx}], None where there is no closed form."""
        return None

    def absolute_moment(self, center: Expression, *parameters: Expression) -> Moment | None:
        """E|x − c|, None where there is no closed form."""
        return None

    def lower_edge(self, *parameters: Expression) -> Expression | None:
        """Where the support begins, when that depends on the parameters."""
        return None


def component(argument: Expression, number: int) -> Expression:
    """x_k for the argument x of a family on vectors. Raises TypeError when it is not a variable."""
    if not isinstance(argument, Value):
        raise TypeError(f"a vector of a family must be a variable, not {argument!r}")
    return Value(argument.variable[number])
