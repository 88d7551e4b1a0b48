"""The audit's terms are the theorems' expressions: equal at random points, and a slip is seen."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from vaetheory.audit.findings import KINDS
from vaetheory.audit.roles import Role
from vaetheory.audit.terms import latent, reconstruction
from vaetheory.language.expressions import (
    Expectation,
    Expression,
    IndexedSum,
    Log,
    Number,
    Pi,
    Power,
    Product,
    Sum,
)
from vaetheory.theorems import CATALOGUE

BY_NAME = {theorem.name: theorem for theorem in CATALOGUE}
RANDOM = np.random.default_rng(0)
D = 6


def numeric(expression: Expression, values: Mapping[str, np.ndarray], index: int = 0) -> float:
    """The scalar algebra of an expression at numbers; E over q is dropped, D is the length."""
    match expression:
        case Number(value=value):
            return float(value)
        case Pi():
            return math.pi
        case Sum(terms=terms):
            return sum(numeric(term, values, index) for term in terms)
        case Product(factors=factors):
            return math.prod(numeric(factor, values, index) for factor in factors)
        case Power(base=base, exponent=exponent):
            return float(numeric(base, values, index) ** numeric(exponent, values, index))
        case Log(argument=argument):
            return math.log(numeric(argument, values, index))
        case IndexedSum(body=body):
            return sum(numeric(body, values, i) for i in range(D))
        case Expectation(body=body):
            return numeric(body, values, index)
        case _:
            return leaf(expression, values, index)


def leaf(expression: Expression, values: Mapping[str, np.ndarray], index: int) -> float:
    """A variable or function value, by the way it is written."""
    value = values[str(expression)]
    return float(value[index] if value.ndim else value)


X, P = RANDOM.uniform(0.1, 0.9, (2, D))
MU, SIGMA, MU_2, SIGMA_2 = RANDOM.uniform(0.3, 1.7, (4, D))
NUMBER = np.array(0.7)
LETTERS = {
    "x_{d}": X, r"\hat{x}_{d}(z)": P, "D": np.array(float(D)), r"\sigma": NUMBER,
    r"\mu_{d}": MU, r"\sigma_{d}": SIGMA, r"\mu_{1,d}": MU, r"\sigma_{1,d}": SIGMA,
    r"\mu_{2,d}": MU_2, r"\sigma_{2,d}": SIGMA_2,
}  # fmt: skip
VALUES = {
    Role.TARGET: X[None], Role.RECONSTRUCTION: P[None], Role.MEAN: MU[None],
    Role.PRIOR_MEAN: MU_2[None],
}  # fmt: skip
# s for each reading of the scale argument, so that σ is the same.
SPELLINGS = {
    "log σ²": lambda sigma: 2 * np.log(sigma),
    "log σ": np.log,
    "σ": lambda sigma: sigma,
    "σ²": lambda sigma: sigma**2,
    "softplus⁻¹(σ)": lambda sigma: np.log(np.expm1(sigma)),
    "1/σ²": lambda sigma: sigma**-2.0,
    "log 1/σ²": lambda sigma: -2 * np.log(sigma),
    "softplus⁻¹(σ²)": lambda sigma: np.log(np.expm1(sigma**2)),
}


def theorem(name: str) -> float:
    return numeric(BY_NAME[name].statement.right, LETTERS)


def test_binary_cross_entropy_is_the_theorem() -> None:
    assert reconstruction.ONES.total(VALUES) + reconstruction.ZEROS.total(VALUES) == pytest.approx(
        theorem("bernoulli-bce"), rel=1e-12
    )


def test_binary_cross_entropy_on_logits_is_the_theorem() -> None:
    values = {**VALUES, Role.RECONSTRUCTION: np.log(P / (1 - P))[None]}
    total = reconstruction.LOGIT_ONES.total(values) + reconstruction.LOGIT_ZEROS.total(values)
    assert total == pytest.approx(theorem("bernoulli-bce"), rel=1e-12)


def test_squared_error_is_the_theorem() -> None:
    squared = reconstruction.SQUARED.total(VALUES) / (2 * NUMBER**2)
    constant = D / 2 * np.log(2 * np.pi * NUMBER**2)
    assert squared + constant == pytest.approx(theorem("gaussian-squared-error"), rel=1e-12)


@pytest.mark.parametrize("p", latent.PARAMETRIZATIONS, ids=lambda p: p.name)
def test_closed_form_kl_is_the_theorem(p: latent.Parametrization) -> None:
    values = {**VALUES, Role.SCALE: SPELLINGS[p.name](SIGMA)[None]}
    pieces = (latent.MEAN_SQUARE.total(values), p.variance.total(values),
              -p.log_factor * p.log.total(values), -D)  # fmt: skip
    assert 0.5 * sum(pieces) == pytest.approx(theorem("gaussian-kl-standard"), rel=1e-12)


@pytest.mark.parametrize("p", latent.PARAMETRIZATIONS, ids=lambda p: p.name)
def test_kl_of_two_gaussians_is_the_theorem(p: latent.Parametrization) -> None:
    spell = SPELLINGS[p.name]
    values = {**VALUES, Role.SCALE: spell(SIGMA)[None], Role.PRIOR_SCALE: spell(SIGMA_2)[None]}
    pieces = [term.total(values) for term in latent.prior_terms(p)]
    total = 0.5 * (sum(pieces) - p.log_factor * p.log.total(values) - D)
    assert total == pytest.approx(theorem("gaussian-kl-diagonal"), rel=1e-12)


@pytest.mark.parametrize("p", latent.PARAMETRIZATIONS, ids=lambda p: p.name)
def test_one_sample_kl_has_the_theorem_as_its_mean(p: latent.Parametrization) -> None:
    values = {**VALUES, Role.SCALE: SPELLINGS[p.name](SIGMA)[None]}
    total = 0.0
    for sign in (1.0, -1.0):  # the two-point rule: exact for squares
        at = {**values, Role.SAMPLE: (MU + sign * SIGMA)[None]}
        quadratic = latent.SAMPLE_SQUARE.total(at) - latent.deviation(p).total(at)
        total += 0.25 * (quadratic - p.log_factor * p.log.total(at))
    assert total == pytest.approx(theorem("gaussian-kl-standard"), rel=1e-12)


def test_a_slip_in_a_term_would_be_seen() -> None:
    values = {**VALUES, Role.SCALE: SIGMA[None]}
    wrong = 0.5 * (latent.MEAN_SQUARE.total(values) + latent.SQUARE.total(values)
                   - latent.LOG.total(values) - D)  # fmt: skip
    assert wrong != pytest.approx(theorem("gaussian-kl-standard"), rel=1e-3)


def test_names_in_the_findings_are_theorems() -> None:
    named = {kind.theorem for kind in KINDS.values() if kind.theorem}
    assert named <= set(BY_NAME)
