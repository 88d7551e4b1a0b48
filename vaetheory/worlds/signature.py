"""What a statement asks of a world.

Its letters with their slots, its spaces, parameters, functions and free variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vaetheory.language.assumptions import Assumption, Dag
from vaetheory.language.binding import bound_variables, free_variables
from vaetheory.language.distributions import FAMILIES
from vaetheory.language.expressions import (
    Density,
    Expression,
    FamilyDensity,
    Letter,
    MutualInformation,
    Value,
    walk,
)
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Continuum, FiniteSet, Interval, Reals, Space, Variable
from vaetheory.worlds.expansion import expressions_in

CONTINUUM = Continuum()
Name = tuple[str, tuple[int, ...]]
"""What identifies a variable in a scope: its name and its indices. Its slot says which argument it
fills, not what it is.
"""


def name_of(variable: Variable) -> Name:
    """The identity of a variable whose indices are numbers."""
    return variable.name, tuple(i.offset for i in variable.indices)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells that the variables of one kind share.

    A kind has all slots that some variable fills both of, and their variables.

    ``size`` is None where any number will do; ``bits`` > 0 makes the cells the vectors {0, 1}^bits;
    ``components`` are how many numbers a cell carries when its coordinates are used; ``points``
    marks cells that cannot be summed over because a family that is no table lives on them, or an
    integral is meant for the length of the real line. A finite set is numbered from ``first`` on.
    """

    name: str
    continuous: bool
    size: int | None = None
    bits: int = 0
    components: int = 0
    points: bool = False
    space: Space = CONTINUUM
    first: int = 0


@dataclass(frozen=True, eq=False)
class Signature:
    """What a world must provide. ``cells`` maps slots and variable names to their kind.

    Compared by identity, so that what follows from it can be remembered.
    """

    sides: tuple[Expression, Expression]
    letters: dict[Letter, tuple[str, ...]]
    cells: dict[str | Name, Cells]
    free: tuple[Variable, ...]
    parameters: tuple[Variable, ...]

    def kind(self, variable: Variable) -> Cells | None:
        """The cells of a random variable, or of the vector that it is a component of.

        None for a parameter.
        """
        found = self.cells.get(name_of(variable))
        return found if found is not None else self.cells.get((variable.name, ()))


def signature_of(statement: Statement) -> Signature:
    """The signature of an expanded statement (see ``expansion``), its assumptions included."""
    expressions = (statement.left, statement.right, *expressions_in(statement.assumptions))
    nodes = [node for expression in expressions for node in walk(expression)]
    letters: dict[Letter, list[str]] = {}
    groups = _Groups()
    spaces: dict[Name, Space] = {}
    random: set[Name] = set()
    for node in nodes:
        for variable, slot in _arguments(node):
            groups.join(name_of(variable), slot)
            random.add(name_of(variable))
            spaces[name_of(variable)] = variable.space
        for letter, slots in _slots(node):
            known = letters.setdefault(letter, [])
            known += [s for s in slots if s not in known]
        for variable in (
            *bound_variables(node),
            *([node.variable] if isinstance(node, Value) else []),
        ):
            spaces.setdefault(name_of(variable), variable.space)
        random |= {name_of(v) for v in bound_variables(node)}
    for slots in _graphs(statement.assumptions, letters):
        for slot in slots:
            groups.find(slot)
    random |= {n for n, space in spaces.items() if isinstance(space, Continuum | FiniteSet)}
    vectors = {name for name, indices in random if not indices}
    components = {n for n in spaces if n[1] and n[0] in vectors and n not in groups.parent}
    for name in random - components:
        groups.find(name)
    cells = _cells(groups, spaces, components, nodes)
    free = [v for v in _free(statement) if name_of(v) not in components]
    return Signature(
        (statement.left, statement.right),
        {letter: tuple(slots) for letter, slots in letters.items()},
        cells,
        tuple(v for v in free if name_of(v) in random),
        tuple(v for v in free if name_of(v) not in random),
    )


def _free(statement: Statement) -> list[Variable]:
    found: dict[Name, Variable] = {}
    for expression in (statement.left, statement.right):
        for variable in free_variables(expression):
            found.setdefault(name_of(variable), variable)
    return [found[name] for name in sorted(found)]


def _arguments(node: Expression) -> Iterator[tuple[Variable, str]]:
    match node:
        case Density(of=of, given=given):
            yield from ((v, v.slot) for v in (*of, *given))
        case MutualInformation(left=left, right=right, given=given):
            yield from ((v, v.slot) for v in (*left, *right, *given))


