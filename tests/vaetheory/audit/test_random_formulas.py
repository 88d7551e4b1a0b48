"""Random true formulas are recovered: terms, coefficients, reductions, parametrization, β."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vaetheory.audit
from vaetheory.audit.monomials import Monomial
from vaetheory.audit.terms.term import Array

BCE = "bce"
DATA: dict[str, Callable[[Array, Array], Array]] = {
    BCE: lambda x, p: -(x * np.log(p) + (1 - x) * np.log(1 - p)),
    "logits": lambda x, a: np.logaddexp(0, a) - x * a,
    "squares": lambda x, m: (x - m) ** 2,
    "absolute": lambda x, m: np.abs(x - m),
}
# s → (σ², log σ²)
SCALES: dict[str, Callable[[Array], tuple[Array, Array]]] = {
    "log σ²": lambda s: (np.exp(s), s),
    "log σ": lambda s: (np.exp(2 * s), 2 * s),
    "σ": lambda s: (s**2, 2 * np.log(s)),
    "σ²": lambda s: (s, np.log(s)),
}
NUMBERS = st.sampled_from([1.0, 0.5, 2.0, 0.1, 0.25, 1 / 784, 3.0, 1e-3, 0.00025, 4.0, 1 / 3])
POWERS = st.sampled_from([0, -1])


@settings(max_examples=25)
@given(
    data=st.sampled_from(sorted(DATA)), scale=st.sampled_from(sorted(SCALES)),
    a=NUMBERS, b=NUMBERS, batch=st.tuples(POWERS, POWERS), dims=st.tuples(POWERS, POWERS),
)  # fmt: skip
def test_random_formulas_are_recovered(
    data: str, scale: str, a: float, b: float, batch: tuple[int, int], dims: tuple[int, int]
) -> None:
    # In an array, so that the weights are no hyperparameters that could be varied from outside.
    weights = np.array([a, b])

    def loss(x_hat: Array, x: Array, mu: Array, s: Array) -> float:
        sizes = np.array([len(x), x.shape[1], mu.shape[1]], dtype=float)
        variance, log_variance = SCALES[scale](s)
        reconstruction = DATA[data](x, x_hat).sum() * sizes[0] ** batch[0] * sizes[1] ** dims[0]
        kl = 0.5 * (mu**2 + variance - log_variance - 1).sum()
        kl = kl * sizes[0] ** batch[1] * sizes[2] ** dims[1]
        return float(weights[0] * reconstruction + weights[1] * kl)

    report = vaetheory.audit.audit(loss)
    kl = _power(b, B=batch[1], K=dims[1])
    reconstruction = _power(a, B=batch[0], D=dims[0])
    beta = kl / reconstruction
    if data == "squares" and beta.is_close(Monomial(2.0)):
        beta = Monomial(1.0)  # σ² = 1
    elif data == "squares" and reconstruction.without("B", "D").is_close(Monomial(0.5)):
        beta = beta * Monomial(0.5)
    if beta.is_number:
        assert report.beta == pytest.approx(beta.number, rel=1e-9)
    else:
        assert report.beta == str(beta)
    assert report.terms[0].coefficient == str(reconstruction)
    assert report.terms[1].coefficient == str(kl * Monomial(0.5))
    assert f"s is {scale}" == report.parametrization.split("; ")[1].partition(" (")[0]
    expected = "negative ELBO" if beta.is_close(Monomial(1.0)) else "beta objective"
    assert report.verdict.value.endswith(expected)


def _power(number: float, **powers: int) -> Monomial:
    kept = tuple((symbol, Fraction(power)) for symbol, power in powers.items() if power)
    return Monomial(number, kept)


@settings(max_examples=12)
@given(
    pieces=st.tuples(NUMBERS, NUMBERS, NUMBERS).filter(lambda t: len(set(t)) > 1),
    sign=st.sampled_from([1, -1]),
)
def test_a_wrong_coefficient_anywhere_in_the_kl_is_never_passed(
    pieces: tuple[float, float, float], sign: int
) -> None:
    weights = np.array(pieces)

    def loss(x_hat: Array, x: Array, mu: Array, logvar: Array) -> float:
        a, b, c = weights
        kl = 0.5 * (a * mu**2 + b * np.exp(logvar) - sign * c * logvar - 1).sum()
        return float(DATA[BCE](x, x_hat).sum() + kl)

    report = vaetheory.audit.audit(loss)
    assert report.verdict.value == "wrong"
    assert {finding.name for finding in report.findings} >= {"kl-coefficients"}


@settings(max_examples=9)
@given(relative=st.sampled_from([1e-3, 1e-5, 1e-6]), where=st.integers(0, 2))
def test_a_small_slip_is_seen_because_the_fit_is_to_rounding(relative: float, where: int) -> None:
    factors = np.ones(3)
    factors[where] += relative

    def loss(x_hat: Array, x: Array, mu: Array, logvar: Array) -> float:
        a, b, c = factors
        kl = 0.5 * (a * mu**2 + b * np.exp(logvar) - c * logvar - 1).sum()
        return float(DATA[BCE](x, x_hat).sum() + kl)

    assert vaetheory.audit.audit(loss).verdict.value == "wrong"
