"""Closed form: SymPy reaches 0 exactly, or there are parameters at which what is left is not 0."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from tests.vaetheory.checkers.statements import (
    APPENDIX_B,
    BCE,
    ELBO,
    FALSE,
    GAUSSIAN_KL,
    GAUSSIAN_KL_FORM,
    ONE_SAMPLE,
    SQUARED_ERROR,
    D,
    d,
    equal,
    p,
    q,
    x,
    z,
)
from vaetheory import theorems
from vaetheory.checkers.evidence import Verdict
from vaetheory.checkers.symbolic import check
from vaetheory.checkers.symbols import Domain, reduce_to_zero
from vaetheory.language.distributions import bernoulli, gamma, gumbel, normal
from vaetheory.language.expressions import KL as KLNode
from vaetheory.language.expressions import Expression, Number, Value, to_expression
from vaetheory.language.notation import HALF, KL, E, H, exp, log, product, summation
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import FiniteSet, Integers, Interval, Reals, Variable

PARAMETRIC = {
    "appendix b": APPENDIX_B,
    "bce": BCE,
    "one sample": ONE_SAMPLE,
    "squared error": SQUARED_ERROR,
}


@pytest.mark.parametrize("name", PARAMETRIC)
def test_parametric_theorems_hold_with_symbolic_dimension(name: str) -> None:
    evidence = check(PARAMETRIC[name])
    assert evidence.verdict is Verdict.HOLDS, evidence
    assert evidence.figures["dimensions"] == "symbolic"
    assert evidence.figures["domain"] is not None


@pytest.mark.parametrize(
    "name", ["half lost", "gaussian kl turned", "twice the error", "sampled from the prior"]
)
def test_planted_faults_fail_with_parameters(name: str) -> None:
    evidence = check(FALSE[name])
    assert evidence.verdict is Verdict.FAILS, evidence
    assert evidence.counterexample is not None
    assert evidence.figures["remaining"]
    assert evidence.counterexample.difference_decimal != 0


@pytest.mark.parametrize(
    ("theorem", "mistake", "remaining"),
    [
        ("bernoulli-bce", "sign", r"-2*log(1 - \hat{x}_{1}(z*))"),
        ("bernoulli-bce", "roles-swapped", r"log(\hat{x}_{1}(z*)) - log(1 - \hat{x}_{1}(z*))"),
        ("gaussian-kl-standard", "one-lost", "-1/2"),
        ("gaussian-kl-standard", "mean-not-squared", r"\mu_{1}*(\mu_{1} - 1)/2"),
    ],
)
def test_what_remains_can_be_read(theorem: str, mistake: str, remaining: str) -> None:
    """In the variables of the statement, without the symbols that intervals are put into."""
    wrong = {m.name: m.statement for m in theorems.get(theorem).mistakes}[mistake]
    assert check(wrong).figures["remaining"] == remaining


@pytest.mark.parametrize("off", [Fraction(1001, 1000), Fraction(999, 1000), Fraction(1, 2)])
def test_a_thousandth_more_fails(off: Fraction) -> None:
    assert check(equal(GAUSSIAN_KL, off * GAUSSIAN_KL_FORM)).verdict is Verdict.FAILS
    assert check(equal(BCE.left, off * BCE.right, *BCE.assumptions)).verdict is Verdict.FAILS


def test_the_counterexample_can_be_redone() -> None:
    m, s = Variable("m", Reals()), Variable("s", Reals(positive=True))
    zed = Variable("z", Reals())
    form = HALF * (Value(m) ** 2 + Value(s) ** 2 - 1 - log(s))
    evidence = check(equal(KL(normal(zed, m, Value(s) ** 2), normal(zed, 0, 1)), form))
    assert evidence.verdict is Verdict.FAILS
    found = evidence.counterexample
    assert found is not None
    # m cancels, so any will do
    scale = sp.Rational(found.world["s"])
    true, claimed = (sp.Rational(1, 2) * -sp.log(s) for s in (scale**2, scale))
    assert float(true - claimed) == pytest.approx(found.difference_decimal, rel=1e-9)


def test_agreement_at_points_is_no_proof() -> None:
    """Γ(s + 1) − s Γ(s) through log Γ is 0 to all digits; only an exact reduction may say so."""
    tiny = to_expression(Fraction(1, 10**15))
    s = Variable("s", Reals(positive=True))
    near = equal(log(Value(s)) + tiny, log(Value(s)))
    assert check(near).verdict is not Verdict.HOLDS
    assert reduce_to_zero(sp.Rational(1, 10**40), lambda f: False) != 0


def test_domains_are_declared() -> None:
    chance, bit = Variable("p", Interval()), Variable("b", FiniteSet(2))
    s, t = Variable("s", Reals()), Variable("t", Reals(positive=True))
    odds = log(Value(chance) / (1 - Value(chance)))
    assert check(equal(odds, log(chance) - log(1 - Value(chance)))).verdict is Verdict.HOLDS
    assert check(equal(Value(bit) ** 2, Value(bit))).verdict is Verdict.HOLDS
    assert check(equal(log(Value(t) ** 2), 2 * log(t))).verdict is Verdict.HOLDS
    # log s² = 2 log s needs s > 0
    assert check(equal(log(Value(s) ** 2), 2 * log(s))).verdict is not Verdict.HOLDS
    assert check(equal(Value(t) ** 2, Value(t))).verdict is Verdict.FAILS


def test_bernoulli_likelihood_needs_binary_pixels() -> None:
    """p^x (1 − p)^(1 − x) is p at 1 and 1 − p at 0, and only there."""
    chance = Variable("p", Interval())
    bit, real = Variable("b", FiniteSet(2)), Variable("b", Reals())

    def mass(at: Variable) -> Expression:
        value = Value(chance)
        power = exp(Value(at) * log(value) + (1 - Value(at)) * log(1 - value))
        return power - (Value(at) * value + (1 - Value(at)) * (1 - value))

    nothing = to_expression(0)
    assert check(equal(mass(bit), nothing)).verdict is Verdict.HOLDS
    assert check(equal(mass(real), nothing)).verdict is Verdict.FAILS


def test_dimension_that_is_not_term_by_term_is_checked_for_small_numbers() -> None:
    """Σ_{d=1}^D d = D(D + 1)/2: no term cancels, so D = 1, 2, 3, and the figures say so."""
    index = Value(d)
    triangle = equal(summation(index, d, D), Value(D) * (Value(D) + 1) / 2)
    evidence = check(triangle)
    assert evidence.verdict is Verdict.HOLDS
    assert "≤ 3" in evidence.figures["dimensions"]
    assert check(equal(summation(index, d, D), Value(D) ** 2)).verdict is Verdict.FAILS


def test_up_to_a_constant() -> None:
    m, t = Variable("m", Reals()), Variable("t", Reals(positive=True))
    left, right = Value(m) ** 2 + log(t), Value(m) ** 2
    by_m = Statement(left, Relation.UP_TO_CONSTANT, right, (), "m")
    by_t = Statement(left, Relation.UP_TO_CONSTANT, right, (), "t")
    absent = Statement(left, Relation.UP_TO_CONSTANT, right, (), "u")
    assert check(by_m).verdict is Verdict.HOLDS
    assert check(by_t).verdict is Verdict.FAILS
    assert check(absent).verdict is Verdict.UNDECIDED


def test_densities_without_a_formula_are_undecided() -> None:
    evidence = check(equal(log(p(x)), ELBO + KL(q(z | x), p(z | x))))
    assert evidence.verdict is Verdict.UNDECIDED
    assert "without a formula" in evidence.why
    linear = equal(ELBO, E(q(z | x), log(p(x, z))) + H(q(z | x)))
    assert check(linear).verdict is Verdict.HOLDS, "linearity alone is enough here"


def test_inequalities_are_only_refuted() -> None:
    m = Variable("m", Reals())
    below = Statement(Value(m) ** 2, Relation.AT_LEAST, 2 * Value(m) - 1)
    assert check(below).verdict is Verdict.UNDECIDED
    assert check(Statement(Value(m) ** 2, Relation.AT_LEAST, Value(m))).verdict is Verdict.FAILS
    opaque = check(Statement(log(p(x)), Relation.AT_LEAST, ELBO))
    assert opaque.verdict is Verdict.UNDECIDED
    assert "worlds" not in opaque.figures


def test_conditions_of_moments_are_stated() -> None:
    b = Variable("b", Reals(positive=True))
    g = Variable("x", Reals())
    law = gumbel(g, 0, b)
    mean = equal(E(law, exp(HALF * Value(g))), E(law, exp(HALF * Value(g))))
    assert check(mean).figures["conditions"]


def test_products_of_independent_variables() -> None:
    """E[z_d] over a product of normals picks the factor of the same index."""
    zed, m = Variable("z", Reals()), Variable("m", Reals())
    law = product(normal(zed[d], m[d], 1), d, D)
    total = E(law, summation(Value(zed[d]) ** 2, d, D), over=(zed,))
    right = summation(Value(m[d]) ** 2 + 1, d, D)
    assert check(equal(total, right)).verdict is Verdict.HOLDS
    assert check(equal(total, summation(Value(m[d]) ** 2, d, D))).verdict is Verdict.FAILS


def test_the_law_of_the_average_matters() -> None:
    zed = Variable("z", Reals())
    first, second = normal(zed, 1, 1), normal(zed, 0, 1)
    assert check(equal(E(first, Value(zed)), Number(Fraction(1)))).verdict is Verdict.HOLDS
    assert check(equal(E(second, Value(zed)), Number(Fraction(1)))).verdict is Verdict.FAILS


def test_unknown_means_are_undecided_with_the_reason() -> None:
    v = Variable("v", Reals(positive=True))
    evidence = check(equal(E(gamma(v, 2, 1), log(1 + Value(v))), Number(Fraction(1))))
    assert evidence.verdict is Verdict.UNDECIDED
    assert "is not known" in evidence.why
    rows = FiniteSet()
    unknown = Variable("r", rows)
    assert check(equal(Value(unknown), Value(unknown) ** 2)).verdict is Verdict.UNDECIDED
    assert check(Statement(ELBO, Relation.UNBIASED, ELBO)).verdict is Verdict.UNDECIDED


def test_counts_are_whole() -> None:
    domain = Domain()
    formula = domain.formula(Value(Variable("n", Integers())))
    assert formula.is_integer
    assert formula.is_positive
    count = domain.formula(Value(Variable("k", Integers(0))))
    assert count.is_zero is None, "k ≥ 0 says neither that k is 0 nor that it is not"
    k = Variable("k", Integers(0))
    assert check(equal(Value(k), to_expression(0))).verdict is Verdict.FAILS


def test_gaussian_kl_by_sympy_alone() -> None:
    """The formula that the checker accepts, against SymPy's own integral."""
    m, s, t = sp.Symbol("m", real=True), sp.Symbol("s", positive=True), sp.Symbol("t", real=True)
    density = sp.exp(-((t - m) ** 2) / (2 * s**2)) / sp.sqrt(2 * sp.pi * s**2)
    ratio = -sp.log(s) - (t - m) ** 2 / (2 * s**2) + t**2 / 2
    terms = sp.expand(ratio).as_ordered_terms()
    total = sum(sp.integrate(density * term, (t, -sp.oo, sp.oo)) for term in terms)
    claimed = sp.Rational(1, 2) * (m**2 + s**2 - 1 - sp.log(s**2))
    assert sp.simplify(sp.expand_log(total - claimed)) == 0
    assert isinstance(GAUSSIAN_KL, KLNode)


def test_bernoulli_entropy() -> None:
    bit, chance = Variable("b", FiniteSet(2)), Variable("p", Interval())
    value = Value(chance)
    form = -value * log(value) - (1 - value) * log(1 - value)
    assert check(equal(H(bernoulli(bit, value)), form)).verdict is Verdict.HOLDS
    assert check(equal(H(bernoulli(bit, value)), 2 * form)).verdict is Verdict.FAILS
