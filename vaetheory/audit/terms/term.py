"""A term: a function of the probed arrays that an objective may contain, summed over entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit.roles import Role

Array = NDArray[np.float64]
Values = Mapping[Role, Array]


@dataclass(frozen=True)
class Term:
    """A named function of the inputs.

    `text` is the summand in the field's letters; the total is its sum over examples and entries
    (a term that does not act entry by entry, such as a norm, says so in its text).
    """

    text: str
    roles: frozenset[Role]
    total: Callable[[Values], float]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Hypothesis:
    """Terms that could make up one part of an objective, and what that part would be called."""

    terms: tuple[Term, ...]
    name: str


def entrywise(text: str, roles: tuple[Role, ...], summand: Callable[..., Array]) -> Term:
    """The term Σ_b Σ_d summand(·), its arguments in the order of `roles`."""

    def total(values: Values) -> float:
        with np.errstate(all="ignore"):
            return float(np.sum(summand(*(values[role] for role in roles))))

    return Term(text, frozenset(roles), total)


def softplus(a: Array) -> Array:
    """log(1 + eᵃ), without overflow."""
    return np.logaddexp(0.0, a)


def sigmoid(a: Array) -> Array:
    """1/(1 + e⁻ᵃ), without overflow."""
    return np.exp(-np.logaddexp(0.0, -a))
