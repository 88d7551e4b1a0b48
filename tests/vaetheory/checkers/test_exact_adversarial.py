"""Lines made to fool a checker: shadowing, copies and layers, binary coincidences, lost mass."""

from __future__ import annotations

from fractions import Fraction

import pytest

from vaetheory.checkers.evidence import Verdict
from vaetheory.checkers.exact import check
from vaetheory.language.assumptions import Assumption, SameDensity, Sampled, Vanishing
from vaetheory.language.distributions import FAMILIES, normal
from vaetheory.language.distributions.special import absolute, indicator, log_gamma
from vaetheory.language.expressions import Expression, Function, Gradient, Letter, Number, Pi, Value
from vaetheory.language.notation import HALF, KL, E, H, elbo, exp, integral, log, product, summation
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import FiniteSet, Index, Integers, Interval, Reals, Variable

p, q = Letter("p"), Letter("q")
x, z, prime = Variable("x"), Variable("z"), Variable("z'", slot="z")
z1, z2 = Variable("z_1", slot="z_1"), Variable("z_2", slot="z_2")
f = Variable("f", Reals())
EQUAL, AT_LEAST, AT_MOST = Relation.EQUAL, Relation.AT_LEAST, Relation.AT_MOST


def of(variable: Variable) -> Expression:
    return Function(f, (Value(variable),))


def verdict(
    left: Expression, right: Expression, *assumptions: Assumption, relation: Relation = EQUAL
) -> Verdict:
    return check(Statement(left, relation, right, assumptions)).verdict


HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED


def test_towers() -> None:
    assert verdict(E(p(x), E(p(z | x), of(z))), E(p(z), of(z))) is HOLDS
    assert verdict(E(q(x), E(p(z | x), of(z))), E(p(z), of(z))) is FAILS


def test_a_shadowed_variable_is_another_one() -> None:
    shadowed = E(p(z), of(z) * E(q(z), of(z)))
    assert verdict(shadowed, E(p(z), of(z)) * E(q(prime), of(prime))) is HOLDS
    assert verdict(shadowed, E(p(z), of(z) * of(z))) is FAILS


def test_a_captured_variable_is_noticed() -> None:
    # z is free on the left of each and must not fall under E_q
    assert verdict(of(z) * E(q(prime), of(prime)), E(q(prime), of(z) * of(prime))) is HOLDS
    assert verdict(of(z) * E(q(z), of(z)), E(q(z), of(z) * of(z))) is FAILS


def test_copies_are_independent_and_layers_are_not() -> None:
    copies = E(p(z), E(p(prime), of(z) * of(prime)))
    assert verdict(copies, E(p(z), of(z)) ** 2) is HOLDS
    layers = E(p(z1, z2), Value(z1) * Value(z2))
    assert verdict(layers, E(p(z1), Value(z1)) * E(p(z2), Value(z2))) is FAILS
    assert verdict(layers, E(p(z1), Value(z1) * E(p(z2 | z1), Value(z2)))) is HOLDS


def test_the_logarithm_of_an_integral_is_not_the_integral_of_the_logarithm() -> None:
    assert verdict(log(p(x)), log(integral(p(x, z), z))) is HOLDS
    assert verdict(log(p(x)), integral(log(p(x, z)), z)) is FAILS


def test_linearity_does_not_pull_out_what_is_random() -> None:
    assert verdict(E(q(z | x), Value(z) * of(z)), Value(z) * E(q(z | x), of(z))) is FAILS


def test_mass_that_only_one_side_has() -> None:
    both = (Vanishing(q(z)), Vanishing(p(z)))
    assert verdict(KL(q(z), p(z)), E(q(z), log(q(z)) - log(p(z))), *both) is HOLDS
    zero = Number(Fraction(0))
    assert verdict(KL(q(z), p(z)), zero, *both, relation=AT_LEAST) is UNDECIDED
    infinite = check(
        Statement(KL(q(z), p(z)), AT_MOST, Number(Fraction(10**6)), (Vanishing(p(z)),))
    )
    assert infinite.verdict is FAILS
    assert infinite.counterexample is not None
    assert infinite.counterexample.left == "∞"


