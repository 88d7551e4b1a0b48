"""Finite worlds: normalised, reproducible, and exactly as special as the assumptions make them."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product as combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaetheory.language.assumptions import (
    Assumption,
    Dag,
    Family,
    SameDensity,
    Vanishing,
)
from vaetheory.language.distributions import bernoulli
from vaetheory.language.expressions import Density, Expression, Function, Letter, Value
from vaetheory.language.notation import KL, E, elbo, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import FiniteSet, Interval, Variable
from vaetheory.worlds.draws import STYLES
from vaetheory.worlds.evaluation import evaluator
from vaetheory.worlds.finite import FiniteWorld, random_world
from vaetheory.worlds.frames import frame
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.signature import signature_of
from vaetheory.worlds.values import slope_of

p, q, data = Letter("p"), Letter("q"), Letter("p", "data")
x, z, c = Variable("x"), Variable("z"), Variable("c")
styles = st.sampled_from(sorted(STYLES))
seeds = st.integers(0, 10**6)


def statement(left: Expression, *assumptions: Assumption) -> Statement:
    return Statement(left, Relation.EQUAL, left, assumptions)


def value(world: FiniteWorld, expression: Expression, *cells: int) -> Any:
    free = signature_of(statement(expression)).free
    return evaluator(expression, free)(frame(world, cells))


def integral(world: FiniteWorld, table: dict[tuple[int, ...], Any], slots: str) -> Fraction:
    """Σ value · volume over all cells of these slots."""
    widths = [world.grid.widths[s] for s in slots]
    total = Fraction(0)
    for cell in combinations(*(range(len(w)) for w in widths)):
        volume = Fraction(1)
        for place, width in zip(cell, widths, strict=True):
            volume *= width[place]
        total += table[cell] * volume
    return total


@given(seeds, styles)
def test_tables_are_normalised_and_belong_to_one_joint(seed: int, style: str) -> None:
    world = random_world(statement(KL(q(z | x), p(z | x)) + log(p(x, z, c))), seed, style)
    assert integral(world, world.table(p, ("x", "z", "c")), "xzc") == 1
    conditional = world.table(p, ("z",), ("x",))
    for cell in range(len(world.grid.widths["x"])):
        row = {(a,): v for (a, b), v in conditional.items() if b == cell}
        assert integral(world, row, "z") == 1
    joint, marginal = world.table(p, ("z", "x")), world.table(p, ("x",))
    assert all(joint[a, b] == conditional[a, b] * marginal[(b,)] for a, b in joint)


@given(seeds, styles)
def test_a_world_is_a_function_of_statement_seed_and_style(seed: int, style: str) -> None:
    one, two = (random_world(statement(log(p(x, z))), seed, style) for _ in range(2))
    assert one.table(p, ("x", "z")) == two.table(p, ("x", "z"))
    assert one.grid.widths == two.grid.widths


def test_sizes_vary_and_one_is_at_least_three() -> None:
    worlds = [random_world(statement(log(p(x, z))), seed, "wide") for seed in range(30)]
    assert all(max(w.sizes.values()) >= 3 for w in worlds)
    assert {w.sizes["x"] for w in worlds} >= {2, 3, 4}


def test_weights_are_large_densities_exceed_one_and_tails_are_heavy() -> None:
    wide = [random_world(statement(log(p(z))), seed, "wide") for seed in range(20)]
    assert any(v > 1 for w in wide for v in w.table(p, ("z",)).values())
    assert max(max(w.draws.taken.values()) for w in wide) > 2**15
    heavy = [random_world(statement(log(p(z))), seed, "heavy") for seed in range(20)]
    smallest = min(min(w.table(p, ("z",)).values()) for w in heavy)
    assert smallest < Fraction(1, 2**30)


@given(seeds, styles)
def test_a_graph_gives_its_independences_and_no_more(seed: int, style: str) -> None:
    chain = Dag(p, (("x", ()), ("z", ("x",)), ("c", ("z",))))
    world = random_world(statement(log(p(x, z, c)), chain), seed, style)
    given_both, given_one = world.table(p, ("c",), ("z", "x")), world.table(p, ("c",), ("z",))
    assert all(v == given_one[cell[0], cell[1]] for cell, v in given_both.items())
    if style == "wide":
        marginal = world.table(p, ("c",))
        assert any(v != marginal[cell[:1]] for cell, v in world.table(p, ("c",), ("x",)).items())


@given(seeds, styles)
def test_equal_densities_are_equal_and_the_rest_is_free(seed: int, style: str) -> None:
    same = (SameDensity(p(z | c), p(z)), SameDensity(q(x), data(x)))
    world = random_world(
        statement(log(p(x, z, c)) + log(q(x, z)) + log(data(x)), *same), seed, style
    )
    marginal = world.table(p, ("z",))
    assert all(v == marginal[cell[:1]] for cell, v in world.table(p, ("z",), ("c",)).items())
    assert world.table(q, ("x",)) == world.table(data, ("x",))
    if style == "wide":
        posterior = world.table(p, ("z",), ("x", "c"))
        assert any(v != marginal[cell[:1]] for cell, v in posterior.items())


def test_an_assumption_that_would_need_a_special_coupling_is_refused() -> None:
    both = (SameDensity(q(x), p(x)), SameDensity(q(z), p(z)))
    with pytest.raises(UngenerableError, match="cannot all be met"):
        random_world(statement(log(q(x, z)) + log(p(x, z)), *both))


def test_vanishing_densities_vanish_somewhere_and_are_normalised() -> None:
    worlds = [
        random_world(statement(log(p(z | x)), Vanishing(p(z | x))), seed, "tame")
        for seed in range(20)
    ]
    tables = [w.table(p, ("z",), ("x",)) for w in worlds]
    assert any(v == 0 for table in tables for v in table.values())
    for world, table in zip(worlds, tables, strict=True):
        for cell in range(len(world.grid.widths["x"])):
            row = {(a,): v for (a, b), v in table.items() if b == cell}
            assert integral(world, row, "z") == 1


@given(seeds)
def test_a_bernoulli_decoder_is_a_table_over_the_corners(seed: int) -> None:
    pixel = Variable("x", FiniteSet(2))
    mean = Variable("\\hat{x}", Interval())
    decoder = product_of(bernoulli(Value(pixel[i]), Function(mean[i], (Value(z),))) for i in (1, 2))
    world = random_world(statement(log(p(pixel | z)), Family(p(pixel | z), decoder)), seed, "wide")
    table = world.table(p, ("x",), ("z",))
    assert len(world.grid.widths["x"]) == 4
    for cell in range(len(world.grid.widths["z"])):
        first, second = (world.function(mean[i], ((z, cell),)) for i in (1, 2))
        assert table[3, cell] == first * second
        assert table[2, cell] == first * (1 - second)
        assert sum(v for (_, at), v in table.items() if at == cell) == 1


def product_of(factors: Any) -> Expression:
    result: Expression | None = None
    for factor in factors:
        result = factor if result is None else result * factor
    assert result is not None
    return result


@given(seeds)
def test_directions_of_a_conditional_integrate_to_zero(seed: int) -> None:
    world = random_world(statement(elbo(q(z | x), p(x, z))), seed, "tame").moving("\\phi")
    table = world.table(q, ("z",), ("x",))
    for cell in range(len(world.grid.widths["x"])):
        row = {(a,): slope_of(v) for (a, b), v in table.items() if b == cell}
        assert integral(world, row, "z") == 0
    still = world.table(p, ("x", "z"))
    assert all(slope_of(v) == 0 for v in still.values())


@given(seeds)
def test_gradients_agree_with_finite_differences(seed: int) -> None:
    """∇_φ E_q[log p − log q], against the same expectation at q + ε·direction."""
    world = random_world(statement(elbo(q(z | x), p(x, z))), seed, "tame")
    moving = world.moving("\\phi")
    exact = float(slope_of(value(moving, elbo(q(z | x), p(x, z)), 0)))
    tables = world.table(q, ("z",), ("x",)), moving.table(q, ("z",), ("x",))
    joint, widths = world.table(p, ("x", "z")), world.grid.widths["z"]

    def bound(step: float) -> float:
        total = 0.0
        for cell, width in enumerate(widths):
            density = float(tables[0][cell, 0]) + step * float(slope_of(tables[1][cell, 0]))
            total += float(width) * density * math.log(float(joint[0, cell]) / density)
        return total

    step = 1e-6
    assert exact == pytest.approx((bound(step) - bound(-step)) / (2 * step), rel=1e-4, abs=1e-5)


def test_draws_can_be_fixed_one_by_one() -> None:
    claim = statement(log(p(z)))
    world = random_world(claim, 0, "tame")
    world.table(p, ("z",))
    key = next(k for k in world.draws.taken if k[0] == "weight")
    other = random_world(claim, 0, "tame", fixed={key: Fraction(1000)})
    assert other.table(p, ("z",)) != world.table(p, ("z",))
    assert other.grid.widths == world.grid.widths


def test_one_part_is_drawn_afresh_and_the_others_stay() -> None:
    claim = statement(elbo(q(z | x), p(x, z)))
    world = random_world(claim, 3, "wide")
    other = random_world(claim, 3, "wide", varied=frozenset({"q"}))
    assert other.table(q, ("z",), ("x",)) != world.table(q, ("z",), ("x",))
    assert other.table(p, ("x", "z")) == world.table(p, ("x", "z"))


def test_letters_with_many_slots_stay_within_bounds() -> None:
    layers = tuple(Variable(f"z_{i}", slot=f"z_{i}") for i in range(14))
    with pytest.raises(UngenerableError, match="too large"):
        random_world(statement(log(Density(p, layers))))


def test_a_variable_of_another_slot_ranges_over_the_same_cells() -> None:
    tilde = Variable("\\tilde{z}", slot="z")
    world = random_world(statement(E(q(tilde | x), log(p(tilde)) - log(p(z)))), 1)
    assert world.kind(tilde) is world.kind(z)


def test_sums_over_copies_run_over_all_combinations() -> None:
    pair = product_of([p(z[1]), p(z[2])])
    spread = E(pair, (Value(z[1]) - Value(z[2])) ** 2, over=(z[1], z[2]))
    first, second = E(p(z), Value(z)), E(p(z), Value(z) ** 2)
    world = random_world(statement(spread + first + second), 5, "wide")
    mean, square = value(world, first), value(world, second)
    assert value(world, spread) == 2 * (square - mean**2)
