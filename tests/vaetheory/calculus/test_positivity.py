"""What is certainly positive."""

from __future__ import annotations

import pytest

from tests.vaetheory.symbols import K, a, f, g, hat, k, m, p, s, x, z
from vaetheory.calculus.positivity import positive
from vaetheory.language.distributions import normal
from vaetheory.language.expressions import Expression, Pi, Value, to_expression
from vaetheory.language.notation import KL, E, exp, integral, log, product, summation
from vaetheory.language.variables import Integers, Interval, Reals, Variable


@pytest.mark.parametrize(
    "e",
    [
        to_expression(2),
        Pi(),
        m,
        Value(K),
        exp(s),
        p(x | z),
        normal(Variable("v", Reals()), s, 1),
        hat(z),
        p(x) / p(z) + 1,
        p(x) ** s,
        E(p(z), g(z)),
        integral(p(x, z), z),
        product(p(x[k] | z), k, K),
        summation(p(x[k]), k, K),
    ],
)
def test_positive(e: Expression) -> None:
    assert positive(e)


@pytest.mark.parametrize(
    "e",
    [
        to_expression(0),
        to_expression(-1),
        s,
        f(z),
        p(x) - p(z),
        -p(x),
        log(p(x)),
        s**2,
        Value(a),
        Value(k),
        Value(Variable("n", Integers(0))),
        Value(Variable("c", Interval(-1, 1))),
        E(f(z), p(x), over=(z,)),
        KL(p(z), p(z | x)),
    ],
)
def test_not_known_to_be_positive(e: Expression) -> None:
    assert not positive(e)
