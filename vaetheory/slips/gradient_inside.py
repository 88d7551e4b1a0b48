"""∇E_q[f] = E_q[∇f], where q depends on the parameters."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expectation, Expression, Gradient
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Gradient(body=Expectation(law=law, body=body, over=over), parameter=parameter):
            yield Expectation(law, Gradient(body, parameter), over)


SLIP = Slip(
    "gradient moved inside",
    "∇ and E are both linear, so they are exchanged; but the law depends on the parameters too.",
    _change,
)
