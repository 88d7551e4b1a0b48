"""Monte Carlo: stated false alarms and power, measured; heavy tails, rounding and coarse checks
admitted."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
import torch

from tests.vaetheory.checkers.statements import (
    ELBO,
    FALSE,
    IDENTITY,
    SAME_NOISE,
    SQUARED_ERROR,
    TIGHTER,
    TRUE,
    equal,
    p,
    q,
    x,
    z,
)
from vaetheory import theorems
from vaetheory.checkers.evidence import Verdict
from vaetheory.checkers.monte_carlo import check
from vaetheory.checkers.numeric import outcomes
from vaetheory.checkers.numeric.backend import NUMPY, Backend
from vaetheory.checkers.numeric.bounds import detectable, rounding_floor, z_bound
from vaetheory.checkers.numeric.build import build_world
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.estimate import (
    Estimate,
    Moments,
    estimate_of,
    exact,
    moments_of,
)
from vaetheory.checkers.numeric.estimators import estimate, run_for
from vaetheory.checkers.numeric.evaluate import quiet
from vaetheory.checkers.numeric.outcomes import Outcome
from vaetheory.checkers.numeric.uniforms import Plain, Sobol
from vaetheory.checkers.numeric.world import Setting
from vaetheory.language.distributions import pareto
from vaetheory.language.expressions import Number, Value
from vaetheory.language.notation import KL, E, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("seed", [0, 1])
def test_true_statements_hold(name: str, seed: int) -> None:
    evidence = check(TRUE[name], seed=seed)
    assert evidence.verdict is Verdict.HOLDS, evidence
    assert abs(evidence.figures["z"]) < evidence.figures["bound"]
    assert evidence.figures["n"] >= 32
    assert evidence.figures["worlds"] == 2


@pytest.mark.parametrize("name", FALSE)
@pytest.mark.parametrize("seed", [0, 1])
def test_false_statements_fail_or_are_too_heavy(name: str, seed: int) -> None:
    evidence = check(FALSE[name], seed=seed)
    if name == "log outside" and evidence.verdict is Verdict.UNDECIDED:
        assert "heavy tails" in evidence.why
        return
    assert evidence.verdict is Verdict.FAILS, evidence
    assert abs(evidence.figures["z"]) > evidence.figures["bound"]
    assert evidence.counterexample is not None


# --- false alarms and power --------------------------------------------------------------------


def z_of(left: Estimate, right: Estimate) -> float:
    difference = left.plus(right.scaled(-1))
    return difference.mean / math.sqrt(difference.variance)


def test_false_alarm_rate_is_what_is_stated() -> None:
    """A true statement, both sides sampled 1,000 times: P(|z| > bound) at a rate that can be
    seen."""
    world = build_world(IDENTITY, Setting("nonlinear", 2))
    rate = 0.05
    alarms = 0
    runs = 1000
    with quiet():
        for seed in range(runs):
            run = run_for(world, NUMPY, 512, (seed,))
            z_value = z_of(estimate(IDENTITY.left, run), estimate(IDENTITY.right, run))
            alarms += abs(z_value) > z_bound(rate)  # type: ignore[operator]
    # 0.05 ± 4.4 standard errors of the share itself: this test fails by chance once in 10⁵
    assert abs(alarms / runs - rate) < 4.4 * math.sqrt(rate * (1 - rate) / runs)


def test_power_is_what_is_stated() -> None:
    """A deviation exactly at the detectable size is caught with the stated probability."""
    world = build_world(IDENTITY, Setting("nonlinear", 2))
    rate = 0.05
    bound = z_bound(rate)
    assert bound is not None
    caught = 0
    runs = 1000
    with quiet():
        for seed in range(runs):
            run = run_for(world, NUMPY, 512, (seed,))
            left, right = estimate(IDENTITY.left, run), estimate(IDENTITY.right, run)
            error = math.sqrt(left.variance + right.variance)
            off = left.plus(exact(detectable(bound, error)))
            caught += abs(z_of(off, right)) > bound
    # 0.999 is 1 miss in 1,000; 7 or more happen by chance once in 10⁴
    assert runs - caught <= 6


def test_bounds() -> None:
    normal = NormalDist()
    for rate in (0.05, 1e-6, 1e-9):
        bound = z_bound(rate)
        assert bound is not None
        assert 2 * normal.cdf(-bound) == pytest.approx(rate, rel=1e-6)
        skewed = z_bound(rate, 0.01)
        assert skewed is not None
        assert skewed > bound
    assert z_bound(1e-9, 1.0) is None
    assert z_bound(1e-9, math.nan) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        z_bound(0)


def test_the_suite_shares_one_rate() -> None:
    few, many = check(IDENTITY, checks=1), check(IDENTITY, checks=10**6)
    assert few.figures["bound"] < many.figures["bound"]
    assert few.figures["detectable deviation"] < many.figures["detectable deviation"]
    assert few.figures["z"] == many.figures["z"], "the check itself does not depend on the suite"


# --- planted faults ------------------------------------------------------------------------------


def test_asking_stops_at_a_refutation_and_never_at_a_confirmation() -> None:
    evidence = check(SAME_NOISE)
    assert evidence.verdict is Verdict.FAILS
    assert "nonlinear" in evidence.why
    assert evidence.figures["worlds"] == 2
    assert check(FALSE["kl turned"]).figures["worlds"] == 1


@pytest.mark.parametrize("percent", [103, 97])
def test_a_scale_is_caught_once_the_samples_allow_it(percent: int) -> None:
    gap = KL(q(z | x), p(z))
    off = Fraction(percent, 100)
    wrong = equal(gap, off * E(q(z | x), log(q(z | x)) - log(p(z))))
    few = check(wrong, samples=2**14, target=0.0)
    assert few.verdict is not Verdict.FAILS
    size = max(abs(d["left"]) for d in few.figures["details"])
    assert few.figures["detectable deviation"] > 0.03 * size, "or it should have been caught"
    many = check(wrong, samples=2**23, target=0.0)
    assert many.verdict is Verdict.FAILS
    assert any(0.03 * abs(d["left"]) > d["detectable deviation"] for d in many.figures["details"])


def test_no_stopping_at_the_first_pass() -> None:
    """n is settled by draws that are not used again: a small deviation does not change it."""
    near = equal(IDENTITY.left, IDENTITY.right + Number(Fraction(1, 1000)))
    n = [d["n"] for d in check(IDENTITY).figures["details"]]
    assert [d["n"] for d in check(near).figures["details"]] == n


def test_a_world_without_an_estimate_does_not_end_the_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In some candidate the mean inside the logarithm is not positive; another is chosen."""
    refused = []
    inner = outcomes._estimated

    def watched(*arguments: Any) -> Outcome:
        try:
            return inner(*arguments)
        except CannotEvaluate as reason:
            refused.append(reason)
            raise

    monkeypatch.setattr(outcomes, "_estimated", watched)
    evidence = check(theorems.get("renyi-bound-above-elbo").statement)
    assert refused
    assert evidence.figures["worlds"] == 2


