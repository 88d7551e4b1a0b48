"""d-separation and splits against brute force on random graphs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vaetheory.symbols import p, q, x, z, z_copy
from vaetheory.calculus.independence import Relations, Slots, separated, split_slots
from vaetheory.language.assumptions import Dag, SameDensity
from vaetheory.language.expressions import Density
from vaetheory.language.variables import Variable

NAMES = "abcde"


@st.composite
def graphs(draw: st.DrawFn) -> Dag:
    """A random graph with three to five slots."""
    names = NAMES[: draw(st.integers(3, 5))]
    parents = [
        (name, tuple(n for n in names[:i] if draw(st.booleans()))) for i, name in enumerate(names)
    ]
    return Dag(p, tuple(parents))


def _paths(dag: Dag, start: str, end: str) -> Iterator[list[str]]:
    parents = dict(dag.parents)
    neighbours = {
        slot: {*above, *(s for s, ups in dag.parents if slot in ups)}
        for slot, above in parents.items()
    }
    stack = [[start]]
    while stack:
        path = stack.pop()
        if path[-1] == end:
            yield path
            continue
        stack += [[*path, n] for n in neighbours[path[-1]] if n not in path]


def _descendants(dag: Dag, slot: str) -> set[str]:
    found = {slot}
    for name, above in dag.parents:
        if found & set(above):
            found.add(name)
    return found


def _blocked(dag: Dag, path: list[str], given: set[str]) -> bool:
    """Whether the path carries no information: Pearl's criterion, node by node."""
    parents = dict(dag.parents)
    for before, node, after in zip(path, path[1:], path[2:], strict=False):
        collider = before in parents[node] and after in parents[node]
        if collider and not _descendants(dag, node) & given:
            return True
        if not collider and node in given:
            return True
    return False


def by_paths(dag: Dag, left: Slots, right: Slots, given: Slots) -> bool:
    """d-separation by going through all paths."""
    return all(
        _blocked(dag, path, set(given)) for a in left for b in right for path in _paths(dag, a, b)
    )


@given(graphs(), st.data())
def test_separation_agrees_with_the_paths(dag: Dag, data: st.DataObject) -> None:
    names = [slot for slot, _ in dag.parents]
    parts = data.draw(st.lists(st.integers(0, 3), min_size=len(names), max_size=len(names)))
    left, right, given_ = (
        frozenset(n for n, part in zip(names, parts, strict=True) if part == i) for i in range(3)
    )
    if left and right:
        assert separated(dag, left, right, given_) == by_paths(dag, left, right, given_)


@given(graphs())
def test_a_split_is_a_conditional_independence_and_none_is_missed(dag: Dag) -> None:
    names = [slot for slot, _ in dag.parents]
    for count in range(2, len(names) + 1):
        for chosen in combinations(names, count):
            slots = frozenset(chosen)
            found = split_slots(dag, slots)
            if found is None:
                assert not any(_independences(dag, slots))
            else:
                left, right, middle = found
                assert left | right == slots
                assert left & right == middle
                assert left != middle != right
                assert by_paths(dag, left - middle, right - middle, middle)


def _independences(dag: Dag, slots: Slots) -> Iterator[bool]:
    ordered = sorted(slots)
    for size in range(len(ordered) - 1):
        for middle in combinations(ordered, size):
            rest = [s for s in ordered if s not in middle]
            for count in range(1, len(rest)):
                for left in combinations(rest, count):
                    right = frozenset(rest) - set(left)
                    yield by_paths(dag, frozenset(left), right, frozenset(middle))


def test_slots_that_the_graph_does_not_know_do_not_split() -> None:
    dag = Dag(p, (("x", ()), ("z", ())))
    assert split_slots(dag, frozenset("xz")) is not None
    assert split_slots(dag, frozenset("xzw")) is None


def test_a_graph_lists_parents_first() -> None:
    with pytest.raises(ValueError, match="comes too early"):
        Dag(p, (("x", ("z",)), ("z", ())))


def _joint(letter: object, *variables: Variable) -> Density:
    return letter(*variables)  # type: ignore[operator, no-any-return]


def test_equal_conditionals_split_the_joint() -> None:
    relations = Relations((SameDensity(q(z | x), p(z | x)),))
    split = relations.split(_joint(q, x, z))
    assert split is not None
    assert dict(split) == {_joint(q, x): 1, _joint(p, x, z): 1, _joint(p, x): -1}


def test_equal_densities_are_used_at_the_arguments_that_stand_there() -> None:
    relations = Relations((SameDensity(q(z), p(z)),))
    split = relations.split(_joint(q, z_copy))
    assert split == ((_joint(p, z_copy), 1),)


@pytest.mark.parametrize(
    "assumption",
    [
        SameDensity(p(Variable("u")), p(Variable("v"))),
        SameDensity(p(z | x), p(z | Variable("c"))),
    ],
)
def test_equalities_between_other_slots_are_not_used(assumption: SameDensity) -> None:
    assert Relations((assumption,)).same == {}


def test_equalities_in_a_circle_come_to_an_end() -> None:
    relations = Relations((SameDensity(q(z), p(z)), SameDensity(p(z), q(z))))
    assert relations.split(_joint(p, z)) is None or relations.split(_joint(q, z)) is None
