"""What a gradient moves: by default ∇_θ the densities of p and ∇_φ those of q."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.language.assumptions import Family, Owns
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import Function, Letter, walk
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Variable
from vaetheory.worlds.draws import Draws
from vaetheory.worlds.signature import Signature

DEFAULT_OWNERS = {"\\theta": "p", "\\phi": "q", "θ": "p", "φ": "q"}


def owned_letters(statement: Statement, signature: Signature, parameter: str) -> set[Letter]:
    """The letters that a parameter moves: as assumed, else θ the letter p, φ the letter q."""
    owners = [a for a in statement.assumptions if isinstance(a, Owns)]
    if named := {a.letter for a in owners if a.parameter == parameter}:
        return named
    claimed = {a.letter for a in owners}
    default = DEFAULT_OWNERS.get(parameter)
    return {
        letter for letter in signature.letters if letter.name == default and letter not in claimed
    }


def moves(statement: Statement, signature: Signature, mover: str, variable: Variable) -> bool:
    """Whether a parameter or a function moves: by name, or in a family that the mover owns."""
    if not mover:
        return False
    if mover in (variable.name, repr(variable)):
        return True
    owned = owned_letters(statement, signature, mover)
    return any(
        assumption.density.letter in owned and variable in _parameters_of(assumption)
        for assumption in statement.assumptions
        if isinstance(assumption, Family)
    )


def named_variable(signature: Signature, parameter: str) -> bool:
    """Whether a gradient's parameter is the name of a random variable: along that, a world has no
    derivative.
    """
    slots = {s if isinstance(s, str) else s[0] for s in signature.cells}
    return parameter in slots or any(parameter in (v.name, repr(v)) for v in signature.free)


def slope_of_parameter(draws: Draws, mover: str, variable: Variable) -> Fraction:
    """How fast a parameter moves: 1 where it is what the gradient is taken by, else along a
    random direction (a component of a vector, or a parameter of a family that the mover owns).
    """
    if mover == repr(variable):
        return Fraction(1)
    return draws.slope(repr(variable), ())


def _parameters_of(family: Family) -> set[Variable]:
    arguments = {v.name for v in (*family.density.of, *family.density.given)}
    names = {n.name for n in walk(family.definition) if isinstance(n, Function)}
    return names | {v for v in free_variables(family.definition) if v.name not in arguments}
