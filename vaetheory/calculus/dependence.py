"""What a named quantity reaches: the densities, functions and values that change when it does.

A gradient asks what its parameter moves; ≐ asks whether the difference of two sides is reached by
the quantity. Both err towards "reached": then nothing is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from vaetheory.language.assumptions import Assumption, Family, Owns, Reparameterized, SameDensity
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    Density,
    Expression,
    Function,
    Letter,
    MutualInformation,
    walk,
)
from vaetheory.language.text import letter_text
from vaetheory.language.variables import Variable

DEFAULT_OWNERS = {r"\theta": "p", r"\phi": "q", "θ": "p", "φ": "q"}

Slots = frozenset[str]


@dataclass(frozen=True)
class Reach:
    """What ``name`` reaches. ``conditional`` are letters of which only a conditional is given by
    a formula that it reaches: the density of the condition alone stays as it is.
    """

    name: str
    owner: str
    letters: frozenset[Letter]
    conditional: tuple[tuple[Letter, Slots], ...]
    symbols: frozenset[Variable]

    def letter(self, letter: Letter) -> bool:
        """Whether all densities of the letter are reached."""
        return letter in self.letters or letter.subscript == self.name or letter.name == self.owner

    def __call__(self, e: Expression) -> bool:
        """Whether the expression is reached."""
        if any(self._named(v) for v in free_variables(e)):
            return True
        return any(self._node(node) for node in walk(e))

    def _named(self, variable: Variable) -> bool:
        return self.name in (variable.name, repr(variable)) or variable in self.symbols

    def _node(self, e: Expression) -> bool:
        match e:
            case Density(letter=letter, of=of, given=given):
                return self._density(letter, frozenset(v.slot for v in (*of, *given)))
            case MutualInformation(letter=letter, left=left, right=right, given=given):
                return self._density(letter, frozenset(v.slot for v in (*left, *right, *given)))
            case Function(name=name):
                return self._named(name)
        return False

    def _density(self, letter: Letter, slots: Slots) -> bool:
        if self.letter(letter):
            return True
        return any(letter == other and not slots <= given for other, given in self.conditional)


@lru_cache(maxsize=1_000)
def moved_by(parameter: str, assumptions: tuple[Assumption, ...]) -> Reach:
    """What ∇_parameter moves: the letters that it owns (by assumption; else θ has p and φ has q,
    whatever their other subscripts), the functions and parameters in their families, and what
    has its name.
    """
    said = frozenset(
        a.letter for a in assumptions if isinstance(a, Owns) and a.parameter == parameter
    )
    owner = "" if said else DEFAULT_OWNERS.get(parameter, "")
    reach = Reach(parameter, owner, said, (), frozenset())
    symbols: set[Variable] = set()
    for assumption in assumptions:
        match assumption:
            case Family(density=density, definition=definition) if reach.letter(density.letter):
                symbols |= _symbols(density, definition)
            case Reparameterized(variable=variable):
                symbols.add(variable)
    return Reach(parameter, owner, said, (), frozenset(symbols))


def _symbols(density: Density, definition: Expression) -> set[Variable]:
    arguments = {v.name for v in (*density.of, *density.given)}
    functions = {e.name for e in walk(definition) if isinstance(e, Function)}
    return functions | {v for v in free_variables(definition) if v.name not in arguments}


@lru_cache(maxsize=1_000)
def varied_by(quantity: str, assumptions: tuple[Assumption, ...]) -> Reach:
    """What changes when the quantity of ≐ does: what ∇ would move, letters of that name, and
    what the assumptions tie to them.
    """
    moved = moved_by(quantity, assumptions)
    letters = set(moved.letters)
    named = {
        letter for letter in _letters(assumptions) if quantity in (letter.name, letter_text(letter))
    }
    letters |= named
    conditional: list[tuple[Letter, Slots]] = []
    owner = moved.owner or (quantity if quantity.isalpha() else "")
    while True:
        reach = Reach(quantity, owner, frozenset(letters), tuple(conditional), moved.symbols)
        size = len(letters) + len(conditional)
        for assumption in assumptions:
            match assumption:
                case SameDensity(first=first, second=second):
                    if reach(first) or reach(second):
                        letters |= {first.letter, second.letter}
                case Family(density=density, definition=definition) if reach(definition):
                    item = (density.letter, frozenset(v.slot for v in density.given))
                    if item not in conditional:
                        conditional.append(item)
        if len(letters) + len(conditional) == size:
            return reach


def _letters(assumptions: tuple[Assumption, ...]) -> set[Letter]:
    found: set[Letter] = set()
    for assumption in assumptions:
        match assumption:
            case SameDensity(first=first, second=second):
                found |= {first.letter, second.letter}
            case Family(density=density):
                found.add(density.letter)
    return found


def occurs(
    quantity: str, expressions: tuple[Expression, ...], assumptions: tuple[Assumption, ...]
) -> bool:
    """Whether the quantity has anything to do with the expressions: ≐ up to what nobody
    mentioned says nothing.
    """
    reach = varied_by(quantity, assumptions)
    return any(map(reach, expressions))
