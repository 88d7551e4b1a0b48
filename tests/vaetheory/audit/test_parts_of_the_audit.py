"""Numbers, monomials, sizes, names, signatures and least squares, each on its own."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vaetheory.audit
from tests.vaetheory.audit.corpus import beside
from vaetheory.audit import exploration, sizes
from vaetheory.audit.fitting import Table, first_fit, smallest_subset
from vaetheory.audit.monomials import Measured, Monomial, fit_monomial
from vaetheory.audit.names import looks_like_number, role_of
from vaetheory.audit.numbers import recognise
from vaetheory.audit.roles import Role
from vaetheory.audit.signature import SignatureError, readings
from vaetheory.audit.terms import latent
from vaetheory.audit.terms.term import Hypothesis


@given(st.integers(1, 400), st.integers(1, 400))
def test_small_fractions_are_recognised(above: int, below: int) -> None:
    found = recognise(above / below)
    assert found.exact
    assert found.value == pytest.approx(above / below, rel=1e-12)


@given(st.floats(0.01, 100))
def test_what_is_written_is_never_far_from_the_number(value: float) -> None:
    found = recognise(value)
    assert found.value == pytest.approx(value, rel=1e-8)
    assert found.exact or found.text.startswith("≈")


@given(
    st.sampled_from([0.5, 0.1, -2.0, 1 / 784]),
    st.integers(-2, 2), st.integers(-2, 2), st.integers(-1, 1),
)  # fmt: skip
def test_monomials_are_recovered(number: float, b: int, d: int, k: int) -> None:
    points = [
        Measured({"B": x, "D": y, "K": z}, number * x**b * y**d * float(z) ** k)
        for x, y, z in [(2.0, 5.0, 3.0), (3.0, 5.0, 3.0), (2.0, 7.0, 3.0), (2.0, 5.0, 4.0)]
    ]
    found = fit_monomial(points, 1e-9)
    assert found is not None
    assert found.number == pytest.approx(number, rel=1e-9)
    assert [found.power(s) for s in "BDK"] == [Fraction(b), Fraction(d), Fraction(k)]


def test_a_sum_is_no_monomial() -> None:
    points = [Measured({"B": x}, 1 + 1 / x) for x in (2.0, 3.0, 5.0)]
    assert fit_monomial(points, 1e-9) is None


def test_monomials_print_as_people_write_them() -> None:
    one = Fraction(1)
    assert str(Monomial(0.1, (("D", one), ("K", -one)))) == "0.1·D/K"
    assert str(Monomial(1 / 784)) == "1/784"
    assert str(Monomial(-0.5, (("B", -one),))) == "-½/B"
    assert str(Monomial(1.0, (("B", one), ("D", one)))) == "B·D"


def test_a_thousand_is_no_size_but_784_and_its_factors_are() -> None:
    assert sizes.plausible("D", {1000.0, 10000.0, 100.0}) == []
    assert 784.0 in sizes.plausible("D", {784.0, 2.0})
    assert 3072.0 in sizes.plausible("D", {3.0, 32.0})


NAMES = {
    Role.RECONSTRUCTION: "recon_x x_hat reconstruction y_pred x_logits decoded recons xhat x_mean",
    Role.TARGET: "x inputs target y_true img original data x_true",
    Role.MEAN: "mu mean z_mean loc mu_z latent_mean q_mu",
    Role.SCALE: "logvar log_var sigma std z_log_var logsigma scale log_sigma_sq var",
    Role.RECONSTRUCTION_SCALE: "x_logvar log_sigma_x recon_var dec_logvar",
    Role.PRIOR_MEAN: "mu_p prior_mu p_mean",
    Role.PRIOR_SCALE: "logvar_p prior_logvar",
    Role.SAMPLE: "z z_sample",
}


@pytest.mark.parametrize(
    ("role", "name"), [(role, name) for role, names in NAMES.items() for name in names.split()]
)
def test_names_suggest_roles(role: Role, name: str) -> None:
    assert role_of(name) is role


@pytest.mark.parametrize("name", ["recon_loss", "bce", "kld_weight", "beta", "x_encoded"])
def test_names_of_numbers_are_no_arrays(name: str) -> None:
    assert role_of(name) is None
    assert looks_like_number(name)


def test_fields_of_a_record_can_be_given_by_name() -> None:
    def loss(out: Any) -> Any:
        kl = 0.5 * np.sum(out["k"] ** 2 + np.exp(out["l"]) - out["l"] - 1)
        return np.sum((out["i"] - out["j"]) ** 2) + kl

    given = "out.i=recon,out.j=x,out.k=mu,out.l=logvar"
    report = vaetheory.audit.audit(loss, signature=given)
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    with pytest.raises(SignatureError, match="'nothing' is no role"):
        readings(loss, given="out.i=nothing")


def test_a_near_alias_never_wins() -> None:
    random = np.random.default_rng(0)
    draws = [{Role.SCALE: random.uniform(0.3, 1.7, (3, 4))} for _ in range(16)]
    pool = (latent.EXP, latent.LINEAR, latent.SQUARE)
    truth = np.array([2 * latent.EXP.total(d) - latent.LINEAR.total(d) for d in draws])
    found = smallest_subset(pool, Table(draws, truth), most=3)
    assert found is not None
    assert {t.text: round(c, 9) for t, c in zip(found.terms, found.coefficients, strict=True)} == {
        "e^s": 2.0, "s": -1.0,
    }  # fmt: skip
    slightly_off = Table(draws, truth * (1 + 1e-7 * random.standard_normal(16)))
    assert first_fit([Hypothesis((latent.EXP, latent.LINEAR), "")], slightly_off) is None


def test_a_decimal_counts_as_many_digits_as_the_tolerance_leaves() -> None:
    assert recognise(0.99999999958e-6, 1e-8).value == 1e-6
    assert not recognise(0.123456, 1e-5).exact


def test_time_that_others_had_does_not_end_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    others = 0.0
    monkeypatch.setattr(exploration, "waited", lambda: others)
    start, now = time.monotonic(), 0.0
    monkeypatch.setattr(exploration.time, "monotonic", lambda: start + now)
    stop = exploration.Stop(100.0)
    now, others = 300.0, 250.0
    assert not stop.is_due
    others = 0.0
    assert stop.is_due
    now = 0.0
    stop.hasten(1.0, by_the_wall=True)
    now, others = 3.0, 3.0
    assert stop.is_due


def _either(recon: Any, x: Any, mu: Any, sigma: Any, kind: str = "sum") -> Any:
    squares = (recon - x) ** 2
    total = squares.sum() if kind == "sum" else squares.mean() if kind == "mean" else None
    return total + 0.5 * (mu**2 + sigma**2 - 1 - 2 * np.log(sigma)).sum()


def test_the_other_texts_of_an_option_are_tried_too() -> None:
    report = vaetheory.audit.audit(_either)
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    assert "kind = 'sum', not 'mean'" in report.assumed
    assert "with kind = 'mean': beta objective, β = B·D (hidden-beta)" in report.assumed


def test_the_line_that_broadcasts_is_quoted() -> None:
    (finding,) = vaetheory.audit.audit(beside.columns_and_rows).findings
    assert "beside.py:" in finding.why
    assert "[B, 1] and [B] together, which broadcast to [B, B]" in finding.why


def test_labels_given_on_the_command_line_are_roles() -> None:
    report = vaetheory.audit.audit(
        beside.classes_as_numbers, signature="recon,x,mu,logvar,head,class"
    )
    assert report.beta == 1
    assert [finding.name for finding in report.findings] == ["extra-term"]
