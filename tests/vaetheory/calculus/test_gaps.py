"""What is certainly not negative, and what only looks so."""

from __future__ import annotations

import pytest

from tests.vaetheory.symbols import a, b, f, g, m, p, q, r, s, t, w, x, z
from vaetheory.calculus.gaps import nonnegative
from vaetheory.language.expressions import (
    Entropy,
    Expectation,
    Expression,
    MutualInformation,
    to_expression,
)
from vaetheory.language.notation import HALF, KL, E, H, log

WITH_SIGN = [
    KL(q(z | x), p(z | x)),
    KL(q(z, w), q(z) * q(w), over=(z, w)),
    H(q(a)),
    H(q(a, b | x)),
    MutualInformation(p, (x,), (z,)),
    E(r(x), KL(q(z | x), p(z))),
    p(x) * KL(q(z | x), p(z)),
    2 * KL(q(z), p(z)) + s**2,
    log(E(q(z), g(z))) - E(q(z), log(g(z))),
    3 * log(E(q(z), f(z))) - 3 * E(q(z), log(f(z))),
    log(E(q(z), f(z) ** 2)) - 2 * log(E(q(z), f(z))),
    E(q(z), f(z) ** 2) - E(q(z), f(z)) ** 2,
    s - 1 - log(s),
    1 / s - 1 + log(s),
    log((m + g(z)) / 2) - HALF * log(m) - HALF * log(g(z)),
    log((m + 2 * g(z)) / 3) - log(m) / 3 - 2 * log(g(z)) / 3,
]

WITHOUT_SIGN = [
    -KL(q(z), p(z)),
    KL(q(z | x), p(x, z)),
    KL(p(x, z), q(z), over=(z,)),
    KL(q(z), p(z), over=(w,)),
    KL(p(z | w) * p(w | z), q(z, w), over=(z, w)),
    H(q(z)),
    H(p(x, a), over=(a,)),
    Entropy(2 * p(a), (a,)),
    Expectation(-p(x), KL(q(z | x), p(z)), (x,)),
    Expectation(f(x), KL(q(z | x), p(z)), (x,)),
    log(E(p(x, z), g(z), over=(z,))) - E(p(x, z), log(g(z)), over=(z,)),
    E(q(z), log(g(z))) - log(E(q(z), g(z))),
    log(E(q(z), g(z))) - E(p(z), log(g(z))),
    log(E(q(z), g(z))) - 2 * E(q(z), log(g(z))),
    log(E(p(x, z), f(z) ** 2, over=(z,))) - 2 * log(E(p(x, z), f(z), over=(z,))),
    2 * log(E(q(z), f(z))) - log(E(q(z), f(z) ** 2)),
    E(p(x, z), f(z) ** 2, over=(z,)) - E(p(x, z), f(z), over=(z,)) ** 2,
    log(s) - s + 1,
    s - log(s),
    log((s + t) / 2) - HALF * log(s) - HALF * log(t),
    log((s - t) / 2) - HALF * log(s) - HALF * log(-t),
    log((m + g(z)) / 2) - log(m) / 3 - 2 * log(g(z)) / 3,
    log(m + g(z)) - HALF * log(m) - HALF * log(g(z)),
    s,
    f(z),
    s**3,
    to_expression(-1),
]


@pytest.mark.parametrize("e", WITH_SIGN, ids=repr)
def test_what_is_known_not_to_be_negative(e: Expression) -> None:
    assert nonnegative(e)


@pytest.mark.parametrize("e", WITHOUT_SIGN, ids=repr)
def test_what_is_not_known_to_have_a_sign(e: Expression) -> None:
    assert not nonnegative(e)
