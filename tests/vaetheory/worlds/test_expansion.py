"""Indexed sums, products and binders written out."""

from __future__ import annotations

import pytest

from vaetheory.language.distributions import normal
from vaetheory.language.expressions import Expectation, Letter, Sum, Value
from vaetheory.language.notation import E, log, product, summation
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Index, Integers, Reals, Variable
from vaetheory.worlds.expansion import counts_of, expand
from vaetheory.worlds.refusals import UngenerableError

p, q = Letter("p"), Letter("q")
x, z = Variable("x"), Variable("z")
k, K = Variable("k", Index()), Variable("K", Integers())
d, D = Variable("d", Index()), Variable("D", Integers())


def test_a_sum_is_written_out_with_its_indices() -> None:
    expression = summation(Value(x[d]), d, D)
    assert expand(expression, {D: 3}) == Sum((Value(x[1]), Value(x[2]), Value(x[3])))


def test_shifted_limits_and_empty_sums() -> None:
    assert expand(summation(Value(x[d]), d, Value(D) - 1, low=2), {D: 3}) == Value(x[2])
    assert repr(expand(summation(Value(x[d]), d, D, low=5), {D: 3})) == "0"
    assert repr(expand(product(Value(x[d]), d, D, low=5), {D: 3})) == "1"


def test_a_binder_over_z_binds_the_copies_of_z() -> None:
    weights = summation(p(x, z[k]) / q(z[k] | x), k, K)
    bound = E(product(q(z[k] | x), k, K), log(weights), over=(z,))
    found = expand(bound, {K: 2})
    assert isinstance(found, Expectation)
    assert found.over == (z[1], z[2])


def test_a_binder_over_a_vector_that_is_itself_an_argument_binds_the_vector() -> None:
    found = expand(E(q(z | x), summation(Value(z[d]), d, D)), {D: 2})
    assert isinstance(found, Expectation)
    assert found.over == (z,)


def test_the_counted_variables_are_found_in_sides() -> None:
    statement = Statement(summation(Value(x[d]), d, D), Relation.EQUAL, Value(K) * Value(x[1]))
    assert counts_of(statement) == (D, K)


def test_limits_that_are_no_whole_numbers_are_refused() -> None:
    with pytest.raises(UngenerableError, match="not a whole number"):
        expand(summation(Value(x[d]), d, Value(Variable("a", Reals()))), {})


def test_statements_that_grow_too_long_are_refused() -> None:
    i, j = Variable("i", Index()), Variable("j", Index())
    nested = Value(x[i, j, d])
    for index in (i, j, d):
        nested = summation(nested, index, 60)
    with pytest.raises(UngenerableError, match="too long"):
        expand(nested, {})


def test_families_are_written_out_too() -> None:
    mu = Variable("\\mu", Reals())
    law = product(normal(Value(x[d]), Value(mu[d]), 1), d, D)
    assert repr(expand(law, {D: 2})) == "N(x_{1}; \\mu_{1}, 1) N(x_{2}; \\mu_{2}, 1)"
