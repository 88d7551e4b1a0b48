"""Letters that a file sets: "let τ = 1/σ²", "for β = 1": what they are put in the place of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from vaetheory.latex.meaning.survey import Facts, key_of, spelled, walk
from vaetheory.latex.meaning.variables import without_parameters
from vaetheory.latex.reader.syntax import Added, Fractional, Multiplied, Name, Node, Raised, Rooted

_OPERATIONS = (Added, Fractional, Multiplied, Raised, Rooted)


@dataclass(frozen=True, slots=True)
class Setting:
    """``name = tree``, said between ``start`` and ``end`` of a file.

    ``defines``: τ is 1/σ² from here on. Otherwise it is a case, such as β = 1, that holds in its
    own sentence, between ``first`` and ``last``, and, where it was set or assumed rather than
    looked at, as far as ``until``.
    """

    name: Name
    tree: Node
    defines: bool
    first: int
    last: int
    until: int = 0

    def reaches(self, place: int) -> bool:
        """Whether what stands there is said under it."""
        return self.defines or self.first <= place <= max(self.last, self.until)

    def is_near(self, place: int) -> bool:
        """Whether it is said in the same sentence."""
        return self.first <= place <= self.last


def is_definition(tree: Node) -> bool:
    """Whether the right side is a formula, and not only a number or another letter."""
    return any(isinstance(n, _OPERATIONS) for n in walk(tree)) and any(
        isinstance(n, Name) for n in walk(tree)
    )


def concerned(settings: Iterable[Setting], trees: Iterable[Node]) -> Iterator[Setting]:
    """Those whose letter stands in one of the trees, with the same mark or another index."""
    names = {_spelled(n) for tree in trees for n in walk(tree) if isinstance(n, Name)}
    for setting in settings:
        base, mark = _spelled(setting.name)
        if any(base == b and (mark == m or len(mark) == len(m) == 1) for b, m in names):
            yield setting


def _spelled(name: Name) -> tuple[str, str]:
    return name.base, spelled(without_parameters(name.sub))


def with_settings(facts: Facts, settings: Iterable[Setting]) -> Facts:
    """The facts with the letters defined to be what they are set to."""
    definitions, indices = dict(facts.definitions), dict(facts.defined_indices)
    for setting in settings:
        base, mark = _spelled(setting.name)
        definitions[key_of(setting.name)] = setting.tree
        if len(mark) == 1 and mark.isalpha() and mark.islower():
            # r_d, defined for one component: for every component
            definitions[f"{base}_"], indices[f"{base}_"] = setting.tree, mark
    return replace(facts, definitions=definitions, defined_indices=indices)
