"""What a family of distributions tells: its log density as an expression, and the moments of its sufficient statistics.

A KL divergence or an entropy follows from these by linearity alone: no integral is computed.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from vaetheory.language.expressions import Expression, FamilyDensity, Operand, to_expression
from vaetheory.language.variables import Space


@dataclass(frozen=True, slots=True)
class ParameterOf:
    """A parameter of a family: its usual name in TeX and the space that it lives in."""

    name: str
    space: Space


class FamilyOfDistributions:
    """One family. A final subclass per file; the formulas are in its docstring."""

    name: ClassVar[str]
    tex: ClassVar[str]
    parameters: ClassVar[tuple[ParameterOf, ...]]
    support: ClassVar[Space]

    def __call__(self, argument: Operand, *parameters: Operand) -> FamilyDensity:
        """The density at ``argument``. Raises TypeError when the number of parameters is not the family's."""
        if len(parameters) != len(self.parameters):
            names = ", ".join(p.name for p in self.parameters)
            raise TypeError(f"{self.name} takes the parameters ({names}), not {len(parameters)} of them")
        return FamilyDensity(self.name, to_expression(argument), tuple(map(to_expression, parameters)))

    @abstractmethod
    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """log f(argument; parameters), in nats, as an expression without FamilyDensity nodes."""

    @abstractmethod
    def moments(self, argument: Expression, *parameters: Expression) -> tuple[tuple[Expression, Expression], ...]:
        """Pairs (statistic, its expectation): T(x) as an expression in ``argument``, E[T] in the parameters."""
