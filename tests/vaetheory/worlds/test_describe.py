"""A described world has all that is needed to build it again."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from vaetheory.language.expressions import Expression, Function, Gradient, Letter, Value
from vaetheory.language.notation import KL, E, elbo, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable
from vaetheory.worlds.describe import described
from vaetheory.worlds.evaluation import evaluator
from vaetheory.worlds.finite import random_world
from vaetheory.worlds.frames import frame
from vaetheory.worlds.gaussian import random_gaussian_world

p, q = Letter("p"), Letter("q")
x, z = Variable("x"), Variable("z")
f = Variable("f", Reals())


def statement(left: Expression) -> Statement:
    return Statement(left, Relation.EQUAL, left)


@given(st.integers(0, 10**6))
def test_finite_worlds_give_widths_tables_numbers_and_the_place(seed: int) -> None:
    claim = statement(elbo(q(z | x), p(x, z)) + E(p(z), Value(z)))
    world = random_world(claim, seed)
    free = world.signature.free
    evaluator(claim.left, free)(frame(world, (1,)))
    found = described(world, free, (1,), {Variable("K"): 2})
    assert found["counts"] == {"K": 2}
    assert found["at"] == {"x": "cell 2"}
    widths = {name: [Fraction(w) for w in row] for name, row in found["widths"].items()}
    assert [len(widths[s]) for s in ("x", "z")] == [found["cells"][s] for s in ("x", "z")]
    # only q(z | x) is asked of q, so that is what is shown; of p there are several densities
    assert set(found["tables"]) == {"q(z | x)", "p(x, z)"}
    total = Fraction(0)
    for row, value in found["tables"]["p(x, z)"].items():
        cells = dict(part.split("=") for part in row.split(", "))
        volume = widths["x"][int(cells["x"]) - 1] * widths["z"][int(cells["z"]) - 1]
        total += Fraction(value) * volume
    assert total == 1
    assert {n for n in found["numbers"] if n.startswith("z in cell")}


def test_scores_are_named_by_their_cells() -> None:
    claim = statement(Gradient(E(q(z | x), Function(f, (Value(z),))), "\\phi"))
    world = random_world(claim, 1, sizes={"x": 1, "z": 2})
    evaluator(claim.left, world.signature.free)(frame(world, (0,)))
    numbers = described(world, world.signature.free, (0,), {})["numbers"]
    assert set(numbers) == {"f(1)", "f(2)", "score of q(z=1, x=1)", "score of q(z=2, x=1)"}


def test_gaussian_worlds_give_densities_as_they_are_written() -> None:
    world = random_gaussian_world(statement(KL(q(z | x), p(z)) + log(p(x, z))), 3)
    world.factors(p)
    world.factors(q)
    found = described(world, (x,), ((Fraction(1, 2),),), {})
    assert found["at"] == {"x": "1/2"}
    assert all(text.startswith("N(") for text in found["densities"].values())
    assert {name[0] for name in found["densities"]} == {"p", "q"}
