"""What the writer sets, the reader reads back: print → parse → equal, for every node."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vaetheory.latex.strategies import SPACES, expressions
from vaetheory.calculus.algebra import arrange
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Relation, Statement
from vaetheory.latex.reading import read_expression, read_statement
from vaetheory.latex.writer import to_latex
from vaetheory.theorems import THEOREMS


@given(expressions())
def test_every_expression_comes_back(expression: Expression) -> None:
    text = to_latex(expression)
    again = read_expression(text, SPACES)
    assert arrange(again) == arrange(expression), text
    assert to_latex(again) == to_latex(read_expression(to_latex(again), SPACES))


@given(expressions(5), st.sampled_from(Relation), expressions(5))
def test_every_statement_comes_back(
    left: Expression, relation: Relation, right: Expression
) -> None:
    quantity = r"\phi" if relation is Relation.UP_TO_CONSTANT else ""
    text = to_latex(Statement(left, relation, right, (), quantity))
    again = read_statement(text, SPACES)
    assert (again.relation, again.quantity) == (relation, quantity)
    assert arrange(again.left) == arrange(left)
    assert arrange(again.right) == arrange(right)


@pytest.mark.parametrize("name", THEOREMS)
def test_every_line_of_every_theorem_can_be_read(name: str) -> None:
    theorem = THEOREMS[name]
    for side in (theorem.derivation.start, *(s.expression for s in theorem.derivation)):
        assert read_expression(to_latex(side)) is not None