def test_runs_of_one_statement_share_their_grids() -> None:
    """A second run need not look how many grid points a mean takes, and draws for itself."""
    world = build_world(IDENTITY, Setting("nonlinear"))
    sides = [log(p(x)), E(p(z), log(integral(p(x, z), x)))]
    grids: dict[int, int] = {}
    first = run_for(world, NUMPY, 2**11, (1,), 0.0, grids)
    one = [estimate(side, first) for side in sides]
    known = dict(grids)
    second = run_for(world, NUMPY, 2**11, (2,), 0.0, grids)
    other = [estimate(side, second) for side in sides]
    assert grids == known
    assert len(set(grids.values())) > 1
    assert second.nested == first.nested > 1
    assert [e.n for e in one] == [e.n for e in other]
    for a, b in zip(one, other, strict=True):
        assert a.mean != b.mean
        assert abs(a.mean - b.mean) < 6 * math.hypot(a.variance**0.5, b.variance**0.5)


def test_heavy_tails_are_undecided() -> None:
    a, m = Fraction(21, 10), Variable("v", Reals(positive=True))
    law = pareto(m, 1, a)
    mean = equal(E(law, Value(m)), Number(a / (a - 1)))
    evidence = check(mean)
    assert evidence.verdict is Verdict.UNDECIDED
    assert "heavy tails" in evidence.why


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_coarse_check_says_so(seed: int) -> None:
    noise = 1000 * (ELBO - ELBO)
    evidence = check(equal(noise, noise), samples=2**12, seed=seed)
    assert evidence.verdict is Verdict.UNDECIDED
    assert "too few samples" in evidence.why


def test_rounding_floor() -> None:
    """Pareto ‖ Pareto with one shape has no variance at all: without a floor, float32 rounding
    alone
    would be infinitely many standard errors."""
    v = Variable("v", Reals(positive=True))
    divergence = KL(pareto(v, 3, 2), pareto(v, 1, 2))
    form = 2 * log(3)
    single = Backend(torch, torch.special, dtype=torch.float32)
    for backend in (NUMPY, single):
        right = check(equal(divergence, form), backend=backend)
        assert right.verdict is Verdict.HOLDS, right
        wrong = check(equal(divergence, Fraction(1001, 1000) * form), backend=backend)
        assert wrong.verdict is Verdict.FAILS
    assert rounding_floor(exact(1.0), single.epsilon) > 1e-6


