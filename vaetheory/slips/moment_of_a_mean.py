"""E[f²] = E[f]²."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expectation, Expression, Power
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Expectation(law=law, body=Power(base=base, exponent=exponent), over=over):
            yield Power(Expectation(law, base, over), exponent)


SLIP = Slip(
    "square of the mean",
    "The mean is put in for the random variable; the variance that is lost is the difference.",
    _change,
)
