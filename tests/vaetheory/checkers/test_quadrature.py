"""Quadrature: true statements hold, wrong ones fail with a world that can be redone, the rest is
undecided."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from tests.vaetheory.checkers.statements import (
    ELBO,
    FALSE,
    GAUSSIAN_KL,
    GAUSSIAN_KL_FORM,
    IDENTITY,
    SAME_NOISE,
    TIGHTER,
    TRUE,
    equal,
    mu,
    p,
    q,
    sigma,
    x,
    z,
)
from vaetheory.checkers.evidence import Verdict
from vaetheory.checkers.numeric.build import build_world
from vaetheory.checkers.numeric.carriers import Cells, Real, Vector
from vaetheory.checkers.numeric.context import Context
from vaetheory.checkers.numeric.evaluate import quiet
from vaetheory.checkers.numeric.meaning import value
from vaetheory.checkers.numeric.world import Setting
from vaetheory.checkers.quadrature import Comparison, _judge, check
from vaetheory.language.assumptions import Different, Reparameterized, SameDensity
from vaetheory.language.distributions import gamma, inverse_gamma
from vaetheory.language.expressions import Density, Number, Value
from vaetheory.language.notation import KL, E, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_true_statements_hold(name: str, seed: int) -> None:
    evidence = check(TRUE[name], seed=seed)
    assert evidence.verdict is Verdict.HOLDS, evidence
    assert evidence.figures["largest difference"] <= evidence.figures["tolerance"]
    assert evidence.figures["worlds"] == 2


@pytest.mark.parametrize("name", FALSE)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_false_statements_fail(name: str, seed: int) -> None:
    evidence = check(FALSE[name], seed=seed)
    assert evidence.verdict is Verdict.FAILS, evidence
    assert evidence.counterexample is not None
    found = evidence.counterexample
    assert found.difference_decimal == pytest.approx(found.left_decimal - found.right_decimal)


def test_asking_stops_at_a_refutation_and_never_at_a_confirmation() -> None:
    evidence = check(SAME_NOISE)
    assert evidence.verdict is Verdict.FAILS
    assert "nonlinear" in evidence.why
    assert evidence.figures["worlds"] == 2
    assert check(FALSE["kl turned"]).figures["worlds"] == 1


@pytest.mark.parametrize("name", ["identity", "forms", "entropy", "appendix b", "bce"])
def test_a_thousandth_more_fails(name: str) -> None:
    true = TRUE[name]
    wrong = Statement(true.left, true.relation, Fraction(1001, 1000) * true.right, true.assumptions)
    assert check(wrong).verdict is Verdict.FAILS


def test_inequalities_are_only_refuted() -> None:
    bound = Statement(log(p(x)), Relation.AT_LEAST, ELBO)
    evidence = check(bound)
    assert evidence.verdict is Verdict.UNDECIDED
    assert evidence.figures["smallest margin"] > 0
    assert evidence.figures["worlds"] >= 6
    tame = Statement(KL(q(z | x), p(z | x)), Relation.AT_MOST, Number(Fraction(3)))
    assert check(tame).verdict is Verdict.FAILS, "worlds must not all be tame"
    assert check(TIGHTER).verdict is Verdict.UNDECIDED
    coarse = check(bound, tolerance=1e-16)
    assert "not refuted" in coarse.why, "grids need not agree where the margin is wide"


def test_grids_too_coarse_for_the_margin_are_counted() -> None:
    bound = Statement(log(p(x)), Relation.AT_LEAST, ELBO)
    world = build_world(bound, Setting())
    sharp, blurred = Comparison(world, 1.0, 0.5, 1e-3), Comparison(world, 1.0, 0.9, 0.1)
    assert "coarse" not in _judge(bound, [sharp], 1e-8).why
    assert "in 1 of them the grids are too coarse" in _judge(bound, [sharp, blurred], 1e-8).why


def test_strictness_is_refuted_where_the_sides_agree() -> None:
    gap = KL(q(z | x), p(z | x))
    strict = Statement(log(p(x)), Relation.GREATER, ELBO, (Different(q(z | x), p(z | x)),))
    assert check(strict).verdict is Verdict.UNDECIDED
    never = Statement(log(p(x)), Relation.GREATER, ELBO + gap)
    assert check(never).verdict is Verdict.FAILS
    assert check(never).counterexample is not None


def test_assumptions_are_met_or_the_line_is_undecided() -> None:
    same = equal(KL(q(z | x), p(z | x)), Number(Fraction(0)), SameDensity(q(z | x), p(z | x)))
    assert check(same).verdict is Verdict.HOLDS
    marginal = equal(KL(q(z | x), q(z)), Number(Fraction(0)), SameDensity(q(z | x), q(z)))
    assert check(marginal).verdict is Verdict.HOLDS
    noise = Variable("e", Reals())
    pathwise = Reparameterized(z, Value(noise), q(z | x))
    undecided = check(equal(ELBO, ELBO, pathwise))
    assert undecided.verdict is Verdict.UNDECIDED
    assert "reparameterization" in undecided.why
    unsampled = check(Statement(ELBO, Relation.UNBIASED, log(p(x | z))))
    assert unsampled.verdict is Verdict.UNDECIDED
    assert "sampled" in unsampled.why
    unnamed = check(Statement(ELBO, Relation.UP_TO_CONSTANT, ELBO))
    assert unnamed.verdict is Verdict.UNDECIDED
    assert "constant in what" in unnamed.why
    clash = check(equal(ELBO, ELBO, SameDensity(q(z | x), p(x | z))))
    assert clash.verdict is Verdict.UNDECIDED


def test_a_divergent_integral_is_undecided() -> None:
    v = Variable("v", Reals(positive=True))
    a, b = gamma(v, Fraction(1, 2), 1), inverse_gamma(v, 2, 1)
    one = Number(Fraction(1))
    evidence = check(equal(KL(a, b), one))
    assert evidence.verdict is Verdict.UNDECIDED
    assert "grids differ" in evidence.why or "not finite" in evidence.why


def test_too_many_axes_are_undecided() -> None:
    many = [Variable(f"z_{i}") for i in range(1, 7)]
    joint = Density(q, tuple(many))
    evidence = check(equal(E(joint, log(joint)), Number(Fraction(0))))
    assert evidence.verdict is Verdict.UNDECIDED
    assert "points" in evidence.why


def test_the_two_worlds() -> None:
    conjugate = build_world(IDENTITY, Setting("gaussian", 3))
    assert all(j.is_linear_gaussian for j in conjugate.joints.values())
    other = build_world(IDENTITY, Setting("nonlinear", 3))
    assert not any(j.is_linear_gaussian for j in other.joints.values())
    assert other.carriers["x"] == Vector(Cells(2), 3)
    assert isinstance(other.carriers["z"], Real)


def test_a_marginal_agrees_with_scipy() -> None:
    """p(x) of the Bernoulli decoder with its tanh layer, integrated by an adaptive rule."""
    world = build_world(IDENTITY, Setting("nonlinear", 5))
    joint = world.joints[p]
    context = Context(world)
    point = context.lookup(x)

    def integrand(at: float) -> float:
        return math.exp(joint.log_product(context, {"z": (at,), "x": point}))

    expected, _ = scipy.integrate.quad(integrand, -12, 12, epsabs=1e-13, limit=300)
    with quiet():
        assert value(p(x), Context(world, level=3)) == pytest.approx(expected, rel=1e-10)


def test_a_conditional_agrees_with_linear_algebra() -> None:
    """p(z | x) of the linear-Gaussian world from its joint covariance."""
    world = build_world(IDENTITY, Setting("gaussian", 5))
    found = world.joints[p]._moments(Context(world))
    at = Context(world).bind(("z", ()), (0.37,)).bind(("x", ()), (-0.6,))
    full = scipy.stats.multivariate_normal(found.mean, found.covariance)
    places = {"z": 0.37, "x": -0.6}
    i = found.slots.index("x")
    below = scipy.stats.norm(found.mean[i], math.sqrt(found.covariance[i, i])).logpdf(-0.6)
    expected = full.logpdf([places[s] for s in found.slots]) - below
    assert value(log(p(z | x)), at) == pytest.approx(expected, rel=1e-12)


def test_gaussian_kl_against_an_integral_of_ours() -> None:
    """The formula of appendix B for D = 2, by SciPy's quadrature over the plane."""
    evidence = check(equal(GAUSSIAN_KL, GAUSSIAN_KL_FORM), seed=4)
    assert evidence.verdict is Verdict.HOLDS
    detail = evidence.figures["details"][0]
    world = build_world(equal(GAUSSIAN_KL, GAUSSIAN_KL_FORM), Setting("gaussian", 4))
    context = Context(world)
    m = [context.lookup(mu[k])[0] for k in (1, 2)]
    s = [context.lookup(sigma[k])[0] for k in (1, 2)]
    first = [scipy.stats.norm(a, b) for a, b in zip(m, s, strict=True)]
    total = sum(
        scipy.integrate.quad(
            lambda t, f=f: f.pdf(t) * (f.logpdf(t) - scipy.stats.norm.logpdf(t)), -30, 30, limit=200
        )[0]
        for f in first
    )
    assert detail["left"] == pytest.approx(total, rel=1e-9)
    assert np.isclose(detail["right"], total)


def test_same_seed_same_answer() -> None:
    assert check(FALSE["kl turned"], seed=9) == check(FALSE["kl turned"], seed=9)
    first, second = check(IDENTITY, seed=1), check(IDENTITY, seed=2)
    assert first.figures["details"][0]["left"] != second.figures["details"][0]["left"]


def test_slots_without_an_order_are_said() -> None:
    many = [Variable(f"s{i}") for i in range(8)]
    evidence = check(equal(log(Density(p, tuple(many))), log(Density(p, tuple(many)))))
    assert evidence.verdict is Verdict.UNDECIDED
    assert "no graph" in evidence.why