def _slots(node: Expression) -> Iterator[tuple[Letter, list[str]]]:
    if isinstance(node, Density | MutualInformation):
        yield node.letter, [slot for _, slot in _arguments(node)]


def _graphs(
    assumptions: Iterable[Assumption], letters: dict[Letter, list[str]]
) -> Iterator[list[str]]:
    for assumption in assumptions:
        if isinstance(assumption, Dag):
            known = letters.setdefault(assumption.letter, [])
            known += [slot for slot, _ in assumption.parents if slot not in known]
            yield known


class _Groups:
    """Union–find over variable names and slots."""

    def __init__(self) -> None:
        self.parent: dict[str | Name, str | Name] = {}

    def find(self, item: str | Name) -> str | Name:
        above = self.parent.setdefault(item, item)
        if above != item:
            above = self.parent[item] = self.find(above)
        return above

    def join(self, first: str | Name, second: str | Name) -> None:
        self.parent[self.find(first)] = self.find(second)


def _cells(
    groups: _Groups, spaces: dict[Name, Space], components: set[Name], nodes: list[Expression]
) -> dict[str | Name, Cells]:
    members: dict[str | Name, list[str | Name]] = {}
    for item in list(groups.parent):
        members.setdefault(groups.find(item), []).append(item)
    laws = list(_laws(nodes))
    measured = {name for node in nodes for name in _measured(node)}
    found: dict[str | Name, Cells] = {}
    labels: set[str] = set()
    for group in members.values():
        names = [item for item in group if isinstance(item, tuple)]
        label = min((_label(item) for item in group), key=lambda s: (len(s), s))
        while label in labels:
            label += "'"
        labels.add(label)
        own = [n for n in components if (n[0], ()) in names]
        its_laws = [(f, s) for name, f, s in laws if name in names or name in own]
        its_spaces = {spaces[n] for n in names if n in spaces} | {s for _, s in its_laws}
        points = any(n in measured for n in (*names, *own))
        count = max((max(n[1]) for n in own), default=0)
        cells = _kind(label, its_laws, its_spaces, count, points)
        for item in group:
            found[item] = cells
    return found


def _kind(
    label: str, laws: list[tuple[str, Space]], spaces: set[Space], components: int, points: bool
) -> Cells:
    """The cells of variables with these spaces, as the arguments of these families."""
    sizes = {s.size for s in spaces if isinstance(s, FiniteSet) and s.size}
    families = {family for family, _ in laws}
    binary = "bernoulli" in families or (components > 0 and sizes == {2})
    finite = any(isinstance(s, FiniteSet) for s in spaces)
    bits = max(components, 1) if binary else 0
    # the narrowest space that was named; ℝⁿ with n unsaid says least
    narrow = sorted(spaces - {CONTINUUM, Reals()}, key=repr) or sorted(
        spaces - {CONTINUUM}, key=repr
    )
    return Cells(
        label,
        continuous=not finite,
        size=2**bits if binary else max(sizes, default=None),
        bits=bits,
        components=components,
        points=points or bool(families - {"bernoulli", "categorical"}),
        space=narrow[0] if narrow else CONTINUUM,
        first=1 if "categorical" in families else 0,
    )


def _label(item: str | Name) -> str:
    if isinstance(item, str):
        return item
    return item[0] + ("_" + ",".join(map(str, item[1])) if item[1] else "")


def _measured(node: Expression) -> Iterator[Name]:
    """What is integrated by length: its value is used, and no letter's density weighs it.

    Cells of random widths at random places know nothing of ∫ exp(−z²) dz = √π.
    """
    over = bound_variables(node)
    if not over or isinstance(node, MutualInformation):
        return
    inside = list(walk(node))
    values = {name_of(n.variable) for n in inside if isinstance(n, Value)}
    weighed = {name_of(v) for n in inside if isinstance(n, Density) for v in n.of}
    for variable in over:
        name = name_of(variable)
        used = name in values or any(v[0] == name[0] and not name[1] for v in values)
        length = isinstance(variable.space, Interval) or (used and name not in weighed)
        if length and not isinstance(variable.space, FiniteSet):
            yield name


def _laws(nodes: Iterable[Expression]) -> Iterator[tuple[Name, str, Space]]:
    """The variables that are the argument of a family, with the family and where it lives."""
    for node in nodes:
        if isinstance(node, FamilyDensity) and isinstance(node.argument, Value):
            family = FAMILIES.get(node.family)
            if family is not None:
                support = family.support
                if node.family == "categorical":
                    support = FiniteSet(len(node.parameters))
                yield name_of(node.argument.variable), node.family, support
