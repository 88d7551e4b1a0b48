"""How relations compose along a chain."""

from __future__ import annotations

from itertools import product

import pytest

from vaetheory.language.statements import ChainError, Relation, compose

EQ, DEF, LE, LT, GE, GT = (Relation(sign) for sign in "=≡≤<≥>")
UP_TO, ABOUT = Relation.UP_TO_CONSTANT, Relation.UNBIASED


@pytest.mark.parametrize(
    ("chain", "whole"),
    [
        ((EQ, EQ), EQ),
        ((DEF, EQ), EQ),
        ((EQ, GE), GE),
        ((GE, GE, EQ), GE),
        ((GE, GT), GT),
        ((LT, LE, EQ), LT),
        ((UP_TO, EQ), UP_TO),
        ((EQ, ABOUT, EQ), ABOUT),
    ],
)
def test_relations_that_compose(chain: tuple[Relation, ...], whole: Relation) -> None:
    assert compose(chain) is whole


@pytest.mark.parametrize(
    "chain", [(GE, LE), (LT, EQ, GT), (GE, UP_TO), (ABOUT, LE), (UP_TO, ABOUT)]
)
def test_relations_that_show_nothing_together(chain: tuple[Relation, ...]) -> None:
    with pytest.raises(ChainError):
        compose(chain)


def test_a_composed_relation_is_true_of_numbers() -> None:
    holds = {EQ: lambda a, b: a == b, LE: lambda a, b: a <= b, LT: lambda a, b: a < b}
    holds |= {GE: lambda a, b: a >= b, GT: lambda a, b: a > b}
    for first, second in product(holds, repeat=2):
        try:
            whole = compose((first, second))
        except ChainError:
            continue
        for a, b, c in product(range(3), repeat=3):
            if holds[first](a, b) and holds[second](b, c):
                assert holds[whole](a, c), (first, second, a, b, c)


@pytest.mark.parametrize("relation", list(Relation))
def test_the_converse_of_the_converse_is_the_relation(relation: Relation) -> None:
    assert relation.converse.converse is relation
