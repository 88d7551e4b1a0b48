"""What a gradient moves: by default ∇_θ the densities of p and ∇_φ those of q."""

from __future__ import annotations

from vaetheory.language.assumptions import Family, Owns
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import Function, Letter, walk
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Variable
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


def _parameters_of(family: Family) -> set[Variable]:
    arguments = {v.name for v in (*family.density.of, *family.density.given)}
    names = {n.name for n in walk(family.definition) if isinstance(n, Function)}
    return names | {v for v in free_variables(family.definition) if v.name not in arguments}
