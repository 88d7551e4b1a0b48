"""= for ≥, ≥ for ≤, > for ≥."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vaetheory.language.statements import Relation, Statement
from vaetheory.slips.slip import StatementSlip

_WRONG = {
    Relation.AT_LEAST: (Relation.EQUAL, Relation.AT_MOST, Relation.GREATER),
    Relation.AT_MOST: (Relation.EQUAL, Relation.AT_LEAST, Relation.LESS),
    Relation.GREATER: (Relation.EQUAL, Relation.LESS),
    Relation.LESS: (Relation.EQUAL, Relation.GREATER),
    Relation.UP_TO_CONSTANT: (Relation.EQUAL,),
    Relation.UNBIASED: (Relation.EQUAL,),
    Relation.EQUAL: (Relation.LESS, Relation.GREATER),
}


def _change(statement: Statement) -> Iterator[Statement]:
    for relation in _WRONG.get(statement.relation, ()):
        yield replace(statement, relation=relation)


SLIP = StatementSlip(
    "wrong relation",
    "A bound, an estimate or an equality up to a constant is written with =, or turned round.",
    _change,
)
