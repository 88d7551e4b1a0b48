"""Every formula that ``assert_implements`` knows, against torch.distributions: right ones pass, and
0.1 % more is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import distributions as td

from vaetheory.testing import FORMULAS, assert_implements

Function = Callable[..., Any]


def double(values: Any) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


LAWS: dict[str, Function] = {
    "bernoulli": td.Bernoulli,
    "beta": td.Beta,
    "exponential": td.Exponential,
    "gamma": td.Gamma,
    "geometric": td.Geometric,
    "gumbel": td.Gumbel,
    "half-normal": td.HalfNormal,
    "inverse-gamma": td.InverseGamma,
    "laplace": td.Laplace,
    "log-normal": td.LogNormal,
    "normal": td.Normal,
    "pareto": td.Pareto,
    "poisson": td.Poisson,
    "weibull": td.Weibull,
}
NO_TORCH = {"kl-weibull"}
"""Where torch has no rule."""


def _torch(name: str) -> Function | None:
    kind, _, family = name.partition("-")
    law = LAWS.get(family)
    if law is None or name in NO_TORCH:
        return None
    count = len(law.arg_constraints)  # type: ignore[attr-defined]
    if family in ("bernoulli", "geometric"):
        count = 1
    if kind == "kl":
        return lambda *a: td.kl_divergence(law(*a[:count]), law(*a[count:])).sum()
    if kind == "entropy":
        return lambda *a: law(*a).entropy().sum()
    return lambda x, *a: -law(*a).log_prob(x).sum()


def _elbo_bernoulli(x: Any, p: Any, m: Any, s: Any) -> Any:
    kl = td.kl_divergence(td.Normal(m, s), td.Normal(torch.zeros_like(m), torch.ones_like(s)))
    return td.Bernoulli(p).log_prob(x).sum() - kl.sum()


def _elbo_gaussian(x: Any, m_x: Any, s_x: Any, m: Any, s: Any) -> Any:
    kl = td.kl_divergence(td.Normal(m, s), td.Normal(torch.zeros_like(m), torch.ones_like(s)))
    return td.Normal(m_x, s_x).log_prob(x).sum() - kl.sum()


RIGHT: dict[str, Function] = {
    **{name: found for name in FORMULAS if (found := _torch(name)) is not None},
    "gaussian-kl": lambda m, s: td.kl_divergence(
        td.Normal(m, s), td.Normal(torch.zeros_like(m), torch.ones_like(s))
    ).sum(),
    "gaussian-kl-two": lambda *a: td.kl_divergence(td.Normal(*a[:2]), td.Normal(*a[2:])).sum(),
    "gaussian-kl-full": lambda *a: td.kl_divergence(
        td.MultivariateNormal(*a[:2]), td.MultivariateNormal(*a[2:])
    ),
    "gaussian-entropy": lambda m, s: td.Normal(m, s).entropy().sum(),
    "gaussian-entropy-full": lambda c: td.MultivariateNormal(c.new_zeros(len(c)), c).entropy(),
    "gaussian-nll": lambda x, m, s: -td.Normal(m, s).log_prob(x).sum(),
    "bce": lambda x, p: torch.nn.functional.binary_cross_entropy(p, x, reduction="sum"),
    "kl-categorical": lambda a, b: td.kl_divergence(td.Categorical(a), td.Categorical(b)),
    "entropy-categorical": lambda a: td.Categorical(a).entropy(),
    "kl-dirichlet": lambda a, b: td.kl_divergence(td.Dirichlet(a), td.Dirichlet(b)),
    "entropy-dirichlet": lambda a: td.Dirichlet(a).entropy(),
    "elbo-bernoulli": _elbo_bernoulli,
    "elbo-gaussian": _elbo_gaussian,
    "iw-bound": lambda w: torch.logsumexp(w, 0) - np.log(len(w)),
    # no rule in torch: Bauckhage, "Computing the Kullback-Leibler divergence between two Weibull
    # distributions" (2013)
    "kl-weibull": lambda l1, k1, l2, k2: (
        torch.log(k1 / l1**k1)
        - torch.log(k2 / l2**k2)
        + (k1 - k2) * (torch.log(l1) - np.euler_gamma / k1)
        + (l1 / l2) ** k2 * torch.exp(torch.lgamma(k2 / k1 + 1))
        - 1
    ).sum(),
}


def test_every_formula_has_an_implementation_of_another_hand() -> None:
    assert set(RIGHT) == set(FORMULAS)


@pytest.mark.parametrize("name", FORMULAS)
def test_right_functions_pass_and_a_thousandth_more_is_named(name: str) -> None:
    right = RIGHT[name]
    assert_implements(name, right, convert=double, rtol=1e-8, examples=4)
    with pytest.raises(AssertionError, match=r"1\.001 times the formula"):
        assert_implements(name, lambda *a: 1.001 * right(*a), convert=double, examples=4)


WRONG: list[tuple[str, tuple[str, ...], Function, str]] = [
    (
        "bce",
        ("target", "logits"),
        lambda x, o: torch.nn.functional.binary_cross_entropy_with_logits(o, x),
        "mean over the components",
    ),
    ("bce", (), lambda x, p: RIGHT["bce"](x, torch.sigmoid(p)), "takes 'probability' for 'logits'"),
    (
        "gaussian-nll",
        (),
        lambda x, m, s: RIGHT["gaussian-nll"](x, m, s**0.5),
        "'std' for 'variance'",
    ),
    (
        "gaussian-nll",
        (),
        lambda x, m, s: torch.nn.functional.gaussian_nll_loss(m, x, s**2, reduction="sum"),
        "by the constant -0.918939 for each component",
    ),
    ("kl-gamma", (), lambda a, b, c, d: RIGHT["kl-gamma"](c, d, a, b), "wrong way round"),
    ("kl-dirichlet", (), lambda a, b: RIGHT["kl-dirichlet"](b, a), "wrong way round"),
    (
        "gaussian-kl-full",
        (),
        lambda m, c, n, d: RIGHT["gaussian-kl-full"](n, d, m, c),
        "wrong way round",
    ),
    ("iw-bound", (), lambda w: w.mean(), "is the ELBO"),
    (
        "elbo-bernoulli",
        (),
        lambda x, p, m, s: RIGHT["elbo-bernoulli"](x, p, m, s) + 2 * RIGHT["gaussian-kl"](m, s),
        "it is subtracted",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "wrong", "said"), WRONG)
def test_what_goes_wrong_is_said(
    name: str, arguments: tuple[str, ...], wrong: Function, said: str
) -> None:
    with pytest.raises(AssertionError, match=said):
        assert_implements(name, wrong, arguments=arguments, convert=double, rtol=1e-7, examples=8)


def test_parameters_are_given_once() -> None:
    with pytest.raises(KeyError, match="needs std or variance or log_std or log_variance once"):
        assert_implements("gaussian-kl", RIGHT["gaussian-kl"], arguments=("mean",))
    with pytest.raises(KeyError, match="needs covariance or cholesky once"):
        assert_implements(
            "gaussian-entropy-full", lambda a, b: 0.0, arguments=("covariance", "cholesky")
        )


def test_numpy_functions_and_other_forms() -> None:
    def of_cholesky(lower: np.ndarray) -> float:
        n = len(lower)
        return float(0.5 * n * (1 + np.log(2 * np.pi)) + np.log(np.diag(lower)).sum())

    assert_implements("gaussian-entropy-full", of_cholesky, arguments=("cholesky",))
    assert_implements(
        "bce",
        lambda x, o: float((np.logaddexp(0, o) - x * o).sum()),
        arguments=("target", "logits"),
    )
