"""z = a + b ε becomes the normal density that it says; anything else is refused."""

from __future__ import annotations

import pytest

from vaetheory.checkers.evidence import Verdict
from vaetheory.checkers.exact import check
from vaetheory.language.assumptions import Assumption, Family, Reparameterized
from vaetheory.language.distributions import normal
from vaetheory.language.expressions import Expression, Function, Gradient, Letter, Value
from vaetheory.language.notation import KL, E, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable
from vaetheory.worlds.refusals import UngenerableError
from vaetheory.worlds.reparameterization import with_families

p, q = Letter("p"), Letter("q")
x, z = Variable("x"), Variable("z")
noise = Variable("\\epsilon", Reals())
mean, scale = Variable("\\mu", Reals()), Variable("\\sigma", Reals(positive=True))
f = Variable("f", Reals())
MEAN, SCALE = (Function(v, (Value(x),)) for v in (mean, scale))
STANDARD = normal(Value(noise), 0, 1)
TRANSFORM = MEAN + SCALE * Value(noise)


def claim(left: Expression, right: Expression, *assumptions: Assumption) -> Statement:
    return Statement(left, Relation.EQUAL, right, assumptions)


def test_an_affine_transform_of_standard_noise_is_a_normal_density() -> None:
    drawn = Reparameterized(z, TRANSFORM, STANDARD)
    law = normal(Value(z), MEAN, SCALE**2)
    assert check(claim(log(q(z | x)), log(law), drawn)).verdict is Verdict.HOLDS
    assert check(claim(log(q(z | x)), log(normal(Value(z), MEAN, SCALE)), drawn)).verdict is (
        Verdict.FAILS
    )


def test_expectations_move_to_the_noise() -> None:
    drawn = Reparameterized(z, TRANSFORM, STANDARD)
    value = E(q(z | x), Function(f, (Value(z),)))
    moved = E(STANDARD, Function(f, (TRANSFORM,)), over=(noise,))
    assert check(claim(value, moved, drawn)).verdict is Verdict.HOLDS
    gradient = Gradient(value, "\\phi")
    inside = E(STANDARD, Gradient(Function(f, (TRANSFORM,)), "\\phi"), over=(noise,))
    assert check(claim(gradient, inside, drawn)).verdict is Verdict.HOLDS
    still = E(q(z | x), Gradient(Function(f, (Value(z),)), "\\phi"))
    assert check(claim(gradient, still, drawn)).verdict is Verdict.FAILS


def test_noise_may_be_a_letter_whose_family_is_known() -> None:
    r = Letter("r")
    known = Family(r(noise), STANDARD)
    found = with_families(
        claim(
            KL(q(z | x), p(z)), KL(q(z | x), p(z)), Reparameterized(z, TRANSFORM, r(noise)), known
        )
    )
    assert any(isinstance(a, Family) and a.density == q(z | x) for a in found.assumptions)


@pytest.mark.parametrize(
    ("transform", "law", "message"),
    [
        (Value(noise) ** 2, STANDARD, "not affine"),
        (TRANSFORM, normal(Value(noise), 0, 2), "not a standard normal"),
    ],
)
def test_other_transforms_and_other_noise_are_refused(
    transform: Expression, law: Expression, message: str
) -> None:
    statement = claim(log(q(z | x)), log(q(z | x)), Reparameterized(z, transform, law))
    with pytest.raises(UngenerableError, match=message):
        with_families(statement)
    assert check(statement).verdict is Verdict.UNDECIDED
