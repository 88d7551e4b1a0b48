"""x̂ is what the decoder makes of z, even where it is written without z.

Read as a constant, E_q[‖x − x̂‖²] = ‖x − x̂‖² would hold; a line that averages over z and also has
x̂ outside of every average is therefore not decided.
"""

from __future__ import annotations

from dataclasses import replace

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Family
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Expectation,
    Expression,
    Integral,
    Value,
    children,
    walk,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Index, Integers, Variable
from vaetheory.review.assumptions import densities
from vaetheory.review.claims import Claimed
from vaetheory.review.deciding import Decision

_SCALES = (r"\sigma", r"\tau", r"\Sigma", "s")


def doubted_outside(claimed: Claimed) -> Claimed:
    """What holds only if x̂ does not depend on z is not decided."""
    statement = claimed.statement
    holds = claimed.decision.verdict is Verdict.HOLDS
    if not holds or statement.relation is Relation.UNBIASED or not _dropped(statement):
        return claimed
    why = "the decoder's output depends on z, and stands here outside of the average over z too"
    return replace(claimed, decision=Decision(Verdict.UNDECIDED, "", why), found=())


def _dropped(statement: Statement) -> bool:
    sides = (statement.left, statement.right)
    latent = {v.slot for d in densities(sides) if d.letter.name in ("q", "Q") for v in d.of}
    latent -= {"x", "y", "X", "Y"}
    estimates = _estimates(statement, latent)
    if not latent or not estimates:
        return False
    return any(_outside(s, estimates, latent) for s in sides) and any(
        _averages(s, estimates, latent) for s in sides
    )


def _estimates(statement: Statement, latent: set[str]) -> set[str]:
    """The names of what stands for the decoder's output, without its argument z."""
    found = {
        n.variable.name
        for side in (statement.left, statement.right)
        for n in walk(side)
        if isinstance(n, Value) and n.variable.name.startswith(r"\hat{")
    }
    for family in statement.assumptions:
        if isinstance(family, Family) and {v.slot for v in family.density.given} & latent:
            arguments = {v.slot for v in (*family.density.of, *family.density.given)}
            found |= {
                v.name
                for v in free_variables(family.definition)
                if not isinstance(v.space, Index | Integers)
                and v.slot not in arguments
                and v.name not in _SCALES
            }
    return found


def _binds(node: Expression, latent: set[str]) -> bool:
    over: tuple[Variable, ...] = getattr(node, "over", ())
    return isinstance(node, Expectation | Integral | KL) and any(v.slot in latent for v in over)


def _outside(node: Expression, estimates: set[str], latent: set[str]) -> bool:
    if _binds(node, latent) or isinstance(node, Density):
        return False
    if isinstance(node, Value):
        return node.variable.name in estimates
    return any(_outside(child, estimates, latent) for child in children(node))


def _averages(side: Expression, estimates: set[str], latent: set[str]) -> bool:
    """Whether a side averages over z something that x̂ stands in, openly or in a density."""
    for node in walk(side):
        if isinstance(node, Elbo):
            return True
        if isinstance(node, Expectation | Integral) and _binds(node, latent):
            for inner in walk(node.body):
                if isinstance(inner, Value) and inner.variable.name in estimates:
                    return True
                if isinstance(inner, Density) and inner.letter.name in ("p", "P"):
                    slots = {v.slot for v in (*inner.of, *inner.given)}
                    if slots & latent and slots - latent:
                        return True
    return False
