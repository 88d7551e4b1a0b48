"""Factor refinement: a coprime base generates what it was made from, and nothing is factored."""

from __future__ import annotations

from itertools import combinations
from math import gcd, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaetheory.worlds.coprime import coprime_base, exponents, integer_root, perfect_power

integers = st.integers(1, 10**12)


@given(st.lists(integers, max_size=8))
def test_the_base_is_pairwise_coprime_and_generates_every_number(numbers: list[int]) -> None:
    base = coprime_base(numbers)
    assert all(gcd(a, b) == 1 for a, b in combinations(base, 2))
    for number in numbers:
        assert prod(b**e for b, e in exponents(number, base).items()) == number


def test_what_is_coprime_already_is_left_unfactored() -> None:
    assert coprime_base([15, 77]) == [15, 77]
    assert coprime_base([15, 21]) == [3, 5, 7]


def test_a_base_that_does_not_generate_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="14 is not a product"):
        exponents(14, [2, 3])


@given(st.integers(2, 40), st.integers(1, 9))
def test_perfect_powers_are_taken_apart(root: int, degree: int) -> None:
    found, exponent = perfect_power(root**degree)
    assert found**exponent == root**degree
    assert exponent % degree == 0
    assert perfect_power(found) == (found, 1)


@given(st.integers(1, 10**30), st.integers(2, 7))
def test_integer_roots_are_rounded_down(number: int, degree: int) -> None:
    root = integer_root(number, degree)
    assert root**degree <= number < (root + 1) ** degree
