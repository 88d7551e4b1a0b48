"""What users import for their own tests: right functions pass, wrong ones are named."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from tests.vaetheory.checkers.statements import FALSE, IDENTITY, TIGHTER
from vaetheory.checkers import quadrature
from vaetheory.checkers.evidence import Verdict
from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Relation, Statement
from vaetheory.testing import (
    DiagonalGaussian,
    assert_holds,
    assert_implements,
    assert_refuted,
    expressions,
    gaussians,
    worlds,
)
from vaetheory.worlds.finite import FiniteWorld


def kl_std(mean: np.ndarray, std: np.ndarray) -> float:
    return float(0.5 * (mean**2 + std**2 - 1 - 2 * np.log(std)).sum())


def test_right_functions_pass() -> None:
    assert_implements("gaussian-kl", kl_std)
    assert_implements(
        "gaussian-kl",
        lambda mu, log_var: 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum(),
        arguments=("mean", "log_variance"),
        convert=lambda v: torch.tensor(v, dtype=torch.float64),
    )
    assert_implements("gaussian-kl", kl_std_of_torch, convert=torch.tensor, rtol=1e-5)
    assert_implements("gaussian-kl-two", kl_of_torch, convert=torch.tensor, rtol=1e-4)


def kl_std_of_torch(mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    return kl_of_torch(mean, std, torch.zeros_like(mean), torch.ones_like(std))


def kl_of_torch(
    m1: torch.Tensor, s1: torch.Tensor, m2: torch.Tensor, s2: torch.Tensor
) -> torch.Tensor:
    first, second = torch.distributions.Normal(m1, s1), torch.distributions.Normal(m2, s2)
    return torch.distributions.kl_divergence(first, second).sum()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda m, s: 2 * kl_std(m, s), "half-lost"),
        (lambda m, s: -kl_std(m, s), "negative"),
        (lambda m, s: kl_std(m, np.sqrt(s)), "sigma-for-variance"),
        (lambda m, s: 1.001 * kl_std(m, s), "1.001 times the formula"),
        (lambda m, s: kl_std(m, s) / len(m), "mean over the components"),
        (lambda m, s: kl_std(m, s) + 0.01 * m[0], "none of the mistakes"),
        (lambda m, s: math.nan, "none of the mistakes"),
    ],
)
def test_wrong_functions_are_named(wrong: object, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        assert_implements("gaussian-kl", wrong)  # type: ignore[arg-type]


def test_messages_give_the_inputs() -> None:
    with pytest.raises(AssertionError, match=r"at mean=\[.*\], std=\[.*\] the function gives"):
        assert_implements("gaussian-kl", lambda m, s: 0.0)
    with pytest.raises(AssertionError, match=r"array of shape \(\d,\) .* sum over the components"):
        assert_implements("gaussian-kl", lambda m, s: m)
    with pytest.raises(KeyError, match="no formula named 'kl'; there are gaussian-kl"):
        assert_implements("kl", kl_std)
    with pytest.raises(KeyError, match="no argument 'sigma'; there are mean, std"):
        assert_implements("gaussian-kl", kl_std, arguments=("mean", "sigma"))


def test_statements() -> None:
    assert_holds(IDENTITY)
    assert_refuted(FALSE["kl turned"])
    with pytest.raises(AssertionError, match="refutes it"):
        assert_holds(FALSE["kl turned"], ["quadrature"])
    with pytest.raises(AssertionError, match="undecided"):
        assert_holds(TIGHTER, ["quadrature"])
    with pytest.raises(AssertionError, match="not refuted"):
        assert_refuted(IDENTITY, ["quadrature"])


@given(gaussians())
def test_gaussians_are_fit_for_a_kl(law: DiagonalGaussian) -> None:
    divergence = kl_std(np.array(law.mean), np.array(law.scale))
    assert divergence >= -1e-12
    assert len(law.mean) == len(law.log_variance)


@given(worlds(IDENTITY))
@settings(max_examples=10)
def test_worlds_have_tables(world: FiniteWorld) -> None:
    assert all(size >= 1 for size in world.sizes.values())


@given(expressions())
@settings(max_examples=40)
def test_expressions_are_legal(expression: Expression) -> None:
    """Every one of them equals itself, to every checker that can say anything about it."""
    same = quadrature.check(Statement(expression, Relation.EQUAL, expression))
    assert same.verdict is Verdict.HOLDS, (expression, same)
    more = quadrature.check(Statement(expression, Relation.EQUAL, expression + 1))
    assert more.verdict is Verdict.FAILS, (expression, more)
