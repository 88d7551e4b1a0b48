"""Opaque functions in Gaussian worlds: random polynomials."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

from vaetheory.language.variables import Reals
from vaetheory.worlds.draws import Draws
from vaetheory.worlds.values import Dual, add_all

_RANGE = Reals()


def random_polynomial(draws: Draws, label: str, arguments: list[Any], moving: bool) -> Any:
    """A polynomial of the arguments with random rational coefficients; they move where ``moving``.

    Of degree 4 in one argument and 3 in several: the gradient of a quadratic is linear, and
    expectations of linear functions know no spread.
    """
    terms = []
    for mark, monomial in _monomials(arguments, draws.style.degree):
        coefficient: Any = draws.number(label, _RANGE, (mark,))
        if moving:
            coefficient = Dual(coefficient, draws.slope(label, (mark,)))
        terms.append(monomial * coefficient)
    return add_all(terms)


def _monomials(arguments: list[Any], degree: int) -> Iterator[tuple[str, Any]]:
    """The monomials with their names, in u or u1, u2, … for the arguments as they stand."""
    several = len(arguments) > 1
    names = [f"u{i + 1}" if several else "u" for i in range(len(arguments))]
    yield "1", Fraction(1)
    for size in range(1, (max(degree - 1, 1) if several else degree) + 1):
        for places in combinations_with_replacement(range(len(arguments)), size):
            monomial: Any = Fraction(1)
            for place in places:
                monomial = arguments[place] * monomial
            yield "·".join(names[place] for place in places), monomial
