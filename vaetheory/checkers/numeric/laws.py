"""Laws of a slot that assumptions give: by a formula (Family), or as the density of another letter
(SameDensity)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vaetheory.checkers.numeric.backend import Array
from vaetheory.checkers.numeric.carriers import Components
from vaetheory.checkers.numeric.context import Context
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.evaluate import log_value
from vaetheory.checkers.numeric.sampling import draw_from_families
from vaetheory.language.expressions import (
    Density,
    Expression,
    FamilyDensity,
    IndexedProduct,
    Product,
)
from vaetheory.language.variables import Variable

Values = Mapping[str, Components]


@dataclass(frozen=True)
class Defined:
    """The law is a formula in the variable and its parents."""

    variable: Variable
    given: tuple[Variable, ...]
    definition: Expression

    def _bind(self, context: Context, slot: str, values: Values) -> Context:
        for variable in self.given:
            context = context.bind(context.key(variable), values[variable.slot])
        if slot in values:
            context = context.bind(context.key(self.variable), values[slot])
        return context

    def log_density(self, context: Context, slot: str, values: Values) -> Array:
        """log of the formula."""
        return log_value(self.definition, self._bind(context, slot, values))

    def sample(self, context: Context, slot: str, u: Components, values: Values) -> Components:
        """A draw, component by component."""
        kept = {s: v for s, v in values.items() if s != slot}
        drawn = draw_from_families(
            self.definition, self.variable, u, self._bind(context, slot, kept)
        )
        if drawn is None:
            raise CannotEvaluate(f"no way to draw {self.variable!r} from {self.definition!r}")
        return drawn

    def can_draw(self, context: Context, slot: str) -> bool:
        """Families have quantile functions; a formula made of anything else has none."""
        return all(isinstance(f, FamilyDensity) for f in _factors(self.definition))


@dataclass(frozen=True)
class Borrowed:
    """The law is a density of another letter."""

    density: Density

    def log_density(self, context: Context, slot: str, values: Values) -> Array:
        """log of the other letter's density."""
        joint = context.world.joint(self.density.letter)
        given = {v.slot: values[v.slot] for v in self.density.given}
        return joint.log_density(context, {slot: values[slot]}, given)

    def sample(self, context: Context, slot: str, u: Components, values: Values) -> Components:
        """A draw, where the other letter has it as one of its factors."""
        joint = context.world.joint(self.density.letter)
        given = {v.slot: values[v.slot] for v in self.density.given}
        return joint.draw(context, (slot,), given, {slot: u})[slot]

    def can_draw(self, context: Context, slot: str) -> bool:
        """Whether the other letter draws it without going through slots of its own."""
        joint = context.world.joint(self.density.letter)
        given = tuple(v.slot for v in self.density.given)
        return joint.can_sample(context, (slot,), given) and joint.to_draw((slot,), given) == (
            slot,
        )


def _factors(definition: Expression) -> tuple[Expression, ...]:
    match definition:
        case Product(factors=factors):
            return tuple(f for factor in factors for f in _factors(factor))
        case IndexedProduct(body=body):
            return _factors(body)
    return (definition,)
