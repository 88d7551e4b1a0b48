"""An expectation over the wrong distribution: the prior for the posterior, p for q."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vaetheory.language.expressions import Density, Expectation, Expression, Letter
from vaetheory.slips.slip import Scope, Slip

_OTHER = {"p": "q", "q": "p"}


def _change(expression: Expression, scope: Scope) -> Iterator[Expression]:
    match expression:
        case Expectation(law=Density(letter=Letter(name=name, subscript=""), of=of, given=given)):
            other = Letter(_OTHER.get(name, "p"))
            yield replace(expression, law=Density(other, of, given))
            if given:
                yield replace(expression, law=Density(other, of))


SLIP = Slip(
    "expectation over the wrong distribution",
    "A bare E does not say over what; p(z) is at hand where q(z|x) was meant.",
    _change,
)