def test_inequalities_are_only_refuted() -> None:
    bound = check(Statement(log(p(x)), Relation.AT_LEAST, ELBO))
    assert bound.verdict is Verdict.UNDECIDED
    assert bound.figures["smallest margin"] > 0
    assert check(TIGHTER).verdict is Verdict.UNDECIDED
    assert check(Statement(ELBO, Relation.GREATER, log(p(x)))).verdict is Verdict.FAILS


def test_pure_formulas_are_compared_at_points() -> None:
    evidence = check(SQUARED_ERROR)
    assert evidence.verdict is Verdict.HOLDS
    plain = check(equal(TRUE["appendix b"].right, TRUE["appendix b"].right))
    assert "random parameter points" in plain.figures["n counts"]
    assert plain.figures["n"] == 32


# --- the machinery -----------------------------------------------------------------------------


def test_moments_merge_as_if_taken_together() -> None:
    samples = np.random.default_rng(0).gamma(2.0, size=1000)
    together = moments_of(samples, NUMPY, 1000)
    parts = [moments_of(part, NUMPY, len(part)) for part in np.split(samples, [100, 350, 351])]
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merged(part)
    for name in ("n", "mean", "m2", "m3", "m4", "size"):
        assert getattr(merged, name) == pytest.approx(getattr(together, name), rel=1e-12)


def test_delta_method() -> None:
    """log of a mean: error and bias against 4,000 repetitions."""
    rng = np.random.default_rng(1)
    n = 400
    rows = rng.gamma(2.0, size=(4000, n))
    logs = [estimate_of(moments_of(row, NUMPY, n)).log() for row in rows]
    means = np.array([e.mean for e in logs])
    stated = np.mean([e.variance for e in logs])
    assert stated == pytest.approx(means.var(), rel=0.1)
    # 4 standard errors of the average, far below the uncorrected bias of 1/(4n)
    assert abs(means.mean() - math.log(2.0)) < 4 * math.sqrt(stated / len(rows))


def test_arithmetic_of_estimates() -> None:
    a = Estimate(2.0, 0.01, 0.001, 0.0001, 2.0, 100)
    b = Estimate(3.0, 0.04, 0.0, 0.0, 3.0, 100)
    assert a.plus(b).variance == pytest.approx(0.05)
    assert a.scaled(-2).third == pytest.approx(-0.008)
    assert a.times(b).mean == 6.0
    assert a.times(b).variance == pytest.approx(9 * 0.01 + 4 * 0.04)
    assert a.power(-1).variance == pytest.approx(0.01 / 16)
    assert Moments(10, 1.0).merged(Moments(30, 1.0)).n == 40


def test_sobol_points_help_and_stay_unbiased() -> None:
    evidence = check(TRUE["entropy"], sobol=True, target=0.0, samples=2**14)
    gains = [g["right"] for g in evidence.figures["gain of Sobol points"]]
    assert min(gains) > 10, gains
    means = []
    for seed in range(64):
        (u,) = Sobol(NUMPY, 64, seed).take(1)
        means.append(float((u * u).mean()))
    assert np.mean(means) == pytest.approx(1 / 3, abs=5 * np.std(means) / 8)


def test_columns_come_again_after_going_back() -> None:
    source = Plain(NUMPY, 8, 0)
    first = source.take(2)
    source.position = 0
    assert all((a == b).all() for a, b in zip(first, source.take(2), strict=True))
    assert not (source.take(1)[0] == first[0]).all()


@pytest.mark.parametrize("name", ["identity", "entropy", "appendix b", "bce"])
def test_torch_runs_the_same_estimator(name: str) -> None:
    backend = Backend(torch, torch.special, device="cpu", dtype=torch.float64)
    ours, theirs = check(TRUE[name]), check(TRUE[name], backend=backend)
    assert theirs.verdict is Verdict.HOLDS, theirs
    assert ours.figures["details"][0]["kind"] == theirs.figures["details"][0]["kind"]
    assert check(FALSE["kl's sign"], backend=backend).verdict is Verdict.FAILS


@pytest.mark.cuda
def test_cuda_runs_a_large_check() -> None:
    backend = Backend(torch, torch.special, device="cuda", dtype=torch.float64)
    evidence = check(TRUE["entropy"], backend=backend, samples=10**9, target=0.0)
    assert evidence.verdict is Verdict.HOLDS
    assert evidence.figures["detectable deviation"] < 1e-3
