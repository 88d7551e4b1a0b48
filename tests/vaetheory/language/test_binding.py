"""Free variables, substitution and renaming: what an expression with binders means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vaetheory.generation.equalities import renamed
from tests.vaetheory.generation.places import changed, places
from tests.vaetheory.generation.terms import Terms, variable
from tests.vaetheory.symbols import D, d, f, k, p, q, w, x, z, z_copy
from vaetheory.calculus.algebra import arrange
from vaetheory.calculus.binders import rename_bound
from vaetheory.language.binding import (
    bound_variables,
    covers,
    free_variables,
    fresh_variable,
    substitute,
)
from vaetheory.language.expressions import Integral, MutualInformation, Value, walk
from vaetheory.language.notation import E, integral, log, product, summation
from vaetheory.language.variables import Reals, Variable

SEEDS = st.integers(0, 10**9)


def test_a_binder_takes_its_variable_and_nothing_else() -> None:
    e = E(q(z | x), f(z, w))
    assert free_variables(e) == {x, w}
    assert bound_variables(e) == (z,)


def test_a_vector_binds_its_components_but_a_component_leaves_the_vector_free() -> None:
    assert covers(z, z[d])
    assert not covers(z[d], z)
    assert not covers(z, z_copy)
    assert free_variables(integral(f(z[1], z[2]), z)) == frozenset()
    assert z in free_variables(integral(f(z), z[1]))


def test_an_index_is_free_in_the_limits_of_its_own_sum() -> None:
    assert free_variables(summation(f(z[d]), d, D)) == {z[d], D}
    assert d in free_variables(summation(f(z), d, Value(d)))


def test_the_index_of_a_bound_copy_stays_free() -> None:
    assert free_variables(E(q(z[k] | x), f(z[k]), over=(z[k],))) == {k, x}


def test_shadowing_the_inner_binder_wins() -> None:
    inner = E(q(z), f(z))
    outer = E(p(z), inner)
    assert free_variables(outer) == frozenset()
    assert substitute(outer, {z: w}) == outer
    assert arrange(inner) in set(walk(arrange(outer)))


@pytest.mark.parametrize("capturing", [z, z[1], Variable("z", slot="elsewhere")])
def test_substitution_does_not_capture(capturing: Variable) -> None:
    moved = substitute(integral(f(z) * f(x), z), {x: capturing})
    (bound,) = bound_variables(moved)
    assert bound.name == "z'"
    assert capturing.name in {v.name for v in free_variables(moved)}


def test_a_fresh_name_is_not_that_of_a_vector_whose_component_is_there() -> None:
    assert fresh_variable(z, {z, z_copy[1]}).name == "z''"
    moved = substitute(integral(f(z) * f(z_copy[1]) * f(x), z), {x: z})
    assert z_copy[1] in free_variables(moved)


def test_substitution_is_simultaneous() -> None:
    assert substitute(q(z | x), {z: x, x: z}) == q(
        Variable("x", slot="z") | Variable("z", slot="x")
    )


def test_components_go_with_their_vector() -> None:
    assert substitute(f(z[d]), {z: z_copy}) == f(z_copy[d])


def test_an_index_takes_numbers_and_names() -> None:
    e = E(q(z[k] | x), f(z[k]), over=(z[k],))
    assert substitute(e, {k: Value(d)}) == E(q(z[d] | x), f(z[d]), over=(z[d],))


def test_the_variables_of_an_information_are_bound_under_its_condition() -> None:
    information = MutualInformation(p, (x,), (z,), (w,))
    assert free_variables(information) == {w}
    moved = substitute(information, {w: Variable("x", slot="w")})
    assert isinstance(moved, MutualInformation)
    assert moved.left[0].name == "x'"


def test_a_density_takes_no_expression_as_its_argument() -> None:
    with pytest.raises(ValueError, match="cannot be replaced by"):
        substitute(p(z), {z: f(x)})


@given(SEEDS)
def test_names_of_bound_variables_do_not_matter(seed: int) -> None:
    from random import Random

    random = Random(seed)
    e = Terms(random, sums=True).value((variable("x"), variable("z")), 3)
    other = e
    for _ in range(4):
        place = random.choice(places(other))
        new = renamed(place, random)
        other = other if new is None else changed(other, place.path, new)
    assert free_variables(other) == free_variables(e)
    assert arrange(other) == arrange(e)


@given(SEEDS)
def test_canonical_names_are_stable_and_keep_what_is_free(seed: int) -> None:
    from random import Random

    e = Terms(Random(seed), sums=True).value((variable("x"), variable("a")), 3)
    canonical = rename_bound(e)
    assert free_variables(canonical) == free_variables(e)
    assert rename_bound(canonical) == canonical


def test_a_canonical_name_that_is_free_inside_is_passed_over() -> None:
    taken = Variable("·1.0", z.space, z.slot)
    e = rename_bound(Integral(f(z) * f(taken, name="g"), (z,)))
    assert taken in free_variables(e)


def test_products_over_an_index_are_renamed_too() -> None:
    one = log(product(f(z[d]), d, D))
    other = log(product(f(z[k]), k, D))
    assert arrange(one) == arrange(other)
    assert arrange(one) != arrange(log(product(f(z[d]), k, D)))


def test_an_index_that_is_used_as_a_number_is_renamed_with_its_sum() -> None:
    one = summation(f(z[d], d), d, D)
    assert arrange(one) == arrange(summation(f(z[k], k), k, D))
    assert free_variables(arrange(one)) == free_variables(one) - {z[d]} | {
        v for v in free_variables(arrange(one)) if v.name == "z"
    }
    nested = E(q(z | x), summation(f(z, d), d, D))
    assert free_variables(arrange(nested)) == {x, D}


def test_a_parameter_is_free_everywhere() -> None:
    sigma = Variable(r"\sigma", Reals(positive=True))
    assert free_variables(E(p(z), f(z) / Value(sigma))) == {sigma}
