"""The Laplace distribution on the real line."""

from __future__ import annotations

from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.special import absolute
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import exp, log
from vaetheory.language.variables import Reals


class Laplace(FamilyOfDistributions):
    """Laplace(x; μ, b) = e^{−|x − μ| / b} / (2b).

    log f = −log 2b − |x − μ| / b;  E|x − c| = |μ − c| + b e^{−|μ − c| / b},  E[x] = μ,
    E[x²] = μ² + 2b².
    """

    name = "laplace"
    tex = r"\operatorname{Laplace}"
    parameters = (ParameterOf(r"\mu", Reals()), ParameterOf("b", Reals(positive=True)))
    support = Reals()

    def log_density(self, argument: Expression, *parameters: Expression) -> Expression:
        """−log 2b − |x − μ| / b."""
        location, scale = parameters
        return -log(2 * scale) - absolute(argument - location) / scale

    def moments(
        self, argument: Expression, *parameters: Expression
    ) -> tuple[tuple[Expression, Expression], ...]:
        """E[x] = μ, E[x²] = μ² + 2b² and E|x − μ| = b."""
        location, scale = parameters
        return (
            (argument, location),
            (argument**2, location**2 + 2 * scale**2),
            (absolute(argument - location), scale),
        )

    def absolute_moment(self, center: Expression, *parameters: Expression) -> Moment:
        """|μ − c| + b e^{−|μ − c| / b}."""
        location, scale = parameters
        distance = absolute(location - center)
        return Moment(distance + scale * exp(-distance / scale))

    def exponential_moment(self, rate: Expression, *parameters: Expression) -> Moment:
        """e^{μt} / (1 − b²t²), for |t| < 1/b."""
        location, scale = parameters
        room = 1 - scale**2 * rate**2
        return Moment(exp(location * rate) / room, (room,))


laplace = Laplace()
