"""Statements: a left side, a relation, a right side, and the assumptions under which it is
claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vaetheory.language.assumptions import Assumption
from vaetheory.language.expressions import Expression


class Relation(Enum):
    """How two sides are related; the value is the sign that is written."""

    EQUAL = "="
    AT_MOST = "≤"
    AT_LEAST = "≥"
    LESS = "<"
    GREATER = ">"
    DEFINED = "≡"
    UNBIASED = "≈"
    UP_TO_CONSTANT = "≐"

    @property
    def direction(self) -> int:
        """−1 for ≤ and <, +1 for ≥ and >, 0 for the rest."""
        return {"≤": -1, "<": -1, "≥": 1, ">": 1}.get(self.value, 0)

    @property
    def strict(self) -> bool:
        """Whether the two sides are claimed to differ."""
        return self in (Relation.LESS, Relation.GREATER)

    @property
    def converse(self) -> Relation:
        """The relation read from right to left."""
        turned = {"≤": "≥", "≥": "≤", "<": ">", ">": "<"}
        return Relation(turned.get(self.value, self.value))


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """``left relation right`` under ``assumptions``.

    ``quantity`` belongs to ≐: the difference of the sides does not depend on the named quantity.
    """

    left: Expression
    relation: Relation
    right: Expression
    assumptions: tuple[Assumption, ...] = ()
    quantity: str = ""

    def __repr__(self) -> str:
        return f"{self.left!r} {self.relation.value} {self.right!r}"


class ChainError(ValueError):
    """Two relations of a chain that together show nothing; the message says which."""


_STRENGTH = (Relation.DEFINED, Relation.EQUAL, Relation.UP_TO_CONSTANT, Relation.UNBIASED)


def compose(relations: tuple[Relation, ...]) -> Relation:
    """The relation of the first expression of a chain to its last.

    = and ≡ leave the others as they are; ≤ with < is <; ≐ and ≈ absorb =. Raises ChainError for ≥
    followed by ≤ (or the other way round), and where an inequality meets ≐ or ≈: nothing follows
    from those.
    """
    inequalities = [r for r in relations if r.direction]
    others = {r for r in relations if not r.direction} - {Relation.EQUAL, Relation.DEFINED}
    if inequalities and others:
        signs = " then ".join(r.value for r in relations)
        raise ChainError(
            f"{signs}: an inequality and {others.pop().value} in one chain together show nothing"
        )
    if inequalities:
        if len({r.direction for r in inequalities}) > 1:
            signs = " then ".join(r.value for r in relations)
            raise ChainError(
                f"{signs}: the first and the last expression are not compared by this chain"
            )
        strict = any(r.strict for r in inequalities)
        up = inequalities[0].direction > 0
        return {(True, True): Relation.GREATER, (True, False): Relation.AT_LEAST}.get(
            (up, strict), Relation.LESS if strict else Relation.AT_MOST
        )
    if len(others) > 1:
        raise ChainError(
            "≐ and ≈ in one chain: the last expression estimates nothing about the first"
        )
    return others.pop() if others else Relation.EQUAL
