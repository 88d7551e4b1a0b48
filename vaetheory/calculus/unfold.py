"""The named quantities by their definitions: KL, H, I, the ELBO and expectations as integrals of
logarithms.
"""

from __future__ import annotations

from functools import singledispatch

from vaetheory.language.expressions import (
    KL,
    Elbo,
    Entropy,
    Expectation,
    Expression,
    Integral,
    Log,
    MutualInformation,
)


@singledispatch
def unfold(expression: Expression) -> Expression | None:
    """One step of definition at the root, or None where the node is not defined by others."""
    return None


@unfold.register
def _(e: Expectation) -> Expression:
    return Integral(e.law * e.body, e.over)


@unfold.register
def _(e: KL) -> Expression:
    return Expectation(e.first, Log(e.first) - Log(e.second), e.over)


@unfold.register
def _(e: Entropy) -> Expression:
    return -Expectation(e.law, Log(e.law), e.over)


@unfold.register
def _(e: Elbo) -> Expression:
    return Expectation(e.posterior, Log(e.joint) - Log(e.posterior), e.over)


@unfold.register
def _(e: MutualInformation) -> Expression:
    def density(*variables: object) -> Expression:
        joint = e.letter(*variables)  # type: ignore[arg-type]
        return type(joint)(joint.letter, joint.of, e.given)

    joint, left, right = density(*e.left, *e.right), density(*e.left), density(*e.right)
    return Expectation(joint, Log(joint) - Log(left) - Log(right), e.over)