def test_mass_that_q_leaves_out_costs_nothing() -> None:
    split = elbo(q(z | x), p(x, z)) + KL(q(z | x), p(z | x))
    assert verdict(log(p(x)), split, Vanishing(q(z | x))) is HOLDS


def test_entropies_of_densities_above_one_are_negative() -> None:
    zero = Number(Fraction(0))
    assert verdict(H(q(z)), zero, relation=AT_LEAST) is FAILS
    assert verdict(-E(q(z | x), log(p(x | z))), zero, relation=AT_LEAST) is FAILS
    label = Variable("y", FiniteSet())
    assert verdict(H(q(label)), zero, relation=AT_LEAST) is UNDECIDED


def test_identities_of_binary_variables_are_not_taken_for_general_ones() -> None:
    bit, label = Variable("b", FiniteSet(2)), Variable("y", FiniteSet())
    for variable, expected in ((bit, HOLDS), (label, FAILS)):
        value = Value(variable)
        assert verdict(E(p(variable), value * (value - 1)), Number(Fraction(0))) is expected


@pytest.mark.parametrize("limit", [3, 20, 60])
def test_bounds_of_tame_worlds_are_broken(limit: int) -> None:
    assert verdict(KL(q(z), p(z)), Number(Fraction(limit)), relation=AT_MOST) is FAILS


def test_a_bound_on_a_probability_that_can_come_close_to_one() -> None:
    chance = Variable("\\pi", Interval())
    almost = Number(Fraction(999_999, 1_000_000))
    assert verdict(Value(chance), almost, relation=AT_MOST) is FAILS
    assert verdict(Value(chance), Number(Fraction(1)), relation=Relation.LESS) is UNDECIDED


def test_equalities_that_hold_only_where_letters_agree() -> None:
    assert verdict(KL(q(z), p(z)), KL(p(z), q(z))) is FAILS
    assert verdict(KL(q(z), p(z)), Number(Fraction(0))) is FAILS


def test_a_divergent_law_is_not_skipped_over() -> None:
    d, count = Variable("d", Index()), Variable("D", Integers())
    latent, mu = Variable("z", Reals()), Variable("\\mu", Reals())
    # the product over d is missing in the first law: right for D = 1, without a value beyond
    first = normal(Value(latent[1]), Value(mu[1]), 1)
    second = product(normal(Value(latent[d]), 0, 1), d, count)
    claim = HALF * summation(Value(mu[d]) ** 2, d, count)
    found = check(Statement(KL(first, second, over=(latent,)), EQUAL, claim))
    assert found.verdict is UNDECIDED
    assert "has no value" in found.why


def test_test_functions_are_more_than_quadratic() -> None:
    """The gradient of a quadratic is linear: too special a function to see a lost spread."""
    mean, scale = Variable("\\mu", Reals()), Variable("\\sigma", Reals(positive=True))
    noise, latent = Variable("\\epsilon", Reals()), Variable("z", Reals())
    law = normal(Value(latent), Value(mean), Value(scale) ** 2)
    left = Gradient(E(law, of(latent), over=(latent,)), "\\mu")
    spread = Function(f, (Value(mean) + Value(scale) * Value(noise),))
    standard = normal(Value(noise), 0, 1)
    pathwise = E(standard, Gradient(spread, "\\mu"), over=(noise,))
    assert verdict(left, pathwise) is HOLDS
    assert verdict(left, Gradient(Function(f, (Value(mean),)), "\\mu")) is FAILS


def test_a_line_that_is_right_for_one_dimension_only_does_not_hold() -> None:
    d, count = Variable("d", Index()), Variable("D", Integers())
    mu = Variable("\\mu", Reals())
    assert verdict(summation(Value(mu[d]), d, count), Value(mu[1])) is FAILS
    mixture = log(summation(normal(Value(mu[d]), 0, 1), d, count))
    for_one = log(normal(Value(mu[1]), 0, 1))
    assert verdict(mixture, for_one) is FAILS


