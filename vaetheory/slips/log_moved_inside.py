"""log ∫ f = ∫ log f, and log E[f] = E[log f]."""

from __future__ import annotations

from collections.abc import Iterator

from vaetheory.language.expressions import Expectation, Expression, IndexedSum, Integral, Log, Sum
from vaetheory.slips.slip import Scope, Slip


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Log(argument=Integral(body=body, over=over)):
            yield Integral(Log(body), over)
        case Log(argument=Expectation(law=law, body=body, over=over)):
            yield Expectation(law, Log(body), over)
        case Log(argument=IndexedSum(body=body, index=index, low=low, high=high)):
            yield IndexedSum(Log(body), index, low, high)
        case Log(argument=Sum(terms=terms)):
            yield Sum(tuple(Log(t) for t in terms))


SLIP = Slip(
    "log moved inside",
    "The log of a product is a sum of logs, so the log of a sum or an integral is treated alike; "
    "Jensen's inequality allows it as a bound only.",
    _change,
)
