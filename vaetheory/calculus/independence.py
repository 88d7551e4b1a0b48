"""What the assumptions say about densities: how a joint density over some slots splits into smaller
ones.

Equal densities and conditional independences of a DAG are both relations Σ cᵢ log p(Sᵢ) = 0 between
log densities over sets of slots. Each is used to split the largest set in it; the rest of the
calculus sees only sets that do not split.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

from vaetheory.language.assumptions import Assumption, Dag, Family, SameDensity
from vaetheory.language.binding import substitute
from vaetheory.language.expressions import Density, Expression, Letter

Slots = frozenset[str]
Split = tuple[tuple[Density, int], ...]


def separated(dag: Dag, left: Slots, right: Slots, given: Slots) -> bool:
    """Whether ``given`` d-separates ``left`` from ``right``, by the moralised ancestral graph
    (Lauritzen, 1996).
    """
    parents = dict(dag.parents)
    ancestral: set[str] = set()
    stack = [*left, *right, *given]
    while stack:
        slot = stack.pop()
        if slot not in ancestral:
            ancestral.add(slot)
            stack.extend(parents[slot])
    neighbours: dict[str, set[str]] = {slot: set() for slot in ancestral}
    for slot in ancestral:
        for one, other in combinations((slot, *parents[slot]), 2):
            neighbours[one].add(other)
            neighbours[other].add(one)
    reached, stack = set(left), list(left)
    while stack:
        for slot in neighbours[stack.pop()] - given - reached:
            reached.add(slot)
            stack.append(slot)
    return not reached & right


@lru_cache(maxsize=10_000)
def split_slots(dag: Dag, slots: Slots) -> tuple[Slots, Slots, Slots] | None:
    """(A ∪ C, B ∪ C, C) with A ⊥ B | C and A ∪ B ∪ C = slots, the smallest such C first; None
    where there is none.
    """
    if not slots <= {slot for slot, _ in dag.parents}:
        return None
    ordered = sorted(slots)
    for size in range(len(ordered) - 1):
        for chosen in combinations(ordered, size):
            middle = frozenset(chosen)
            rest = [s for s in ordered if s not in middle]
            first = rest[0]
            for count in range(len(rest) - 1):
                for others in combinations(rest[1:], count):
                    left = frozenset((first, *others))
                    right = frozenset(rest) - left
                    if separated(dag, left, right, middle):
                        return left | middle, right | middle, middle
    return None


class Relations:
    """The assumptions as a table of splits; looked up by letter and set of slots."""

    def __init__(self, assumptions: tuple[Assumption, ...]) -> None:
        self.dags = {a.letter: a for a in assumptions if isinstance(a, Dag)}
        self.same: dict[tuple[Letter, Slots], list[tuple[Letter, Slots, int]]] = {}
        self.families: dict[tuple[Letter, Slots], Family] = {}
        for assumption in assumptions:
            match assumption:
                case SameDensity(first=first, second=second):
                    self._add_same(first, second)
                case Family(density=density):
                    slots = frozenset(v.slot for v in (*density.of, *density.given))
                    self.families[density.letter, slots] = assumption

    def _add_same(self, first: Density, second: Density) -> None:
        total: dict[tuple[Letter, Slots], int] = {}
        for density, sign in ((first, 1), (second, -1)):
            given = frozenset(v.slot for v in density.given)
            joint = frozenset(v.slot for v in density.of) | given
            for slots, power in ((joint, sign), (given, -sign)):
                if slots:
                    key = (density.letter, slots)
                    total[key] = total.get(key, 0) + power
        total = {key: power for key, power in total.items() if power}
        if not total:
            return
        largest = max(total, key=lambda k: (len(k[1]), sorted(k[1]), k[0].name, k[0].subscript))
        power = total.pop(largest)
        if abs(power) == 1 and all(slots <= largest[1] for _, slots in total):
            self.same[largest] = [
                (letter, slots, -power * p) for (letter, slots), p in total.items()
            ]

    def split(self, density: Density) -> Split | None:
        """The joint density as a product of powers of smaller ones at the same arguments, or
        None.
        """
        arguments = {v.slot: v for v in density.of}
        slots = frozenset(arguments)

        def part(letter: Letter, chosen: Slots) -> Density:
            return Density(letter, tuple(arguments[s] for s in sorted(chosen)))

        known = self.same.get((density.letter, slots))
        if known is not None:
            return tuple((part(letter, chosen), power) for letter, chosen, power in known)
        dag = self.dags.get(density.letter)
        found = split_slots(dag, slots) if dag else None
        if found is None:
            return None
        left, right, middle = found
        below = ((part(density.letter, middle), -1),) if middle else ()
        return ((part(density.letter, left), 1), (part(density.letter, right), 1), *below)

    def definition(self, density: Density) -> tuple[Expression, Density | None] | None:
        """For a joint density whose conditional has a formula: (formula at these arguments,
        density of the condition).
        """
        arguments = {v.slot: v for v in density.of}
        family = self.families.get((density.letter, frozenset(arguments)))
        if family is None:
            return None
        renaming = {v: arguments[v.slot] for v in (*family.density.of, *family.density.given)}
        formula = substitute(family.definition, renaming)
        given = tuple(arguments[v.slot] for v in family.density.given)
        return formula, Density(density.letter, given) if given else None
