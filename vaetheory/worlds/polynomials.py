"""Polynomials in real variables whose coefficients are exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property

from vaetheory.worlds.exact import MOST_TERMS, Number, UndefinedError

Powers = tuple[int, ...]
"""A monomial: the variables, sorted, each as often as its power. x₁²x₃ is (1, 1, 3)."""


class Polynomial:
    """A polynomial; immutable. The variables are whole numbers, given out by a world."""

    __slots__ = ("__dict__", "terms")
    terms: Mapping[Powers, Number]

    def __init__(self, terms: Mapping[Powers, Number]) -> None:
        self.terms = terms

    @staticmethod
    def of(value: Polynomial | Number) -> Polynomial:
        """A number as a polynomial; polynomials pass through."""
        return value if isinstance(value, Polynomial) else Polynomial({(): value} if value else {})

    @staticmethod
    def variable(name: int) -> Polynomial:
        """The polynomial x."""
        return Polynomial({(name,): Fraction(1)})

    @cached_property
    def variables(self) -> frozenset[int]:
        """The variables that occur."""
        return frozenset(v for powers in self.terms for v in powers)

    @cached_property
    def constant(self) -> Number | None:
        """The value of a polynomial without variables, otherwise None."""
        if not self.terms:
            return Fraction(0)
        return self.terms.get(()) if len(self.terms) == 1 else None

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    @cached_property
    def _hash(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return " + ".join(f"({c})·{m}" for m, c in self.terms.items()) or "0"

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for powers, coefficient in other.terms.items():
            total = terms.get(powers, Fraction(0)) + coefficient
            if total:
                terms[powers] = total
            else:
                terms.pop(powers, None)
        return Polynomial(terms)

    def scaled(self, factor: Number) -> Polynomial:
        """The polynomial times a number."""
        return Polynomial({p: c * factor for p, c in self.terms.items()} if factor else {})

    def __neg__(self) -> Polynomial:
        return self.scaled(Fraction(-1))

    def __mul__(self, other: Polynomial) -> Polynomial:
        if len(self.terms) * len(other.terms) > MOST_TERMS:
            raise UndefinedError("a product of polynomials that is too long to write out")
        terms: dict[Powers, Number] = {}
        for first, a in self.terms.items():
            for second, b in other.terms.items():
                powers = tuple(sorted(first + second)) if first and second else first + second
                total = terms.get(powers, Fraction(0)) + a * b
                terms[powers] = total
        return Polynomial({p: c for p, c in terms.items() if c})

    def power(self, exponent: int) -> Polynomial:
        """The polynomial to a whole power ≥ 0."""
        result = Polynomial({(): Fraction(1)})
        for _ in range(exponent):
            result = result * self
        return result

    def by_degree(self, variable: int) -> dict[int, Polynomial]:
        """The coefficients, polynomials in the other variables, of the powers of one variable."""
        found: dict[int, dict[Powers, Number]] = {}
        for powers, coefficient in self.terms.items():
            degree = powers.count(variable)
            rest = tuple(v for v in powers if v != variable) if degree else powers
            found.setdefault(degree, {})[rest] = coefficient
        return {degree: Polynomial(terms) for degree, terms in found.items()}

    def substituted(self, values: Mapping[int, Polynomial]) -> Polynomial:
        """The polynomial with polynomials put in for variables."""
        result = Polynomial({})
        for powers, coefficient in self.terms.items():
            term = Polynomial({(): coefficient})
            for variable in powers:
                term = term * values.get(variable, Polynomial.variable(variable))
            result = result + term
        return result