def test_lengths_of_the_real_line_are_not_those_of_random_cells() -> None:
    line, part = Variable("u", Reals()), Variable("w", Interval())
    bell = integral(exp(-(Value(line) ** 2)), line)
    root = Pi() ** Fraction(1, 2)
    assert verdict(bell, root) is HOLDS
    assert verdict(bell, Pi()) is FAILS
    assert verdict(integral(Value(part) ** 2, part), Number(Fraction(1, 3))) is UNDECIDED
    # with a density to weigh it, any measure will do
    assert verdict(integral(p(z) * Value(z), z), E(p(z), Value(z))) is HOLDS


DECIDABLE = ("bernoulli", "multivariate normal", "normal")


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_no_family_is_wrongly_refuted(name: str) -> None:
    family = FAMILIES[name]
    variable = Variable("v", family.support)
    parameters = [Value(Variable(f"a_{i}", p.space)) for i, p in enumerate(family.parameters)]
    law = family(variable, *parameters)
    logarithm = family.log_density(Value(variable), *parameters)
    assert verdict(log(law), logarithm) in (HOLDS, UNDECIDED)
    for statistic, mean in family.moments(Value(variable), *parameters):
        found = verdict(E(law, statistic, over=(variable,)), mean)
        assert found is HOLDS if name in DECIDABLE else found is not FAILS
    assert verdict(integral(law, variable), Number(Fraction(1))) is not FAILS


def test_special_functions_keep_their_meaning() -> None:
    rate = Variable("a", Reals(positive=True))
    step = log_gamma(Value(rate) + 1) - log_gamma(Value(rate))
    assert verdict(step, log(Value(rate))) is not FAILS
    assert verdict(absolute(-Value(rate)), Value(rate)) is HOLDS
    label = Variable("y", FiniteSet(3))
    total = indicator(Value(label), 0) + indicator(Value(label), 1) + indicator(Value(label), 2)
    assert verdict(total, Number(Fraction(1))) is HOLDS


def test_counterexamples_stay_inside_the_spaces_of_their_variables() -> None:
    scale, chance = Variable("\\sigma", Reals(positive=True)), Variable("\\pi", Interval())
    label = Variable("y", FiniteSet(3))
    wrong = Value(scale) + Value(chance) + Value(label)
    for relation in (EQUAL, AT_LEAST, AT_MOST):
        for other in (-Value(scale), 3 - 2 * Value(scale) * Value(chance), Value(label)):
            found = check(Statement(wrong, relation, other)).counterexample
            if found is None:
                continue
            numbers = {name: Fraction(n) for name, n in found.world["numbers"].items()}
            assert numbers["\\sigma"] > 0
            assert 0 < numbers["\\pi"] < 1


def test_a_positive_number_can_grow_without_end() -> None:
    scale = Variable("\\sigma", Reals(positive=True))
    assert verdict(Value(scale), Number(Fraction(10**9)), relation=AT_MOST) is FAILS
    assert verdict(Value(scale), Number(Fraction(0)), relation=Relation.GREATER) is UNDECIDED


def test_equal_densities_of_different_kinds_are_refused_not_stumbled_over() -> None:
    claim = log(p(x, z))
    assert verdict(claim, claim, SameDensity(p(x, z), q(x))) is UNDECIDED


def test_a_bound_that_has_worlds_for_some_dimensions_only_is_still_asked() -> None:
    d, count = Variable("d", Index()), Variable("D", Integers())
    latent, mu = Variable("z", Reals()), Variable("\\mu", Reals())
    mixture = log(summation(normal(Value(latent), Value(mu[d]), 1), d, count))
    mean = E(normal(Value(latent), 0, 1), mixture, over=(latent,))
    assert verdict(mean, Number(Fraction(0)), relation=AT_MOST) is UNDECIDED
    assert verdict(mean, Number(Fraction(0)), relation=AT_LEAST) is FAILS
    draws = Sampled(z, q(z))
    late = summation(of(z), d, count, low=2)
    assert verdict(late, Number(Fraction(-5)), draws, relation=AT_LEAST) is FAILS
