"""How many values an index has."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.vaetheory.symbols import D, K, f, k, s, z
from vaetheory.calculus.linear import CalculusError
from vaetheory.calculus.probability import Calculus
from vaetheory.calculus.ranges import is_count, values
from vaetheory.language.expressions import Expression, IndexedSum, Operand, Value, to_expression
from vaetheory.language.notation import summation
from vaetheory.language.variables import Integers, Variable

T = Value(Variable("T", Integers(3)))


@pytest.mark.parametrize(
    ("low", "high", "known"),
    [
        (1, Value(K), True),
        (2, Value(K), True),
        (3, Value(K), False),
        (1, Value(K) - 1, True),
        (1, Value(K) - 2, False),
        (3, T, True),
        (5, T, False),
        (1, Value(K) + Value(D), True),
        (1, Value(K) - Value(D), False),
        (1, s, False),
        (2, 1, True),
        (3, 1, False),
    ],
)
def test_counts(low: Operand, high: Operand, known: bool) -> None:
    assert is_count(to_expression(low), to_expression(high)) is known


def _ones(low: Operand, high: Operand) -> Expression:
    return summation(1, k, high, low)


def test_a_sum_of_ones_is_their_number_where_there_is_one() -> None:
    calculus = Calculus()
    assert calculus.equal(_ones(1, Value(K)), Value(K))
    assert not calculus.equal(_ones(3, Value(K)), Value(K) - 2)
    assert calculus.equal(_ones(3, 1), to_expression(0))
    assert calculus.equal(_ones(3, 5), to_expression(3))


def test_limits_that_are_no_whole_numbers() -> None:
    half = summation(f(z), k, Fraction(5, 2), Fraction(1, 2))
    assert isinstance(half, IndexedSum)
    with pytest.raises(CalculusError, match="whole numbers"):
        values(half)
