"""log p(x) taken for a constant in θ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vaetheory.language.statements import Relation, Statement
from vaetheory.slips.slip import StatementSlip

_OTHER = {"q": "p", "p": "q", "\\phi": "\\theta", "\\theta": "\\phi"}


def _change(statement: Statement) -> Iterator[Statement]:
    if statement.relation is Relation.UP_TO_CONSTANT and statement.quantity in _OTHER:
        yield replace(statement, quantity=_OTHER[statement.quantity])


SLIP = StatementSlip(
    "wrong constant",
    "log p(x) does not depend on φ, and is then taken for a constant in θ as well.",
    _change,
)
