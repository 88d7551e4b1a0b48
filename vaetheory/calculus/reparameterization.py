"""Means under a law that is reparameterized, as means over the noise.

Under z = g(ε), E_{q(z)}[f(z)] = E_{p(ε)}[f(g(ε))]: the right side has a law that no parameter
moves, and moments that are known where the noise is normal.
"""

from __future__ import annotations

from vaetheory.language.assumptions import Assumption, Reparameterized
from vaetheory.language.binding import covers, free_variables, substitute
from vaetheory.language.expressions import (
    Density,
    Expectation,
    Expression,
    FamilyDensity,
    MutualInformation,
    Value,
    map_children,
    walk,
)
from vaetheory.language.variables import Variable


def over_noise(e: Expression, assumptions: tuple[Assumption, ...]) -> Expression:
    """The expression with every mean under a reparameterized density as a mean over its noise.

    A mean of what has a density at the variable is left as it is: a density is not asked for its
    value at g(ε).
    """
    for assumption in assumptions:
        if isinstance(assumption, Reparameterized):
            density = _density_of(assumption.variable, e)
            noise = noise_of(assumption)
            if density is not None and noise is not None:
                e = _moved(e, assumption, density, noise)
    return e


def noise_of(assumption: Reparameterized) -> Variable | None:
    """The variable that the noise is the law of, where that is one."""
    match assumption.noise:
        case Density(of=(variable,)) | FamilyDensity(argument=Value(variable=variable)):
            return variable
    return None


def _density_of(variable: Variable, e: Expression) -> Density | None:
    """The density of the reparameterized variable: q's where several letters have one."""
    found = {n for n in walk(e) if isinstance(n, Density) and _slots(n) == (variable.slot,)}
    own = {d for d in found if d.letter.name == "q"} or found
    return next(iter(own)) if len({(d.letter, d.given) for d in own}) == 1 else None


def _slots(density: Density) -> tuple[str, ...]:
    return tuple(v.slot for v in density.of)


def _moved(
    e: Expression, assumption: Reparameterized, density: Density, noise: Variable
) -> Expression:
    e = map_children(e, lambda child: _moved(child, assumption, density, noise))
    match e:
        case Expectation(law=Density(letter=letter, of=(own,), given=given), over=(variable,)) if (
            own == variable
            and (letter, given) == (density.letter, density.given)
            and own.slot == assumption.variable.slot
            and noise not in free_variables(e)
            and not _at_a_density(e.body, variable)
        ):
            body = substitute(e.body, {variable: assumption.transform})
            return Expectation(assumption.noise, body, (noise,))
    return e


def _at_a_density(body: Expression, variable: Variable) -> bool:
    """Whether a density, or what is made of some, is taken at the variable, or a component of it
    stands alone: there no expression can be put in.
    """
    if any(covers(variable, v) and v != variable for v in free_variables(body)):
        return True
    return any(
        isinstance(node, Density | MutualInformation) and variable in free_variables(node)
        for node in walk(body)
    )
