"""Proof by normal form: both sides become one expression, or nothing is claimed."""

from __future__ import annotations

from vaetheory.calculus.linear import ZERO, size
from vaetheory.calculus.probability import Calculus
from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.language.statements import Relation, Statement

KIND = "proof"


def check(statement: Statement, *, seed: int = 0) -> Evidence:
    """Prove the statement in every world with positive densities whose integrals converge absolutely.

    An equality is proved when both sides have one normal form. The answer is ``holds`` or ``undecided`` ("no proof
    found"), never ``fails``. ``seed`` is there because every checker takes one; a proof is not random.
    """
    del seed
    if statement.relation in (Relation.EQUAL, Relation.DEFINED):
        calculus = Calculus(statement.assumptions)
        difference = calculus.normal(statement.left - statement.right)
        figures = {"normal_form_nodes": size(difference)}
        if difference == ZERO:
            return Evidence(KIND, Verdict.HOLDS, figures)
        return Evidence(KIND, Verdict.UNDECIDED, figures, f"no proof found: left − right reduces to {difference!r}")
    return Evidence(KIND, Verdict.UNDECIDED, {}, f"no proof found for the relation {statement.relation.value}")
